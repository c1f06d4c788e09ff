import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { Archive } from '../state/archive';
import type { FlowModel, Selection } from '../state/model';
import type { RunStatus, RunLine, Snapshot, StepLine } from '../state/protocol';
import { count, duration } from '../ui/format';
import type { Translate } from '../ui/language';
import type { Feed } from './feed';
import { activeRun } from './progress';
import { BRIEFLY } from './toast';

const TYPES: Record<RunStatus, Notification.TypeOptions> = {
  running: 'info',
  succeeded: 'success',
  failed: 'error',
  cancelled: 'warning',
  crashed: 'error'
};

/** Describes the end of a run: `failed` are the steps of which tasks failed, and `isOwn` if this page began it. */
export interface Ending {
  readonly run: RunLine;
  readonly failed: readonly StepLine[];
  readonly isOwn: boolean;
}

/** Calls a function at the end of each run of a notebook that goes on while the page is open. */
export class Endings implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly model: FlowModel,
    feed: Feed,
    private readonly tell: (ending: Ending) => void
  ) {
    model.runsChanged.connect(this.look, this);
    feed.ownHeard.connect((_, snapshot) => this.hear(snapshot), this);
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.disconnectReceiver(this);
  }

  /** Await the end of a run of this page, which may be over when it is heard of first. */
  private hear({ run }: Snapshot): void {
    if (run && !this.own.has(run.number)) {
      this.own.add(run.number);
      this.awaited = run.number;
    }
    this.look();
  }

  /** Report the end of a run once, when its line says how it ended. A kernel session ends with its kernel. */
  private look(): void {
    const active = activeRun(this.model);
    this.awaited = active && active.kind !== 'interactive' ? active.number : this.awaited;
    const run = [this.model.run, ...(this.model.runs ?? [])].find(one => one?.number === this.awaited);
    if (run && run.status !== 'running' && run.finished !== null) {
      this.awaited = null;
      const lines = (this.model.shape?.steps ?? []).flatMap(step => this.model.line(step.name) ?? []);
      const failed = lines.filter(line => line.run === run.number && line.status === 'failed');
      this.tell({ run, failed, isOwn: this.own.has(run.number) });
    }
  }

  private awaited: number | null = null;
  private readonly own = new Set<number>();
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

/**
 * Notifies that a run failed, `Flow failed at fit (3 of 40)`; *Show* leads to what failed first. Returns the id.
 *
 * If the user looks at that step already (`isSeen`), the notification ends by itself.
 */
export function tellFailure(
  { run, failed: [first] }: Ending,
  trans: Translate,
  show: () => void,
  isSeen: boolean
): string {
  const items = first && first.total > 1 ? ` (${trans('%1 of %2', count(first.failed), count(first.total))})` : '';
  const text = first ? trans('Flow failed at %1', first.step + items) : trans('Run %1 failed', run.number);
  const autoClose = isSeen ? BRIEFLY : false;
  return Notification.error(text, { autoClose, actions: [{ label: trans('Show'), callback: show }] });
}

/** Returns the first task that failed in a run; the whole step if its tasks cannot be read, null if none failed. */
export async function findFailed({ run, failed: [first] }: Ending, archive: Archive): Promise<Selection | null> {
  const step = first?.step;
  const { tasks } = await archive.tasks(run.number).catch(() => ({ tasks: [] }));
  const task = tasks.find(one => one.status === 'failed' && (step === undefined || one.step === step));
  const where = task?.step ?? step;
  return where === undefined ? null : { step: where, task: task ? { run: task.run, number: task.number } : null };
}

export const secondsOf = ({ started, finished }: RunLine): number => (finished ?? started) - started;
