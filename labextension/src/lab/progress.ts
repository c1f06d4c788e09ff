import type { FlowModel } from '../state/model';
import type { RunLine, StepStatus } from '../state/protocol';
import { count } from '../ui/format';
import type { Translate } from '../ui/language';
import { failedText, joined, runCount } from '../ui/words';

const HOLDS: ReadonlySet<StepStatus> = new Set(['done', 'reused', 'skipped']);

/** Returns the run that goes on; a kernel session counts only while one of its steps runs. */
export function activeRun(model: FlowModel): RunLine | null {
  const run = model.running;
  const works = (name: string): boolean => model.line(name)?.status === 'running';
  const idles = run?.kind === 'interactive' && !model.shape?.steps.some(step => works(step.name));
  return idles ? null : run;
}

/** Returns `Flow 9/40, 2 failed`: tasks of the run that goes on, else steps that are up to date, and those that failed. */
export function progressText(model: FlowModel, trans: Translate): string {
  const run = activeRun(model);
  if (run) {
    return joined(trans('Flow %1', runCount(run)), failedText(run, trans));
  }
  const all = statuses(model);
  const [holding, failed] = [all.filter(one => HOLDS.has(one)), all.filter(one => one === 'failed')];
  const words = failed.length ? trans('%1 failed', count(failed.length)) : allowedText(model, trans);
  return joined(trans('Flow %1/%2', count(holding.length), count(all.length)), words);
}

/** Returns how many tasks failed of steps that allow failures, and are done for all that. */
function allowedText(model: FlowModel, trans: Translate): string {
  const failed = (model.shape?.steps ?? []).reduce((sum, { name }) => sum + (model.line(name)?.failed ?? 0), 0);
  return failed ? trans('%1 tasks failed', count(failed)) : '';
}

export function progressCaption(model: FlowModel, trans: Translate): string {
  const run = activeRun(model);
  if (run) {
    return joined(trans('Run %1: finished tasks, of all known tasks', run.number), failedText(run, trans));
  }
  return trans('Steps that are up to date, of all steps of the notebook');
}

const statuses = (model: FlowModel): readonly StepStatus[] =>
  (model.shape?.steps ?? []).map(step => model.line(step.name)?.status ?? 'missing');

/** Returns one status for the whole flow, for an icon. */
export function progressStatus(model: FlowModel): StepStatus {
  if (activeRun(model)) {
    return 'running';
  }
  const all = statuses(model);
  const worst: readonly StepStatus[] = ['failed', 'cancelled', 'stale', 'missing'];
  return worst.find(status => all.includes(status)) ?? 'done';
}
