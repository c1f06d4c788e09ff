/** What the panel shows: facts that came over the wire, and what the user has chosen among them. No DOM. */
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import {
  type FlowShape,
  type FlowState,
  type ParameterField,
  type ProblemLine,
  PROTOCOL,
  type RunLine,
  type RunState,
  type Snapshot,
  type StepFacts,
  type StepLine
} from './protocol';

/** A step, or one task of it in a run. */
export interface Selection {
  readonly step: string;
  readonly task: { readonly run: number; readonly number: number } | null;
}

export class FlowModel implements IDisposable {
  isDisposed = false;

  /** Another graph: everything must be drawn again. */
  readonly shapeChanged: ISignal<this, void>;
  /** These steps stand otherwise than before. */
  readonly linesChanged: ISignal<this, readonly string[]>;
  /** A run began, went on or ended, or the history was read again. */
  readonly runsChanged: ISignal<this, void>;
  /** Parameters or problems are others. */
  readonly flowChanged: ISignal<this, void>;
  readonly selectedChanged: ISignal<this, void>;
  /** The notebook as it is now, or an earlier run. */
  readonly shownChanged: ISignal<this, void>;
  /** Nothing is live any more: what is stored by now should be read. */
  readonly rested: ISignal<this, void>;

  constructor() {
    this.shapeChanged = this._shapeChanged;
    this.linesChanged = this._linesChanged;
    this.runsChanged = this._runsChanged;
    this.flowChanged = this._flowChanged;
    this.selectedChanged = this._selectedChanged;
    this.shownChanged = this._shownChanged;
    this.rested = this._rested;
  }

  // what comes in

  /** The notebook as the server sees it. What is live stays live, unless the server knows that run's end. */
  setState(state: FlowState): void {
    this._known = state;
    this._foreign = state.protocol !== PROTOCOL ? state.protocol : this._foreign;
    if (this._live && !isLive(this._live, state.run)) {
      this._live = null;
    }
    this._flowChanged.emit();
    this._settle();
    this._runsChanged.emit();
  }

  /** A broadcast of the kernel. One of another version is not looked at, except for that. */
  receive(snapshot: Snapshot): void {
    if (snapshot.protocol !== PROTOCOL) {
      this._foreign = snapshot.protocol;
      this._flowChanged.emit();
      return;
    }
    const wasLive = this._live !== null && isLive(this._live, this._live.run);
    const isNew = snapshot.run?.number !== this._live?.run?.number;
    this._live = snapshot;
    this._broadcast = snapshot.shape ?? this._broadcast;
    this._settle();
    this._runsChanged.emit();
    if ((wasLive || isNew) && !isLive(snapshot, snapshot.run)) {
      this._rested.emit();
    }
  }

  /** The kernel that broadcast is gone, or it is another notebook's: only what is stored counts. */
  forgetLive(): void {
    this._live = null;
    this._broadcast = null;
    this._settle();
    this._runsChanged.emit();
  }

  /** Another notebook: nothing of the one before is kept. */
  clear(): void {
    this._known = null;
    this._live = null;
    this._broadcast = null;
    this._foreign = null;
    this._runs = null;
    this.select(null);
    this.show(null);
    this._settle();
    this._flowChanged.emit();
    this._runsChanged.emit();
  }

  setRuns(runs: readonly RunLine[]): void {
    this._runs = runs;
    this._runsChanged.emit();
  }

  /** Show an earlier run, or the notebook again. */
  show(run: RunState | null): void {
    if (run !== this._shown) {
      this._shown = run;
      this._settle();
      this._shownChanged.emit();
    }
  }

  select(selection: Selection | null): void {
    if (!sameSelection(selection, this._selected)) {
      this._selected = selection;
      this._selectedChanged.emit();
    }
  }

  // what is shown

  /** The graph that is shown; null until somebody has told it. */
  get shape(): FlowShape | null {
    return this._shape;
  }

  /** How a step of the graph that is shown stands. */
  line(step: string): StepLine | undefined {
    return this._lines.get(step);
  }

  facts(step: string): StepFacts | undefined {
    return this._facts.get(step);
  }

  get shown(): RunState | null {
    return this._shown;
  }

  get selected(): Selection | null {
    return this._selected;
  }

  /** The run that goes on now, shown or not. That of a kernel session counts while a step of it runs. */
  get running(): RunLine | null {
    const { run = null, lines = [] } = this._live?.run ? this._live : (this._known ?? {});
    const goesOn = run !== null && run.finished === null && run.status === 'running';
    return goesOn && (run.kind !== 'interactive' || lines.some(isActive)) ? run : null;
  }

  /** The run that is shown: the earlier one that was chosen, else the newest. */
  get run(): RunLine | null {
    return this._shown
      ? this._fresh(this._shown.run)
      : (this._live?.run ?? this._known?.run ?? this._runs?.[0] ?? null);
  }

