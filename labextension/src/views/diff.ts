/** Shows the differences between two runs. */
import type { Change, RunDiff } from '../state/protocol';
import { iconButton } from '../ui/button';
import { h } from '../ui/dom';
import type { Translate } from '../ui/language';
import { section } from '../ui/section';

export function runDiff(diff: RunDiff, trans: Translate, onClose: () => void): HTMLElement {
  const same = !diff.parameters.length && !diff.code.length && !diff.artifacts.length && !diff.environment.length;
  const title = trans('Run %1 → run %2', diff.then, diff.now);
  return h(
    'section',
    { class: 'nbf-Diff', 'aria-label': trans('Difference of run %1 and run %2', diff.then, diff.now) },
    h(
      'header',
      { class: 'nbf-DiffHead' },
      h('h3', {}, title),
      iconButton({ sign: 'close', label: trans('Close the comparison'), name: 'close-diff', onclick: onClose })
    ),
    same ? h('p', { class: 'nbf-Empty' }, trans('Parameters, code, artifacts and environment are the same.')) : null,
    changes(trans('Parameters'), diff.parameters, diff, trans),
    diff.code.length ? section(trans('Code'), ...diff.code.map(unifiedDiff)) : null,
    changes(trans('Artifacts'), diff.artifacts, diff, trans),
    changes(trans('Environment'), diff.environment, diff, trans)
  );
}

function changes(title: string, rows: readonly Change[], { then, now }: RunDiff, trans: Translate): HTMLElement | null {
  if (!rows.length) {
    return null;
  }
  const head = ['', trans('run %1', then), trans('run %1', now)].map(text => h('th', { scope: 'col' }, text));
  const body = rows.map(row =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, row.name),
      h('td', { class: 'nbf-Then' }, row.then),
      h('td', { class: 'nbf-Now' }, row.now)
    )
  );
  return section(
    title,
    h(
      'div',
      { class: 'nbf-Scroll' },
      h('table', { class: 'nbf-Changes' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...body))
    )
  );
}

const KINDS: readonly (readonly [string, string])[] = [
  ['+++', 'file'],
  ['---', 'file'],
  ['@@', 'place'],
  ['+', 'added'],
  ['-', 'removed']
];

/** Returns a unified diff with coloured lines; the signs stay for those who do not see colours. */
export function unifiedDiff(text: string): HTMLElement {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => {
      const kind = KINDS.find(([start]) => line.startsWith(start))?.[1] ?? 'same';
      return h('span', { class: 'nbf-DiffLine', 'data-kind': kind }, line || ' ');
    });
  return h('pre', { class: 'nbf-Code', tabindex: 0 }, ...lines);
}
