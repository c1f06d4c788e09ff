/** The error of a task: what went wrong, and the way to the line where it did. */
import { h } from '../dom';
import type { Translate } from '../host';
import { withoutColours } from '../plain';
import type { FailureLine, FrameLine } from '../protocol';

export function failure(
  fail: FailureLine,
  trans: Translate,
  onJump: (cell: string, line: number) => void
): HTMLElement {
  return h(
    'section',
    { class: 'nbf-Failure', 'aria-label': trans('Error') },
    h('p', { class: 'nbf-ErrorText' }, h('strong', {}, fail.type), fail.message ? `: ${fail.message}` : ''),
    fail.frames.length
      ? h(
          'ol',
          { class: 'nbf-Frames', 'aria-label': trans('Traceback') },
          ...fail.frames.map(frame => h('li', {}, frameLine(frame, trans, onJump)))
        )
      : null,
    fail.traceback
      ? h(
          'details',
          { class: 'nbf-Whole' },
          h('summary', { class: 'nbf-Summary' }, trans('Whole traceback')),
          h('pre', { class: 'nbf-Code', tabindex: 0 }, withoutColours(fail.traceback))
        )
      : null
  );
}

function frameLine(frame: FrameLine, trans: Translate, onJump: (cell: string, line: number) => void): HTMLElement {
  const inside = frame.function && !frame.function.startsWith('<') ? trans('in %1', frame.function) : '';
  const content = [
    h('span', { class: 'nbf-Where' }, frame.where, inside && ` ${inside}`),
    h('code', { class: 'nbf-FrameSource' }, frame.source.trim())
  ];
  return frame.cell
    ? h(
        'button',
        {
          class: 'nbf-Frame',
          type: 'button',
          'data-cell': frame.cell,
          'data-line': frame.line,
          onclick: () => onJump(frame.cell, frame.line)
        },
        ...content
      )
    : h('div', { class: 'nbf-Frame nbf-mod-elsewhere' }, ...content);
}
