import type { Cell } from '@jupyterlab/cells';
import { type INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { ServiceManager } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { prepareFor } from './executing';
import { FlowNotebook } from './notebook';

/** Tracks the open notebooks, and the one that the panel shows. */
export class FlowTracker implements IDisposable {
  isDisposed = false;
  readonly added: ISignal<this, FlowNotebook>;
  readonly currentChanged: ISignal<this, FlowNotebook | null>;

  constructor(
    private readonly tracker: INotebookTracker,
    private readonly services: ServiceManager.IManager,
    private readonly onMissing: ConstructorParameters<typeof FlowNotebook>[3]
  ) {
    this.added = this._added;
    this.currentChanged = this._currentChanged;
    tracker.widgetAdded.connect((_, panel) => void this.of(panel), this);
    tracker.currentChanged.connect((_, panel) => this.choose(panel), this);
    window.addEventListener('focus', this.lookAgain);
    NotebookActions.executionScheduled.connect((_, { notebook, cell }) => this.scheduled(notebook, cell), this);
    NotebookActions.executed.connect((_, { notebook }) => this.find(notebook)?.refresh(), this);
    tracker.forEach(panel => this.of(panel));
    this.choose(tracker.currentWidget);
  }

  get current(): FlowNotebook | null {
    return this._current;
  }

  /** Set whether the panel follows when the user changes to another notebook. */
  set follows(follows: boolean) {
    this._follows = follows;
    this.choose(this.tracker.currentWidget);
  }

  get all(): Iterable<FlowNotebook> {
    return this._open.values();
  }

  /** Return the flow of an open notebook. */
  of(panel: NotebookPanel): FlowNotebook {
    const known = this._open.get(panel);
    if (known) {
      return known;
    }
    const { serverSettings, contents } = this.services;
    const notebook = new FlowNotebook(panel, serverSettings, path => contents.localPath(path), this.onMissing);
    this._open.set(panel, notebook);
    panel.disposed.connect(() => this.close(panel), this);
    this._added.emit(notebook);
    return notebook;
  }

  dispose(): void {
    this.isDisposed = true;
    window.removeEventListener('focus', this.lookAgain);
    this._open.forEach(notebook => notebook.dispose());
    Signal.clearData(this);
  }

  private choose(panel: NotebookPanel | null): void {
    const stays = !this._follows && this._current && !this._current.isDisposed;
    const chosen = stays ? this._current : panel && this.of(panel);
    if (chosen !== this._current) {
      this._current = chosen;
      this._currentChanged.emit(chosen);
      this.lookAgain();
    }
  }

  /** Read again when the user comes back to the page, because a run may have begun elsewhere. */
  private readonly lookAgain = (): void => this._current?.refresh();

  private close(panel: NotebookPanel): void {
    const notebook = this._open.get(panel);
    this._open.delete(panel);
    notebook?.dispose();
    if (notebook === this._current) {
      this.choose(this.tracker.currentWidget === panel ? null : this.tracker.currentWidget);
    }
  }

  private scheduled(content: NotebookPanel['content'], { model }: Cell): void {
    const notebook = this.find(content);
    if (notebook) {
      prepareFor(notebook, model.sharedModel.source);
    }
  }

  private find(content: NotebookPanel['content']): FlowNotebook | undefined {
    return [...this._open].find(([panel]) => panel.content === content)?.[1];
  }

  private _current: FlowNotebook | null = null;
  private _follows = true;
  private readonly _open = new Map<NotebookPanel, FlowNotebook>();
  private readonly _added = new Signal<this, FlowNotebook>(this);
  private readonly _currentChanged = new Signal<this, FlowNotebook | null>(this);
}
