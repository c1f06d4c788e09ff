/** Shows the error of a task, with links to the lines that raised it. */
import type { FailureLine, FrameLine, TaskLine } from '../state/protocol';
import { textButton } from '../ui/button';
import { h } from '../ui/dom';
import { ItemText } from '../ui/item';
import type { Translate } from '../ui/language';
import { withoutColours } from './plain';

/** Describes an error. `one` is the failed task; for a step with many tasks, the first failed one. */
export interface Failed {
  readonly fail: FailureLine;
  readonly one: TaskLine;
  readonly count: string; // "2 of 12 failed"; "" if only this task is shown
}

export interface FailureProps {
  readonly trans: Translate;
  readonly onJump: ((cell: string, line: number) => void) | null;
  readonly onDebug: ((address: string) => void) | null;
  readonly onTask: (task: TaskLine) => void;
}

export function failure({ fail, one, count }: Failed, props: FailureProps): HTMLElement {
  const { trans } = props;
  return h(
    'section',
    { class: 'nbf-Failure', 'aria-label': trans('Error') },
    count ? firstOf(count, one, props) : null,
    h('p', { class: 'nbf-ErrorText' }, h('strong', {}, fail.type), fail.message ? `: ${fail.message}` : ''),
    buttons(fail, one, props),
    fail.frames.length
      ? h(
          'ol',
          { class: 'nbf-Frames', 'aria-label': trans('Traceback') },
          ...fail.frames.map(frame => h('li', {}, frameLine(frame, props)))
        )
      : null,
    fail.traceback
      ? h(
          'details',
          { class: 'nbf-Whole', 'data-name': 'traceback' },
          h('summary', { class: 'nbf-Summary' }, trans('Whole traceback')),
          h('pre', { class: 'nbf-Code', tabindex: 0 }, withoutColours(fail.traceback))
        )
      : null
  );
}

/** Returns the number of failed tasks, and the item of the first, which leads to its details. */
function firstOf(count: string, one: TaskLine, { trans, onTask }: FailureProps): HTMLElement {
  const item = new ItemText();
  item.show([{ text: one.item || one.label, common: false }]);
  const title = trans('Show the details of %1', one.label);
  return h(
    'p',
    { class: 'nbf-FailedOf' },
    h('span', { class: 'nbf-FailedCount' }, count),
    h(
      'button',
      { class: 'nbf-Link', type: 'button', 'data-action': 'first-failed', title, onclick: () => onTask(one) },
      item.node
    )
  );
}

function buttons(fail: FailureLine, one: TaskLine, { trans, onJump, onDebug }: FailureProps): HTMLElement | null {
  const place = fail.frames.filter(frame => frame.cell).at(-1);
  const jump =
    onJump &&
    place &&
    textButton({
      sign: 'cell',
      label: trans('Jump to cell'),
      title: trans('Go to the line of the notebook that raised the error'),
      name: 'jump-to-error',
      onclick: () => onJump(place.cell, place.line)
    });
  const debug =
    onDebug &&
    textButton({
      sign: 'debug',
      label: trans('Debug'),
      title: trans('Bind the inputs of the failed task in the kernel'),
      name: 'debug',
      onclick: () => onDebug(one.label)
    });
  return jump || debug ? h('div', { class: 'nbf-FailureButtons' }, jump, debug) : null;
}

function frameLine(frame: FrameLine, { trans, onJump }: FailureProps): HTMLElement {
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
          onclick: () => onJump?.(frame.cell, frame.line)
        },
        ...content
      )
    : h('div', { class: 'nbf-Frame nbf-mod-elsewhere' }, ...content);
}
