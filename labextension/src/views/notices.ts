/** Shows the notices above the views: an earlier run that is shown, different versions, problems of the flow. */
import { type ProblemLine, PROTOCOL, type RunLine } from '../state/protocol';
import { iconButton, textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { type Child, h, setAttribute } from '../ui/dom';
import { now } from '../ui/format';
import { lifecycleIcon, signIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import { ago, runWord } from '../ui/words';
import type { Actions } from './host';
import { repairButton, type RepairProps } from './repairs';

export interface ShownRunProps {
  readonly trans: Translate;
  readonly actions: Pick<Actions, 'tag' | 'report'> | null;
  readonly onBack: () => void;
}

/** Returns the notice of an earlier run, `Run 7 · failed · 2 h ago`, with its buttons and the way back. */
export function shownRun(run: RunLine, { trans, actions, onBack }: ShownRunProps): HTMLElement {
  const text = `${trans('Run %1', run.number)} · ${runWord(run, trans)} · ${ago(run.started, now(), trans)}`;
  const back = textButton({ sign: 'back', label: trans('Back to the notebook'), name: 'back', onclick: onBack });
  const tagForm = makeTagForm(trans, name => void actions?.tag(run.number, name));
  const tag = iconButton({
    sign: 'tag',
    label: trans('Tag this run'),
    name: 'tag',
    onclick: () => openTagForm(tagForm)
  });
  const report = iconButton({
    sign: 'report',
    label: trans('Report of this run'),
    name: 'report',
    onclick: () => actions?.report(run.number)
  });
  return h(
    'div',
    { class: 'nbf-Banner nbf-ShownRun' },
    h(
      'div',
      { class: 'nbf-BannerRow', role: 'status' },
      lifecycleIcon(run.status),
      h('span', {}, text),
      ...run.tags.map(name => h('span', { class: 'nbf-Tag' }, name))
    ),
    h('div', { class: 'nbf-BannerRow' }, back, h('span', { class: 'nbf-Spacer' }), ...(actions ? [tag, report] : [])),
    tagForm
  );
}

function makeTagForm(trans: Translate, onTag: (name: string) => void): HTMLFormElement {
  const input = h('input', {
    class: 'nbf-Input',
    'aria-label': trans('Name of the tag'),
    placeholder: trans('name of the tag'),
    required: true,
    spellcheck: 'false'
  });
  const form = h(
    'form',
    {
      class: 'nbf-TagForm',
      hidden: true,
      onsubmit: event => {
        event.preventDefault();
        form.hidden = true;
        onTag(input.value.trim());
      }
    },
    input,
    h('button', { class: 'nbf-Button', type: 'submit', 'data-action': 'tag-with' }, trans('Tag'))
  );
  return form;
}

function openTagForm(form: HTMLFormElement): void {
  form.hidden = !form.hidden;
  form.querySelector('input')?.focus();
}

export function otherVersion(foreign: number, trans: Translate): HTMLElement {
  const text =
    foreign > PROTOCOL
      ? trans(
          'The versions of nbflow differ: this panel is older than nbflow in the kernel. Update nbflow where Jupyter runs, then reload the page.'
        )
      : trans(
          'The versions of nbflow differ: nbflow in the kernel is older than this panel. Update nbflow in the environment of the kernel, then restart the kernel.'
        );
  return h('div', { class: 'nbf-Banner nbf-OtherVersion', role: 'alert' }, signIcon('warning'), h('span', {}, text));
}

/** Returns the notice of a notebook that was copied, which asks whose runs it shows. */
export function copied(
  flow: string,
  trans: Translate,
  actions: Pick<Actions, 'shareRuns' | 'startEmpty'>
): HTMLElement {
  const keep = textButton({
    sign: 'restore',
    label: trans('Keep its runs'),
    name: 'share-runs',
    onclick: () => void actions.shareRuns(flow)
  });
  const empty = textButton({
    sign: 'close',
    label: trans('Start empty'),
    name: 'start-empty',
    onclick: () => void actions.startEmpty()
  });
  return h(
    'div',
    { class: 'nbf-Banner nbf-Copied', role: 'status' },
    h('span', {}, trans('This notebook is a copy of "%1".', flow)),
    h('div', { class: 'nbf-BannerRow' }, keep, empty)
  );
}

export function trouble(text: string, trans: Translate, onClose: () => void): HTMLElement {
  const close = iconButton({ sign: 'close', label: trans('Dismiss'), onclick: onClose });
  return h('div', { class: 'nbf-Banner nbf-Trouble', role: 'alert' }, signIcon('warning'), h('span', {}, text), close);
}

/** Returns a text that says what to do while a view is empty. */
export function empty(title: string, ...what: Child[]): HTMLElement {
  return h('div', { class: 'nbf-Empty' }, h('p', { class: 'nbf-EmptyTitle' }, title), h('p', {}, ...what));
}

/** Shows the problems of the flow, folded to one line; each links to its cell. */
export class Problems implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly trans: Translate,
    private readonly onJump: (cell: string, line: number) => void,
    private readonly onRepair: RepairProps['onRepair'] | null
  ) {
    this.node = h('details', { class: 'nbf-Problems', hidden: true }, this.summary, this.list);
  }

  show(problems: readonly ProblemLine[]): void {
    const errors = problems.filter(problem => !problem.warning).length;
    const label = errors ? this.trans('Problems: %1', problems.length) : this.trans('Warnings: %1', problems.length);
    this.node.hidden = problems.length === 0;
    setAttribute(this.node, 'data-severity', errors ? 'error' : 'warning');
    setAttribute(this.node, 'open', errors > 0);
    this.summary.replaceChildren(signIcon('warning'), h('span', {}, label));
    this.list.replaceChildren(...problems.map(problem => h('li', {}, this.problem(problem), this.button(problem))));
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private button({ repair }: ProblemLine): HTMLElement | null {
    return repair && this.onRepair && repairButton(repair, { trans: this.trans, onRepair: this.onRepair });
  }

  private problem(problem: ProblemLine): HTMLElement {
    return h(
      'button',
      {
        class: 'nbf-Problem',
        type: 'button',
        'data-step': problem.step,
        'data-cell': problem.cell,
        onclick: () => this.onJump(problem.cell, problem.line)
      },
      h('span', { class: 'nbf-ProblemText' }, problem.message),
      problem.fix && h('span', { class: 'nbf-Fix' }, problem.fix),
      h('span', { class: 'nbf-Where' }, problem.warning ? this.trans('%1 · warning', problem.where) : problem.where)
    );
  }

  private readonly summary = h('summary', { class: 'nbf-Summary' });
  private readonly list = h('ul', {});
}
