/** Shows what a task printed and displayed, as the program around the panel shows outputs of cells. */
import type { Component } from '../ui/component';
import { h } from '../ui/dom';
import { section } from '../ui/section';
import type { ShowOutputs } from './host';

type NotebookOutput = Readonly<Record<string, unknown>>;

const NEAR = 24; // pixels from its end within which a log is followed

export class OutputSection implements Component {
  readonly node: HTMLDetailsElement;
  isDisposed = false;

  constructor(
    title: string,
    private readonly showOutputs: ShowOutputs
  ) {
    this.node = section(title, this.pane);
    this.node.hidden = true;
  }

  /** Show new outputs of a task that may still run: unchanged outputs stay, and the end of a log stays visible. */
  show(outputs: readonly NotebookOutput[]): void {
    const text = JSON.stringify(outputs);
    if (text === this.text) {
      return;
    }
    this.text = text;
    this.node.hidden = outputs.length === 0;
    const follows = this.pane.scrollTop + this.pane.clientHeight >= this.pane.scrollHeight - NEAR;
    const top = this.pane.scrollTop;
    const isFirst = this.shown === null;
    const host = h('div');
    this.shown?.dispose();
    this.pane.replaceChildren(host);
    this.shown = this.showOutputs(host, outputs);
    this.pane.scrollTop = follows && !isFirst ? this.pane.scrollHeight : top;
  }

  dispose(): void {
    this.isDisposed = true;
    this.shown?.dispose();
    this.shown = null;
  }

  private text = '[]';
  private shown: { dispose(): void } | null = null;
  private readonly pane = h('div', { class: 'nbf-Outputs', tabindex: 0 });
}
