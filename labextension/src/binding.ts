/** Ties each view to the model: the views know neither model nor archive, the model does not know the views. */
import { Signal } from '@lumino/signaling';
import { runDiff } from './components/diff';
import { Runs } from './components/runs';
import { Timeline } from './components/timeline';
import type { Component, FlowView } from './components/view';
import { h } from './dom';
import type { Host } from './host';
import type { FlowModel } from './model';
import type { RunDiff, RunState, TaskList } from './protocol';
import { Reading } from './reading';

/** A view that follows the model, and is told when a second is over while something runs. */
export interface Bound extends Component {
  tick(now: number): void;
}

type Complain = (text: string) => void;

export class FlowBinding implements Bound {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly model: FlowModel,
    private readonly view: FlowView
  ) {
    this.node = view.node;
    model.shapeChanged.connect(this.draw, this);
    model.linesChanged.connect(this.update, this);
    model.selectedChanged.connect(this.select, this);
    this.draw();
    this.select();
  }

  tick(now: number): void {
    this.view.tick(now);
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
    this.view.dispose();
  }

  private draw(): void {
    this.view.draw(this.model.shape, step => this.model.line(step));
  }

  private update(_: FlowModel, steps: readonly string[]): void {
    this.view.update(steps.flatMap(step => this.model.line(step) ?? []));
  }

  private select(): void {
    this.view.select(this.model.selected?.step ?? null);
  }
}

export class TimelineBinding implements Bound {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly model: FlowModel,
    private readonly host: Host,
    complain: Complain
  ) {
    this.view = new Timeline({ trans: host.trans, onSelect: (step, task) => model.select({ step, task }) });
    this.node = this.view.node;
    this.reading = new Reading<TaskList>(
      list => this.view.show(list.run, model.shape, list.tasks),
      error => complain(host.trans('The tasks cannot be read: %1', reason(error)))
    );
    model.linesChanged.connect(this.again, this);
    model.runsChanged.connect(this.ask, this);
    model.shownChanged.connect(this.ask, this);
    model.shapeChanged.connect(this.again, this);
    this.ask();
  }

  tick(): void {
    this.view.tick();
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
    this.reading.dispose();
    this.view.dispose();
  }

  /** Only another run is asked for at once: a run that goes on tells so many times a second. */
  private ask(): void {
    const { archive } = this.host;
    const run = this.model.run?.number ?? null;
    if (run === this.run) {
      this.again();
    } else if (archive && run !== null) {
      this.run = run;
      this.reading.ask(() => archive.tasks(null, run));
    } else {
      this.run = run;
      this.reading.stop();
      this.view.show(null, null, []);
    }
  }

  private again(): void {
    this.reading.again();
  }

  private run: number | null = null;
  private readonly view: Timeline;
  private readonly reading: Reading<TaskList>;
}

export class RunsBinding implements Bound {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly model: FlowModel,
    private readonly host: Host,
    private readonly complain: Complain
  ) {
    this.view = new Runs({
      trans: host.trans,
      onShow: run => this.open(run.number),
      onCompare: (then, now) => this.compare(then, now)
    });
    this.node = h('div', { class: 'nbf-RunsAndDiff' }, this.view.node, this.diff);
    this.reading = new Reading<RunState>(
      run => model.show(run),
      error => this.fail(error)
    );
    this.comparing = new Reading<RunDiff>(
      diff => this.showDiff(diff),
      error => this.fail(error)
    );
    model.runsChanged.connect(this.show, this);
    model.shownChanged.connect(this.show, this);
    this.show();
  }

  tick(): void {
    this.view.tick();
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
    this.reading.dispose();
    this.comparing.dispose();
    this.view.dispose();
  }

  private show(): void {
    this.view.show(this.model.runs, this.model.shown?.run.number ?? null);
  }

  /** A click on the run that is shown leads back to the notebook. */
  private open(run: number): void {
    const { archive } = this.host;
    if (this.model.shown?.run.number === run) {
      this.model.show(null);
    } else if (archive) {
      this.reading.ask(() => archive.run(run));
    }
  }

  private compare(then: number, now: number): void {
    const { archive } = this.host;
    if (archive) {
      this.comparing.ask(() => archive.diff(then, now));
    }
  }

  private showDiff(diff: RunDiff | null): void {
    this.diff.replaceChildren(...(diff ? [runDiff(diff, this.host.trans, () => this.showDiff(null))] : []));
    this.view.node.hidden = diff !== null;
    this.diff.querySelector('button')?.focus();
  }

  private fail(error: unknown): void {
    this.complain(this.host.trans('The run cannot be read: %1', reason(error)));
  }

  private readonly view: Runs;
  private readonly diff = h('div', { class: 'nbf-DiffHost' });
  private readonly reading: Reading<RunState>;
  private readonly comparing: Reading<RunDiff>;
}

/** Why something could not be read, in a few words. */
export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
