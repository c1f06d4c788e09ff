import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { h, setAttribute, setText } from '../ui/dom';
import { showStatus, statusIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import type { FlowNotebook } from './notebook';
import { progressCaption, progressStatus, progressText } from './progress';
import type { FlowTracker } from './tracker';

/** Shows `Flow 11/40` in the status bar; a click opens the panel. */
export class FlowStatus extends Widget {
  readonly activeChanged: ISignal<this, void>;

  constructor(
    tracker: FlowTracker,
    private readonly trans: Translate,
    open: () => void
  ) {
    super();
    this.activeChanged = this._activeChanged;
    this.addClass('nbf-Status');
    this.addClass('nbf-Themed');
    this.button = h('button', { type: 'button', class: 'jp-StatusBar-TextItem', onclick: open }, this.icon, this.text);
    this.node.append(this.button);
    tracker.currentChanged.connect((_, notebook) => this.follow(notebook), this);
    this.follow(tracker.current);
  }

  /** Tells whether the item is shown: only for notebooks with steps. */
  get isActive(): boolean {
    return this.notebook?.hasSteps ?? false;
  }

  override dispose(): void {
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
    super.dispose();
  }

  private follow(notebook: FlowNotebook | null): void {
    if (this.notebook) {
      Signal.disconnectBetween(this.notebook, this);
      Signal.disconnectBetween(this.notebook.model, this);
    }
    this.notebook = notebook;
    notebook?.hasStepsChanged.connect(this.changed, this);
    for (const signal of notebook
      ? [notebook.model.runsChanged, notebook.model.linesChanged, notebook.model.shapeChanged]
      : []) {
      signal.connect(this.update, this);
    }
    this.changed();
  }

  private changed(): void {
    this.update();
    this._activeChanged.emit();
  }

  protected override onUpdateRequest(): void {
    if (this.notebook) {
      const { model } = this.notebook;
      setText(this.text, progressText(model, this.trans));
      showStatus(this.icon, progressStatus(model));
      setAttribute(this.button, 'title', progressCaption(model, this.trans));
    }
  }

  private notebook: FlowNotebook | null = null;
  private readonly icon = statusIcon('missing');
  private readonly text = h('span', {});
  private readonly button: HTMLButtonElement;
  private readonly _activeChanged = new Signal<this, void>(this);
}
