/** Shows the buttons for the whole flow, and its progress. */
import type { RunLine } from '../state/protocol';
import { iconButton, textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h, setAttribute, setText } from '../ui/dom';
import { now, ticking } from '../ui/format';
import type { Translate } from '../ui/language';
import { type MenuItem, menuButton } from '../ui/menu';
import { failedMark, failedText, joined, runCount } from '../ui/words';

export interface ToolbarProps {
  readonly trans: Translate;
  readonly menu: () => readonly MenuItem[];
  readonly onRun: () => void;
  readonly onStop: () => void;
  readonly onParameters: () => void;
  readonly onTab: () => void;
}

export class Toolbar implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly props: ToolbarProps,
    canAct: boolean
  ) {
    const { trans } = props;
    const run = textButton({
      sign: 'run',
      label: trans('Run'),
      title: trans('Run the flow'),
      name: 'run',
      onclick: props.onRun
    });
    this.stop = iconButton({ sign: 'stop', label: trans('Stop the run'), name: 'cancel', onclick: props.onStop });
    this.parameters = iconButton({
      sign: 'parameters',
      label: trans('Parameters'),
      name: 'parameters',
      onclick: props.onParameters
    });
    const tab = iconButton({ sign: 'tab', label: trans('Open as a tab'), name: 'tab', onclick: props.onTab });
    const acting = [
      h('span', { class: 'nbf-SplitButton' }, run, menuButton(trans('What to run'), props.menu)),
      this.stop,
      this.parameters
    ];
    this.node = h(
      'div',
      { class: 'nbf-Toolbar', role: 'toolbar', 'aria-label': trans('Flow') },
      ...(canAct ? acting : []),
      this.progress,
      ...(canAct ? [tab] : [])
    );
    this.show(null);
    this.setParameters(0, false);
  }

  /** Show the run that goes on now; null if there is none. */
  show(run: RunLine | null): void {
    this.run = run;
    this.stop.disabled = run === null;
    this.tick(now());
  }

  /** Set the number of parameters, and whether their form is open. */
  setParameters(number: number, isOpen: boolean): void {
    this.parameters.disabled = number === 0;
    this.parameters.setAttribute('aria-expanded', String(isOpen));
  }

  focusParameters(): void {
    this.parameters.focus();
  }

  tick(time: number): void {
    const run = this.run;
    const counts = run ? joined(runCount(run), failedMark(run)) : '';
    setText(this.progress, run ? `${counts} · ${ticking(time - run.started)}` : '');
    setAttribute(this.progress, 'title', run ? joined(runCount(run), failedText(run, this.props.trans)) : null);
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private run: RunLine | null = null;
  private readonly stop: HTMLButtonElement;
  private readonly parameters: HTMLButtonElement;
  private readonly progress = h('span', { class: 'nbf-Progress' });
}
