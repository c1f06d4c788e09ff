/** Describes steps, tasks and runs in the user's language, for tooltips and screen readers too. */
import type { RunLine, RunStatus, StepLine, StepStatus, TaskLine } from '../state/protocol';
import { count, duration, moment, now, roughly, size, ticking } from './format';
import type { Translate } from './language';

const STATUS: Record<StepStatus, string> = {
  missing: 'not run yet',
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  reused: 'reused',
  skipped: 'skipped',
  stale: 'stale',
  failed: 'failed',
  cancelled: 'cancelled'
};

const LIFECYCLE: Record<RunStatus, string> = {
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  crashed: 'crashed'
};

export const statusWord = (status: StepStatus, trans: Translate): string => trans(STATUS[status]);

/** Tells whether a run is that of a kernel, which does not run all the time but is open. */
export const isOpen = (run: RunLine): boolean => run.kind === 'interactive' && run.status === 'running';

/** Returns the status of a run in words. */
export function runWord(run: RunLine, trans: Translate): string {
  return isOpen(run) ? trans('open since %1', moment(run.started, now())) : lifecycleWord(run.status, trans);
}

export const lifecycleWord = (status: RunStatus, trans: Translate): string => trans(LIFECYCLE[status]);

/** Returns how long a step took, or has taken so far; "" if it did not run. */
export function lineTime(line: StepLine, time: number): string {
  if (line.status === 'running' && line.began !== null) {
    return ticking(line.seconds + Math.max(0, time - line.began));
  }
  return line.seconds > 0 || line.done + line.reused > 0 ? duration(line.seconds) : '';
}

/** Returns how long a task took, or has taken so far. */
export function taskTime(task: TaskLine, time: number): string {
  if (task.status === 'running' && task.started !== null) {
    return ticking(time - task.started);
  }
  if (task.status === 'cancelled' && task.started !== null && task.finished !== null) {
    return duration(task.finished - task.started);
  }
  return task.seconds === null ? '' : duration(task.seconds);
}

/** Returns a time as `just now`, `5 m ago` or `2 h ago`. */
export function ago(then: number, time: number, trans: Translate): string {
  const seconds = time - then;
  return seconds < 1 ? trans('just now') : trans('%1 ago', roughly(seconds));
}

/** Returns the number of tasks that ended without a failure. */
export const passed = (line: StepLine): number => line.done + line.reused + line.skipped;

/** Returns the number of tasks that need not run any more, for whatever reason. */
const settled = (line: StepLine): number => passed(line) + line.failed;

/** Returns how many tasks of a run ended, without those that failed, of all that are known: `37/40`. */
export const runCount = (run: RunLine): string => `${count(run.done + run.reused)}/${count(run.total)}`;

/** Returns the progress as `11/40`, without those that failed; "" for a step with one task. */
export const countText = (line: StepLine): string =>
  line.total > 1 ? `${count(passed(line))}/${count(line.total)}` : '';

/** Returns how many tasks failed, as `3 failed`; "" if none did, and for a step with one task. */
export const failedText = (line: { readonly total: number; readonly failed: number }, trans: Translate): string =>
  line.total > 1 && line.failed ? trans('%1 failed', count(line.failed)) : '';

/** Returns how many tasks failed where there is no room for words: `3 ✗`. */
export const failedMark = (line: { readonly total: number; readonly failed: number }): string =>
  line.total > 1 && line.failed ? `${count(line.failed)} ✗` : '';

/** Joins a count and what failed besides: `37/40, 3 failed`. */
export const joined = (...parts: readonly string[]): string => parts.filter(Boolean).join(', ');

/** Returns the status in words, such as `failed`, or `failed, stale` if its sources have changed since. */
export function standing(line: StepLine, trans: Translate): string {
  const word = statusWord(line.status, trans);
  return line.outdated ? trans('%1, stale', word) : word;
}

/** Returns the counts of tasks, with the status if the counts do not show it: `cancelled, 5 done`. */
export function summary(line: StepLine, trans: Translate): string {
  const counts = line.total > 1 ? tally(line, trans) : '';
  if (!counts) {
    return standing(line, trans);
  }
  const besides = line.outdated ? 'stale' : line.status;
  return besides === 'stale' || besides === 'cancelled' ? `${statusWord(besides, trans)}, ${counts}` : counts;
}

/** Returns what a task took beside its time, and where: `312 MB`, `4.1 s of processor`, `on node7`. */
export function taskCost(task: TaskLine, trans: Translate): readonly string[] {
  return [
    task.memory === null ? '' : size(task.memory),
    task.cpu_seconds === null ? '' : trans('%1 of processor', duration(task.cpu_seconds)),
    task.host ? trans('on %1', task.host) : ''
  ].filter(Boolean);
}

/** Returns the accessible name of a step: `train, running, 11 of 40, 2 failed`. */
export function stepLabel(line: StepLine, trans: Translate): string {
  const counts = line.total > 1 ? trans('%1 of %2', count(passed(line)), count(line.total)) : '';
  return joined(line.step, standing(line, trans), counts, failedText(line, trans));
}

/** Returns the tooltip of a step, which says why it has its status. */
export function stepTooltip(line: StepLine, mark: string, trans: Translate): string {
  const head = mark ? `${line.step} · ${mark}` : line.step;
  const counts = line.total > 1 ? tally(line, trans) : '';
  const isExplained = line.status === 'stale' && line.reasons.length > 0;
  const status = isExplained ? trans('stale because:') : standing(line, trans);
  return [head, status, counts, ...line.reasons].filter(Boolean).join('\n');
}

/** Returns the counts that are not zero: `9 done, 2 running, 1 failed`. */
export function tally(line: StepLine, trans: Translate): string {
  const counts: [number, string][] = [
    [line.failed, '%1 failed'],
    [line.running, '%1 running'],
    [line.done, '%1 done'],
    [line.reused, '%1 reused'],
    [line.skipped, '%1 skipped'],
    [line.running ? line.total - line.running - settled(line) : 0, '%1 waiting']
  ];
  return counts
    .filter(([number]) => number)
    .map(([number, words]) => trans(words, count(number)))
    .join(', ');
}