  /** Newest first, with what is live; null until they were read. */
  get runs(): readonly RunLine[] | null {
    const live = this._live?.run;
    if (!live || !this._runs) {
      return this._runs;
    }
    const others = this._runs.filter(run => run.number !== live.number);
    return [live, ...others].sort((one, other) => other.number - one.number);
  }

  get parameters(): readonly ParameterField[] {
    return this._known?.parameters ?? [];
  }

  get problems(): readonly ProblemLine[] {
    return this._known?.problems ?? [];
  }

  get store(): string {
    return this._known?.store ?? '';
  }

  /** The protocol of the other side, where it is not ours. */
  get foreign(): number | null {
    return this._foreign;
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
  }

  /** The live line of a run where there is one. */
  private _fresh(run: RunLine): RunLine {
    return this._live?.run?.number === run.number ? this._live.run : run;
  }

  /** Find out what is shown now, and tell what of it is new. */
  private _settle(): void {
    const before = this._shape;
    const shape = this._shown?.shape ?? this._known?.shape ?? this._broadcast;
    this._shape = shape;
    this._facts = new Map(shape?.steps.map(step => [step.name, step]));
    const lines = this._currentLines();
    if (shape?.version !== before?.version || shape?.document !== before?.document) {
      this._lines = lines;
      this._shapeChanged.emit();
    } else {
      this._update(lines);
    }
  }

  private _update(lines: Map<string, StepLine>): void {
    const changed = [...lines].filter(([step, line]) => !sameLine(line, this._lines.get(step))).map(([step]) => step);
    this._lines = lines;
    if (changed.length) {
      this._linesChanged.emit(changed);
    }
  }

  /** One line for every step: the live one, else the stored one. */
  private _currentLines(): Map<string, StepLine> {
    const stored = index(this._shown?.lines ?? this._known?.lines ?? []);
    const live = index(this._liveLines());
    return new Map([...this._facts.keys()].map(step => [step, live.get(step) ?? stored.get(step) ?? missing(step)]));
  }

  private _liveLines(): readonly StepLine[] {
    const belongs = !this._shown || this._shown.run.number === this._live?.run?.number;
    return belongs ? (this._live?.lines ?? []) : [];
  }

  private _known: FlowState | null = null;
  private _live: Snapshot | null = null;
  private _broadcast: FlowShape | null = null; // the last one that was sent: most messages leave it out
  private _foreign: number | null = null;
  private _runs: readonly RunLine[] | null = null;
  private _shown: RunState | null = null;
  private _selected: Selection | null = null;
  private _shape: FlowShape | null = null;
  private _facts = new Map<string, StepFacts>();
  private _lines = new Map<string, StepLine>();
  private readonly _shapeChanged = new Signal<this, void>(this);
  private readonly _linesChanged = new Signal<this, readonly string[]>(this);
  private readonly _runsChanged = new Signal<this, void>(this);
  private readonly _flowChanged = new Signal<this, void>(this);
  private readonly _selectedChanged = new Signal<this, void>(this);
  private readonly _shownChanged = new Signal<this, void>(this);
  private readonly _rested = new Signal<this, void>(this);
}

const index = (lines: readonly StepLine[]): Map<string, StepLine> => new Map(lines.map(line => [line.step, line]));

/**
 * Whether a broadcast says more than what is stored. The run of a kernel session goes on for as long as the kernel
 * lives, so there it is the steps that count.
 */
function isLive({ run, lines }: Snapshot, stored: RunLine | null): boolean {
  if (!run || (stored && (stored.number > run.number || (stored.number === run.number && stored.finished !== null)))) {
    return false;
  }
  return run.kind !== 'interactive' || lines.some(isActive);
}

const isActive = ({ status }: StepLine): boolean => status === 'running' || status === 'waiting';

function missing(step: string): StepLine {
  return {
    step,
    status: 'missing',
    total: 1,
    running: 0,
    done: 0,
    reused: 0,
    skipped: 0,
    failed: 0,
    seconds: 0,
    began: null,
    run: null,
    reasons: [],
    outdated: false
  };
}

export function sameLine(one: StepLine, other: StepLine | undefined): boolean {
  return (
    one === other ||
    (other !== undefined &&
      one.status === other.status &&
      one.total === other.total &&
      one.running === other.running &&
      one.done === other.done &&
      one.reused === other.reused &&
      one.skipped === other.skipped &&
      one.failed === other.failed &&
      one.seconds === other.seconds &&
      one.began === other.began &&
      one.run === other.run &&
      one.outdated === other.outdated &&
      one.reasons.join('\n') === other.reasons.join('\n'))
  );
}

function sameSelection(one: Selection | null, other: Selection | null): boolean {
  return one?.step === other?.step && one?.task?.run === other?.task?.run && one?.task?.number === other?.task?.number;
}
