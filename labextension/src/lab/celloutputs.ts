import { type Cell, type ICodeCellModel, isCodeCellModel } from '@jupyterlab/cells';
import { type Notebook, NotebookActions } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { RunLine, Snapshot, StepLine, StepOutputs } from '../state/protocol';
import type { FlowNotebook } from './notebook';
import { type OutputFacts, readFacts, writeFacts } from './outputfacts';
import { isOutput } from './richoutputs';

/** The number of milliseconds after which a step that runs is read again. */
const BEAT = 1000;

/** The number of steps that one request asks for. */
const AT_ONCE = 100;

type NotebookOutput = StepOutputs['outputs'][number];

const VIEW = 'application/vnd.jupyter.widget-view+json';
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

  /** Show the outputs that a step has in a stored run. The models of its widgets are gone, so they become texts. */
  async show(step: string, run: number): Promise<void> {
    const found = await this.notebook.archive.outputs(run, [step]);
    found.steps.forEach(one => this.write({ ...one, outputs: one.outputs.map(withoutView), widgets: {} }, found.run));
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
  private isNews({ step, status, done, reused, failed, skipped }: StepLine, run: RunLine): boolean {
    const runs = status === 'running' && run.finished === null;
    const [before, when] = this.known.get(step) ?? ['', 0];
    const state = [status, done, reused, failed, skipped].join();
    if (this.executed.has(step) || (runs ? Date.now() - when < BEAT : state === before)) {
      return false;
    }
    this.known.set(step, [state, Date.now()]);
    return true;
  }

  /** Read what is wanted, in one request; what is wanted meanwhile is read afterwards. */
  private async read(): Promise<void> {
    if (this.isReading) {
      return;
    }
    this.isReading = true;
    try {
      while (this.wanted.size && this.run !== null && !this.isDisposed) {
        const steps = [...this.wanted].slice(0, AT_ONCE);
        steps.forEach(step => this.wanted.delete(step));
        const found = await this.notebook.archive.outputs(this.run, steps);
        found.steps.filter(({ step }) => !this.executed.has(step)).forEach(step => this.write(step, found.run));
      }
    } catch {
      this.known.clear(); // the next broadcast asks again
    } finally {
      this.isReading = false;
    }
  }

  private write(step: StepOutputs, run: RunLine): void {
    const model = this.modelOf(step.step);
    if (!model || this.isDisposed || model.executionState === 'running') {
      return;
    }
    const outputs = step.outputs.filter(isOutput);
    const text = JSON.stringify(outputs);
    const before = readFacts(model)?.widgets ?? [];
    if (this.written.get(model) !== text || model.outputs.length !== outputs.length) {
      model.outputs.clear(); // before the cell is trusted: what stood here may not be
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
        const { seconds, status, total: tasks, failed } = line;
        const facts = { run: run.number, began: run.started, status, tasks, failed, seconds, source: null };
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
  private readonly known = new Map<string, readonly [state: string, when: number]>();
  private readonly wanted = new Set<string>();
  private readonly executed = new Set<string>();
  private readonly unnamed = new Map<string, Cell>();
  private readonly written = new WeakMap<ICodeCellModel, string>();
}

/** Returns an output without the view of a widget if it can be shown as text. */
function withoutView(output: NotebookOutput): NotebookOutput {
  const { data } = output;
  if (typeof data !== 'object' || data === null || !(VIEW in data)) {
    return output;
  }
  return { ...output, data: Object.fromEntries(Object.entries(data).filter(([mime]) => mime !== VIEW)) };
}

function factsOf(step: StepOutputs, run: RunLine): OutputFacts {
  const { status, tasks, failed, seconds, source } = step;
  const place = run.kind === 'interactive' ? 'kernel' : 'worker';
  const widgets = Object.keys(step.widgets);
  return { run: run.number, began: run.started, status, tasks, failed, seconds, source, place, widgets };
}

/**
 * Returns the node of a cell before which, or after which, something about its outputs can stand. JupyterLab makes it
 * when the cell comes into view: then `retry` is called.
 */
export function outputNodeOf(cell: Cell, retry: () => void): Element | null {
  const found = cell.node.querySelector(':scope > .jp-Cell-outputWrapper');
  if (!found && !cell.isDisposed) {
    void cell.ready.then(retry);
  }
  return found;
}
