import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Archive } from '../state/archive';
import type { FlowModel } from '../state/model';
import type { Snapshot } from '../state/protocol';
import { refresh } from '../state/reading';
import { BEAT, hear, locate, NOTHING_HEARD, SILENCE, type Whereabouts } from '../state/whereabouts';
import { listen } from './channel';
import { activeRun } from './progress';

/**
 * Keeps a model up to date: from the kernel's broadcasts, and from the server while there are none.
 *
 * A shell or another kernel may run the flow; and after a reload of the page the kernel's next broadcast may be a second
 * away.
 */
export class Feed implements IDisposable {
  isDisposed = false;

  /** This page has heard of a run that it has started itself. */
  readonly ownHeard: ISignal<this, Snapshot>;
  /** This page has heard of the run of the kernel session. */
  readonly sessionHeard: ISignal<this, Snapshot>;
  /** The server has become unreadable, or readable again. */
  readonly troubled: ISignal<this, void>;

  constructor(
    private readonly model: FlowModel,
    private readonly archive: Archive,
    private readonly belongs: (snapshot: Snapshot) => boolean
  ) {
    this.ownHeard = this._ownHeard;
    this.sessionHeard = this._sessionHeard;
    this.troubled = this._troubled;
    model.runsChanged.connect(this.keepBeat, this);
    model.rested.connect(() => void this.refresh(), this);
  }

  /** Listen to this kernel from now on. */
  follow(kernel: Kernel.IKernelConnection | null): void {
    this._listening?.dispose();
    [this._kernel, this._listens] = [kernel, Date.now()];
    this._listening = kernel && listen(kernel, snapshot => this.hear(snapshot, kernel));
    if (kernel) {
      rememberClient(kernel.clientId);
    }
  }

  /** Read the stored state; an edit leaves the history as it is. Calls during a read lead to one more read. */
  async refresh(what: 'all' | 'flow' = 'all'): Promise<void> {
    this._wanted = this._wanted === 'all' ? 'all' : what;
    this._reading ??= this.readWanted();
    await this._reading;
  }

  /** Why the last read of the server failed. */
  get trouble(): Error | null {
    return this._trouble;
  }

  /** Find out where a run goes on, as far as is known. The kernel reports its own runs, so wait if needed. */
  async find(run: number): Promise<Whereabouts> {
    const asked = Date.now();
    for (;;) {
      const [waited, listened] = [Date.now() - asked, Date.now() - this._listens];
      const found = locate(run, this._told, this._kernel?.status ?? 'unknown', waited, listened);
      if (found) {
        return found;
      }
      await new Promise(done => setTimeout(done, BEAT / 10));
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this._listening?.dispose();
    window.clearInterval(this._timer);
    Signal.clearData(this);
  }

  private hear(snapshot: Snapshot, { status }: Kernel.IKernelConnection): void {
    if (!this.belongs(snapshot)) {
      return;
    }
    this._heard = Date.now();
    this._told = hear(this._told, snapshot.run?.number ?? null, status);
    this.model.receive(snapshot);
    if (snapshot.run?.kind === 'interactive') {
      this._sessionHeard.emit(snapshot);
    } else if (isClient(snapshot.client)) {
      this._ownHeard.emit(snapshot);
    }
  }

  private async readWanted(): Promise<void> {
    while (this._wanted && !this.isDisposed) {
      const what = this._wanted;
      this._wanted = null;
      await this.read(what);
    }
    this._reading = null;
  }

  private async read(what: 'all' | 'flow'): Promise<void> {
    try {
      if (what === 'all') {
        await refresh(this.model, this.archive);
      } else {
        this.model.setState(await this.archive.flow());
      }
      this.note(null);
    } catch (error) {
      this.note(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private note(trouble: Error | null): void {
    if (trouble?.message !== this._trouble?.message && !this.isDisposed) {
      this._trouble = trouble;
      this._troubled.emit();
    }
  }

  /** Read once a second while a run goes on, and only then. */
  private keepBeat(): void {
    const wanted = activeRun(this.model) !== null;
    if (wanted && this._timer === undefined) {
      this._timer = window.setInterval(() => this.lookElsewhere(), BEAT);
    } else if (!wanted) {
      window.clearInterval(this._timer);
      this._timer = undefined;
    }
  }

  private lookElsewhere(): void {
    if (Date.now() - this._heard > SILENCE) {
      void this.refresh();
    }
  }

  private _listening: IDisposable | null = null;
  private _reading: Promise<void> | null = null;
  private _wanted: 'all' | 'flow' | null = null;
  private _told = NOTHING_HEARD;
  private _kernel: Kernel.IKernelConnection | null = null;
  private _heard = 0;
  private _listens = 0; // since when
  private _trouble: Error | null = null;
  private _timer: number | undefined;
  private readonly _ownHeard = new Signal<this, Snapshot>(this);
  private readonly _sessionHeard = new Signal<this, Snapshot>(this);
  private readonly _troubled = new Signal<this, void>(this);
}

const CLIENTS = 'nbflow:clients';

const clients = (): readonly string[] => window.sessionStorage.getItem(CLIENTS)?.split(' ') ?? [];

/** Tells whether this page sends messages under a name, or has done so before it was loaded again. */
const isClient = (name: string): boolean => clients().includes(name);

function rememberClient(name: string): void {
  if (!isClient(name)) {
    window.sessionStorage.setItem(CLIENTS, [...clients().slice(-LATEST), name].join(' '));
  }
}

const LATEST = 20; // names that are remembered
