/** Connects each view with the model: views know neither model nor archive, and the model knows no views. */
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { FlowModel } from '../state/model';
import type { TaskList } from '../state/protocol';
import { Reading } from '../state/reading';
import type { Component } from '../ui/component';
import type { Host } from './host';
import { Timeline } from './timeline';
import type { FlowView } from './view';

/** Describes a view that follows the model, and is called once a second while something runs. */
export interface Bound extends Component {
  tick(now: number): void;
}

type Complain = (text: string) => void;

/** Follows the model's signals and reads the archive for a view, until it is disposed. */
export abstract class Binding<View extends Bound> implements Bound {
  isDisposed = false;

  protected constructor(
    protected readonly model: FlowModel,
    protected readonly view: View,
    readonly node: HTMLElement = view.node
  ) {}

  tick(now: number): void {
    this.view.tick(now);
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
    this.readings.forEach(reading => reading.dispose());
    this.view.dispose();
  }

  protected read<T>(show: (value: T) => void, fail: (error: unknown) => void): Reading<T> {
    const reading = new Reading<T>(show, fail);
    this.readings.push(reading);
    return reading;
  }

  private readonly readings: IDisposable[] = [];
}

export class FlowBinding extends Binding<FlowView> {
  constructor(model: FlowModel, view: FlowView) {
    super(model, view);
    model.shapeChanged.connect(this.draw, this);
    model.linesChanged.connect(this.update, this);
    model.selectedChanged.connect(this.select, this);
    this.draw();
    this.select();
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

export class TimelineBinding extends Binding<Timeline> {
  constructor(
    model: FlowModel,
    private readonly host: Host,
    complain: Complain
  ) {
    super(model, new Timeline({ trans: host.trans, onSelect: (step, task) => model.select({ step, task }) }));
    this.reading = this.read<TaskList>(
      list => this.view.show(list.run, model.shape, list.tasks),
      error => complain(host.trans('The tasks cannot be read: %1', reason(error)))
    );
    model.linesChanged.connect(this.again, this);
    model.runsChanged.connect(this.ask, this);
    model.shownChanged.connect(this.ask, this);
    model.shapeChanged.connect(this.again, this);
    this.ask();
  }

  /** Read another run at once, but the same run only after a pause: it signals several times a second. */
  private ask(): void {
    const { archive } = this.host;
    const run = this.model.run?.number ?? null;
    if (run === this.run) {
      this.again();
    } else if (archive && run !== null) {
      this.run = run;
      this.reading.ask(() => archive.tasks(run));
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
  private readonly reading: Reading<TaskList>;
}

/** Returns why something could not be read, in a few words. */
export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
