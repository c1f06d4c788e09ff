/** Shows the buttons for the selected step or task. */
import type { StepFacts, StepLine, StepStatus, TaskLine, TaskState } from '../state/protocol';
import { iconButton, textButton } from '../ui/button';
import { h, setText } from '../ui/dom';
import type { Translate } from '../ui/language';

export interface DetailActions {
  readonly restore: (address: string) => void;
  readonly rerun: (address: string) => void;
  readonly debug: (address: string) => void;
  readonly runTo: (step: string) => void;
  readonly runFrom: (step: string) => void;
}

/** Tells whether a step or task with this status has a checkpoint. */
const STORED: Record<StepStatus, boolean> = {
  missing: false,
  waiting: false,
  running: false,
  done: true,
  reused: true,
  skipped: false,
  stale: true,
  failed: false,
  cancelled: false
};

/** Names the target of the buttons. `address` has no run, `checkpoint` has one. */
interface Target {
  readonly step: string;
  readonly cell: string;
  readonly address: string;
  readonly checkpoint: string;
}

export class DetailButtons {
  readonly node: HTMLElement;
  readonly jump: HTMLElement | null; // is placed elsewhere

  constructor(
    private readonly trans: Translate,
    actions: DetailActions | null,
    onJump: ((cell: string) => void) | null
  ) {
    const on = (act: (target: Target) => void) => (): void => {
      if (this.target) {
        act(this.target);
      }
    };
    this.restore = textButton({
      sign: 'restore',
      label: trans('Restore'),
      title: trans('Restore this checkpoint in the kernel; you see first what would change'),
      kind: 'accept',
      name: 'restore',
      onclick: on(target => actions?.restore(target.checkpoint))
    });
    this.rerun = textButton({
      sign: 'rerun',
      label: trans('Rerun'),
      title: trans('Run it again, even if its result is stored'),
      name: 'rerun',
      onclick: on(target => actions?.rerun(target.address))
    });
    const to = iconButton({
      sign: 'to',
      label: trans('Run to here'),
      name: 'run-to',
      onclick: on(target => actions?.runTo(target.step))
    });
    const from = iconButton({
      sign: 'from',
      label: trans('Run from here'),
      name: 'run-from',
      onclick: on(target => actions?.runFrom(target.step))
    });
    const jump =
      onJump &&
      iconButton({
        sign: 'cell',
        label: trans('Jump to the cell'),
        name: 'jump',
        onclick: on(target => onJump(target.cell))
      });
    this.node = h(
      'div',
      { class: 'nbf-DetailButtons', role: 'group', 'aria-label': trans('Actions') },
      ...(actions ? [this.restore, this.rerun, h('span', { class: 'nbf-Spacer' }), to, from] : [])
    );
    this.jump = jump;
  }

  show(facts: StepFacts, line: StepLine, chosen: TaskLine | null, state: TaskState | null): void {
    const status = chosen?.status ?? line.status;
    const run = chosen?.run ?? state?.run.number ?? line.run;
    const address = chosen?.label ?? facts.name;
    this.target = {
      step: facts.name,
      cell: facts.cell,
      address,
      checkpoint: run === null ? address : `${run}/${address}`
    };
    const hasItems = chosen === null && line.total > 1;
    const isStored = STORED[status] || (hasItems && line.done + line.reused > 0); // then it is asked which
    this.restore.disabled = !(state && !hasItems ? state.restorable : isStored);
    setText(this.restore.lastElementChild ?? this.restore, hasItems ? this.trans('Restore…') : this.trans('Restore'));
    this.rerun.disabled = status === 'running' || status === 'waiting';
  }

  private target: Target | null = null;
  private readonly restore: HTMLButtonElement;
  private readonly rerun: HTMLButtonElement;
}
