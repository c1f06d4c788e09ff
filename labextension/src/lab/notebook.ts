import type { Cell } from '@jupyterlab/cells';
import { PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, ServerConnection } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { FlowModel } from '../state/model';
import { loadNbflow, type Refusal } from './channel';
import { Feed } from './feed';
import { NotebookValues } from './valuesource';
import { Pause } from './pause';
import { type CellText, ServerArchive, type Text } from './rest';
import { LatestToast } from './toast';

/** The number of milliseconds without a key stroke after which an edit is read. */
const QUIET = 400;

/** Matches the header of a step cell, below comments and magics; the server reads the rest of it. */
const STEP = /^(?:[ \t]*(?:[#%!].*)?\r?\n)*[ \t]*(?:%%step\b|#\|[ \t]*step\b)/;

/** The name of nbflow's facts in the metadata of a notebook. */
const OWN = 'nbflow';

export const isStepText = (source: string): boolean => STEP.test(source);
export const isParametersText = (source: string): boolean => /^\s*(?:%%parameters\b|#\|\s*parameters\b)/.test(source);

const readTags = (tags: unknown): string[] => (Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : []);

const readId = (facts: unknown): string =>
  typeof facts === 'object' && facts !== null && 'id' in facts && typeof facts.id === 'string' ? facts.id : '';

/** Follows an open notebook and its flow. Nothing is read before it has steps or the user looks at its flow. */
export class FlowNotebook implements Text, IDisposable {
  isDisposed = false;
  readonly model = new FlowModel();
  readonly archive: ServerArchive;
  readonly feed: Feed;
  readonly values = new NotebookValues(this);
  /** Tells why the last action failed, or the last run. */
  readonly failure = new LatestToast();
  /** What the kernel was told last, as text. */
  told = '';
  /** The notebook has got its first step, or lost its last one. */
  readonly hasStepsChanged: ISignal<this, boolean>;

  constructor(
    readonly panel: NotebookPanel,
    settings: ServerConnection.ISettings,
    private readonly localPath: (path: string) => string,
    private readonly onMissing: (notebook: FlowNotebook, error: Refusal) => void
  ) {
    this.hasStepsChanged = this._hasStepsChanged;
    this.archive = new ServerArchive(this, settings);
    this.feed = new Feed(this.model, this.archive, ({ path }) => !path || PathExt.basename(path) === this.name);
    this._edits = new Pause(() => this.look(), QUIET, 4 * QUIET);
    this.model.choicesChanged.connect(() => void this.feed.refresh('flow'), this);
    panel.context.pathChanged.connect(this.renamed, this);
    panel.sessionContext.kernelChanged.connect(this.followKernel, this);
    panel.sessionContext.statusChanged.connect(this.noteStatus, this);
    panel.content.modelContentChanged.connect(this._edits.poke, this._edits);
    void panel.context.ready.then(() => this.begin());
  }

  get path(): string {
    return this.localPath(this.panel.context.path);
  }

  /** The id in the metadata of the notebook, by which its runs are found after it was renamed; '' before it has one. */
  get id(): string {
    return readId(this.panel.content.model?.getMetadata(OWN));
  }

  set id(id: string) {
    const { model } = this.panel.content;
    model?.setMetadata(OWN, { ...model.getMetadata(OWN), id });
  }

  /** The parameters that shall have another value than in their cell; null before that is known. */
  get choices(): Readonly<Record<string, string>> | null {
    return this.model.choices;
  }

  get name(): string {
    return PathExt.basename(this.path);
  }

  get kernel(): Kernel.IKernelConnection | null {
    return this.panel.sessionContext.session?.kernel ?? null;
  }

  /** Whether the notebook had steps when its text was last read, a moment ago. */
  get hasSteps(): boolean {
    return this._hasSteps;
  }

  /** Tell whether the notebook has steps at this moment. */
  findsSteps(): boolean {
    return this.cells().some(cell => cell.type === 'code' && isStepText(cell.source));
  }

  /**
   * Have the kernel load nbflow before the cell that is about to be executed, so that it knows `%%step`.
   *
   * It is asked again each time, once for cells that are executed together: somebody else may have restarted it.
   */
  prepare(): void {
    const { kernel } = this;
    if (kernel && !this._isPrepared && this.findsSteps()) {
      this._isPrepared = true;
      window.setTimeout(() => (this._isPrepared = false));
      void loadNbflow(kernel).then(error => error && this.missNbflow(kernel, error));
    }
  }

  cells(): readonly CellText[] {
    const cells = this.panel.content.model?.cells ?? [];
    return Array.from(cells, cell => ({
      id: cell.id,
      type: cell.type,
      source: cell.sharedModel.source,
      tags: readTags(cell.getMetadata('tags'))
    }));
  }

  /** Return the cell with an id. */
  cell(id: string): Cell | undefined {
    return this.panel.content.widgets.find(cell => cell.model.id === id);
  }

  /** Return the name of a cell's step, "" if the cell is not a step. */
  stepOf(cell: Cell | null): string {
    const id = cell?.model.id;
    return this.model.shape?.steps.find(step => step.cell === id)?.name ?? '';
  }

  /** Keep the flow up to date until the returned object is disposed; before that, a notebook without steps is not read. */
  watch(): IDisposable {
    const before = this.isFollowed;
    const watcher = new DisposableDelegate(() => this._watchers.delete(watcher));
    this._watchers.add(watcher);
    if (!before) {
      void this.feed.refresh();
    }
    return watcher;
  }

  /** Read the stored state again, because it may have changed. */
  refresh(): void {
    if (this.isFollowed && !this.isDisposed) {
      void this.feed.refresh();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this._edits.dispose();
    this.feed.dispose();
    this.model.dispose();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  /** Say once for each kernel that it has no nbflow. */
  private missNbflow(kernel: Kernel.IKernelConnection, error: Refusal): void {
    if (error.kind === 'ModuleNotFoundError' && this._without !== kernel.id) {
      this._without = kernel.id;
      this.onMissing(this, error);
    }
  }

  private get isFollowed(): boolean {
    return this._hasSteps || this._watchers.size > 0;
  }

  private begin(): void {
    if (!this.isDisposed) {
      this.followKernel();
      this.look();
    }
  }

  private followKernel(): void {
    this.model.forgetLive();
    this.feed.follow(this.kernel);
    this.refresh();
  }

  /** Forget live facts when the kernel that sent them has ended. */
  private noteStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this.told = this._warm = '';
      this.model.forgetLive();
      this.refresh();
    }
  }

  private renamed(): void {
    this.model.clear();
    this.refresh();
  }

  /** Tell whether an edit has changed the flow; changes of outputs also lead here. */
  private look(): void {
    const cells = this.cells();
    const text = JSON.stringify(cells);
    if (text === this._text) {
      return;
    }
    const isFirst = this._text === '';
    this._text = text;
    const before = this._hasSteps;
    this._hasSteps = this.findsSteps();
    if (this._hasSteps !== before) {
      this._hasStepsChanged.emit(this._hasSteps);
    }
    if (this._hasSteps && !isFirst) {
      this.warm();
    }
    if (this.isFollowed || before) {
      void this.feed.refresh(isFirst ? 'all' : 'flow');
    }
  }

  /** Have the kernel load nbflow while the user writes, so that the first completion of a header comes in time. */
  private warm(): void {
    const { kernel } = this;
    if (kernel && this._warm !== kernel.id) {
      this._warm = kernel.id;
      void loadNbflow(kernel);
    }
  }

  private _text = '';
  private _hasSteps = false;
  private _isPrepared = false;
  private _without = '';
  private _warm = '';
  private readonly _watchers = new Set<IDisposable>();
  private readonly _edits: Pause;
  private readonly _hasStepsChanged = new Signal<this, boolean>(this);
}
