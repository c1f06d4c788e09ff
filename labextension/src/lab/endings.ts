import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { FlowModel } from '../state/model';
import type { RunStatus, RunLine } from '../state/protocol';
import { duration } from '../ui/format';
import type { Translate } from '../ui/language';
import { activeRun } from './progress';

const TYPES: Record<RunStatus, Notification.TypeOptions> = {
  running: 'info',
  succeeded: 'success',
  failed: 'error',
  cancelled: 'warning',
  crashed: 'error'
};

/** Calls a function at the end of each run of a notebook that goes on while the page is open. */
export class Endings implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly model: FlowModel,
    private readonly tell: (run: RunLine) => void
  ) {
    model.runsChanged.connect(this.look, this);
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.disconnectReceiver(this);
  }

  /** Report the end of a run once, when its line says how it ended. A kernel session ends with its kernel. */
  private look(): void {
    const active = activeRun(this.model);
    this.awaited = active && active.kind !== 'interactive' ? active.number : this.awaited;
    const run = [this.model.run, ...(this.model.runs ?? [])].find(one => one?.number === this.awaited);
    if (run && run.status !== 'running' && run.finished !== null) {
      this.awaited = null;
      this.tell(run);
    }
  }

  private awaited: number | null = null;
}

/** Shows a notification for a long run that ended while the page was hidden. */
export function tellEnding(name: string, run: RunLine, trans: Translate, open: () => void): void {
  const words: Record<RunStatus, string> = {
    running: trans('goes on'),
    succeeded: trans('has succeeded'),
    failed: trans('has failed'),
    cancelled: trans('was cancelled'),
    crashed: trans('has crashed')
  };
  const text = trans('Run %1 of %2 %3 after %4', run.number, name, words[run.status], duration(secondsOf(run)));
  const actions = [{ label: trans('Show'), callback: open }];
  Notification.emit(text, TYPES[run.status], { autoClose: false, actions });
}

export const secondsOf = ({ started, finished }: RunLine): number => (finished ?? started) - started;
