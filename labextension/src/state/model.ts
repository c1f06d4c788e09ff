/** Holds what the panel shows: the facts that were received, and what the user has selected. It has no DOM. */
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { areNewer, carryOver, type Choices, newestOf } from './choices';
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

/** Selects a step, or one task of it in a run. */
export interface Selection {
  readonly step: string;
  readonly task: { readonly run: number; readonly number: number } | null;
}

/** Holds the state of the panel, and emits a signal when a part of it changes. */
export class FlowModel implements IDisposable {
  isDisposed = false;

  /** The graph is another one: everything must be drawn again. */
  readonly shapeChanged: ISignal<this, void>;
  /** The lines of these steps have changed. */
  readonly linesChanged: ISignal<this, readonly string[]>;
  /** A run began, continued or ended, or the history was read again. */
  readonly runsChanged: ISignal<this, void>;
  /** The parameters or the problems have changed. */
  readonly flowChanged: ISignal<this, void>;
  readonly choicesChanged: ISignal<this, void>;
  readonly selectedChanged: ISignal<this, void>;
  /** The panel shows another run, or the notebook as it is now. */
  readonly shownChanged: ISignal<this, void>;
  /** Nothing is live any more: the stored state should be read again. */
  readonly rested: ISignal<this, void>;

  constructor() {
    this.shapeChanged = this._shapeChanged;
    this.linesChanged = this._linesChanged;
    this.runsChanged = this._runsChanged;
    this.flowChanged = this._flowChanged;
    this.choicesChanged = this._choicesChanged;
    this.selectedChanged = this._selectedChanged;
    this.shownChanged = this._shownChanged;
    this.rested = this._rested;
  }

  // input

  /** Take the notebook as the server knows it. Live facts stay, unless the server knows the end of their run. */
  setState(state: FlowState): void {
    const isNewer = this._choices !== null && areNewer(this._chosenAfter, state.newest);
    const choices = carryOver(this._choices ?? {}, this.parameters, state.parameters, isNewer);
    this._known = state;
    this._foreign = state.protocol !== PROTOCOL ? state.protocol : this._foreign;
    if (this._live && !isLive(this._live, state.run)) {
      this._live = null;
    }
    this.choose(choices, Math.max(this._chosenAfter, newestOf(state.newest)));
    this._flowChanged.emit();
    this._settle();
    this._runsChanged.emit();
  }

  /** Take a broadcast of the kernel. Of one with another protocol, only the version is used. */
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

  /** Forget all broadcasts, because their kernel has gone or belongs to another notebook now. */
  forgetLive(): void {
    this._live = null;
    this._broadcast = null;
    this._settle();
    this._runsChanged.emit();
  }

  /** Forget everything, because the panel shows another notebook now. */
  clear(): void {
    this._known = null;
    this._chosenAfter = 0;
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

  // output

  /** The graph that is shown; null until it was received. */
  get shape(): FlowShape | null {
    return this._shape;
  }

  /** Return the line of a step in the graph that is shown. */
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

  /** The run that goes on now, shown or not. The run of a kernel session counts only while one of its steps runs. */
  get running(): RunLine | null {
    const { run = null, lines = [] } = this._live?.run ? this._live : (this._known ?? {});
    const goesOn = run !== null && run.finished === null && run.status === 'running';
    return goesOn && (run.kind !== 'interactive' || lines.some(isActive)) ? run : null;
  }

  /** The run that is shown: the earlier run that the user has chosen, else the newest. */
  get run(): RunLine | null {
    return this._shown
      ? this._fresh(this._shown.run)
      : (this._live?.run ?? this._known?.run ?? this._runs?.[0] ?? null);
  }

  /** All runs, the newest first, the live run included; null until they were read. */
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

  /** The parameters that shall have another value in the next run than in their cell; null before that is known. */
  get choices(): Choices | null {
    return this._choices;
  }

  /** The newest run that was known when the choices were made. */
  get chosenAfter(): number {
    return this._chosenAfter;
  }

  choose(choices: Choices, after = newestOf(this._live?.run, this._known?.newest)): void {
    const before = JSON.stringify(this._choices);
    [this._choices, this._chosenAfter] = [choices, after];
    if (JSON.stringify(choices) !== before) {
      this._choicesChanged.emit();
    }
  }

  get problems(): readonly ProblemLine[] {
    return this._known?.problems ?? [];
  }

  /** The clusters that the settings of the project name. */
  get clusters(): readonly string[] {
    return this._known?.clusters ?? [];
  }

  /** The flow of the notebook that this one was copied from; '' if there is none, or if its runs are shared. */
  get copyOf(): string {
    return this._known?.copy_of ?? '';
  }

  /** The id under which the runs of a notebook without an id are stored; '' if there is none. */
  get lostId(): string {
    return this._known?.lost_id ?? '';
  }

  get store(): string {
    return this._known?.store ?? '';
  }

  /** The protocol version of the other side, if it differs from ours. */
  get foreign(): number | null {
    return this._foreign;
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
  }

  /** Return the live line of a run if there is one. */
  private _fresh(run: RunLine): RunLine {
    return this._live?.run?.number === run.number ? this._live.run : run;
  }

  /** Compute what is shown now, and emit signals for what has changed. */
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

  /** Return one line for every step: the live one, else the stored one. */
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
  private _choices: Choices | null = null;
  private _chosenAfter = 0;
  private _live: Snapshot | null = null;
  private _broadcast: FlowShape | null = null; // the last graph that was sent, since most messages omit it
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
  private readonly _choicesChanged = new Signal<this, void>(this);
  private readonly _selectedChanged = new Signal<this, void>(this);
  private readonly _shownChanged = new Signal<this, void>(this);
  private readonly _rested = new Signal<this, void>(this);
}

const index = (lines: readonly StepLine[]): Map<string, StepLine> => new Map(lines.map(line => [line.step, line]));

/**
 * Tells whether a broadcast is newer than the stored state. The run of a kernel session goes on as long as the kernel
 * lives, so its steps decide.
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
