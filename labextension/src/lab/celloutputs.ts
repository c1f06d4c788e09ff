import { type Cell, type ICodeCellModel, isCodeCellModel } from '@jupyterlab/cells';
import { type Notebook, NotebookActions } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { RunLine, Snapshot, StepLine, StepOutputs } from '../state/protocol';
import type { FlowNotebook } from './notebook';
import { type OutputFacts, readFacts, writeFacts } from './outputfacts';
import { isOutput } from './richoutputs';

const STATES = 'application/vnd.jupyter.widget-state+json';

/**
 * Writes the outputs of a run's tasks under the step cells, while they arrive.
 *
 * Only the page whose request has started the run writes: where several pages show one document, the others receive
 * what it writes. A cell that was executed since the run began keeps what the kernel displays.
 */
export class CellOutputs implements IDisposable {
  isDisposed = false;
  enabled = true;

  constructor(private readonly notebook: FlowNotebook) {
    notebook.feed.ownHeard.connect((_, snapshot) => this.hear(snapshot), this);
    notebook.feed.sessionHeard.connect((_, snapshot) => this.noteSession(snapshot), this);
    NotebookActions.executionScheduled.connect(this.schedule, this);
    NotebookActions.executed.connect(this.finish, this);
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.disconnectReceiver(this);
  }

  /** Show the outputs that steps have in a run; of those that are still wanted when they have been read. */
  async show(steps: readonly string[], run: number, isWanted: (step: string) => boolean = () => true): Promise<void> {
    const found = await this.notebook.archive.outputs(run, steps);
    if (!this.isDisposed) {
      found.steps.filter(({ step }) => isWanted(step)).forEach(step => this.write(step, found.run));
    }
  }

  // a run that this page has started

  private hear({ run, lines }: Snapshot): void {
    if (!run || !this.enabled) {
      return;
    }
    if (run.number !== this.run) {
      this.run = run.number;
      this.known.clear();
      this.executed.clear();
    }
    for (const line of lines) {
      if (line.status !== 'waiting' && line.status !== 'missing' && this.isNews(line, run)) {
        this.wanted.add(line.step);
      }
    }
    void this.read();
  }

  /** Tell whether a step has gone on since it was read. What a running step has printed grows all the time. */
  private isNews(line: StepLine, run: RunLine): boolean {
    const { status, done, reused, failed, skipped } = line;
    const state = [status, done, reused, failed, skipped].join();
    const isNew = this.known.get(line.step) !== state || (status === 'running' && run.finished === null);
    this.known.set(line.step, state);
    return isNew && !this.executed.has(line.step);
  }

  /** Read what is wanted, in one request; what is wanted meanwhile is read afterwards. */
  private async read(): Promise<void> {
    if (this.isReading) {
      return;
    }
    this.isReading = true;
    try {
      while (this.wanted.size && this.run !== null && !this.isDisposed) {
        const steps = [...this.wanted];
        this.wanted.clear();
        await this.show(steps, this.run, step => !this.executed.has(step));
      }
    } catch {
      this.known.clear(); // the next broadcast asks again
    } finally {
      this.isReading = false;
    }
  }

  private write(step: StepOutputs, run: RunLine): void {
    const model = this.modelOf(step.step);
    if (!model || model.executionState === 'running') {
      return;
    }
    const outputs = step.outputs.filter(isOutput);
    const text = JSON.stringify(outputs);
    const before = readFacts(model)?.widgets ?? [];
    if (this.written.get(model) !== text || model.outputs.length !== outputs.length) {
      model.trusted = true; // the server leaves only text and images of what the user has not signed
      model.executionCount = null;
      model.outputs.fromJSON(outputs); // not in a transaction, whose end would add them once more
      this.written.set(model, text);
    }
    model.sharedModel.transact(() => writeFacts(model, factsOf(step, run)), false); // undo leaves it as it is
    this.keepWidgets(before, step.widgets);
  }

  private modelOf(step: string): ICodeCellModel | undefined {
    const id = this.notebook.model.facts(step)?.cell;
    const cells = Array.from(this.notebook.panel.content.model?.cells ?? []);
    return cells.filter(isCodeCellModel).find(model => model.id === id);
  }

  /** Save the states of the widgets in the notebook, from where JupyterLab takes them after a reload. */
  private keepWidgets(before: readonly string[], states: StepOutputs['widgets']): void {
    const { model } = this.notebook.panel.content;
    if (!model || !(before.length || Object.keys(states).length)) {
      return;
    }
    const widgets = model.getMetadata('widgets') ?? {};
    const kept = Object.entries(widgets[STATES]?.state ?? {}).filter(([name]) => !before.includes(name));
    const state = { ...Object.fromEntries(kept), ...states };
    model.setMetadata('widgets', { ...widgets, [STATES]: { version_major: 2, version_minor: 0, state } });
  }

  // cells that are executed in the kernel

  private schedule(_: unknown, { notebook, cell }: { notebook: Notebook; cell: Cell }): void {
    const step = this.stepOf(notebook, cell);
    if (step) {
      this.executed.add(step);
      cell.model.sharedModel.transact(() => writeFacts(cell.model, null), false);
    }
  }

  private finish(_: unknown, { notebook, cell }: { notebook: Notebook; cell: Cell }): void {
    const step = this.stepOf(notebook, cell);
    if (step) {
      this.unnamed.set(step, cell);
      this.nameSession();
    }
  }

  private noteSession(snapshot: Snapshot): void {
    this.session = snapshot;
    this.nameSession();
  }

  /** Note of which run the outputs of the cells are that were executed, as soon as the kernel has told it. */
  private nameSession(): void {
    const { run = null, lines = [] } = this.session ?? {};
    for (const [step, cell] of this.unnamed) {
      const line = lines.find(one => one.step === step);
      if (run && line && !cell.isDisposed && line.status !== 'running' && line.status !== 'waiting') {
        this.unnamed.delete(step);
        const { seconds, status, total } = line;
        const facts = { run: run.number, began: run.started, status, tasks: total, seconds, source: null };
        cell.model.sharedModel.transact(
          () => writeFacts(cell.model, { ...facts, place: 'kernel', widgets: [] }),
          false
        );
      }
    }
  }

  private stepOf(notebook: Notebook, cell: Cell): string {
    return notebook === this.notebook.panel.content ? this.notebook.stepOf(cell) : '';
  }

  private run: number | null = null;
  private isReading = false;
  private session: Snapshot | null = null;
  private readonly known = new Map<string, string>();
  private readonly wanted = new Set<string>();
  private readonly executed = new Set<string>();
  private readonly unnamed = new Map<string, Cell>();
  private readonly written = new WeakMap<ICodeCellModel, string>();
}

function factsOf(step: StepOutputs, run: RunLine): OutputFacts {
  const { status, tasks, seconds, source } = step;
  const place = run.kind === 'interactive' ? 'kernel' : 'worker';
  const widgets = Object.keys(step.widgets);
  return { run: run.number, began: run.started, status, tasks, seconds, source, place, widgets };
}

/** Returns the node of a cell before which, or after which, something about its outputs can stand. */
export const outputNodeOf = (cell: Cell): Element | null => cell.node.querySelector(':scope > .jp-Cell-outputWrapper');
