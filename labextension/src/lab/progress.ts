import type { FlowModel } from '../state/model';
import type { RunLine, StepStatus } from '../state/protocol';
import { count } from '../ui/format';
import type { Translate } from '../ui/language';

const HOLDS: ReadonlySet<StepStatus> = new Set(['done', 'reused', 'skipped']);

/** Returns the run that goes on; a kernel session counts only while one of its steps runs. */
export function activeRun(model: FlowModel): RunLine | null {
  const run = model.running;
  const works = (name: string): boolean => model.line(name)?.status === 'running';
  const idles = run?.kind === 'interactive' && !model.shape?.steps.some(step => works(step.name));
  return idles ? null : run;
}

/** Returns `Flow 11/40`: finished tasks of the run that goes on, else steps that are up to date. */
export function progressText(model: FlowModel, trans: Translate): string {
  const run = activeRun(model);
  if (run) {
    return trans('Flow %1/%2', count(run.done + run.reused + run.failed), count(run.total));
  }
  const steps = model.shape?.steps ?? [];
  const holding = steps.filter(step => HOLDS.has(model.line(step.name)?.status ?? 'missing'));
  return trans('Flow %1/%2', count(holding.length), count(steps.length));
}

export function progressCaption(model: FlowModel, trans: Translate): string {
  const run = activeRun(model);
  if (run) {
    const failed = run.failed ? `, ${trans('%1 failed', count(run.failed))}` : '';
    return trans('Run %1: finished tasks, of all known tasks', run.number) + failed;
  }
  return trans('Steps that are up to date, of all steps of the notebook');
}

/** Returns one status for the whole flow, for an icon. */
export function progressStatus(model: FlowModel): StepStatus {
  if (activeRun(model)) {
    return 'running';
  }
  const all = (model.shape?.steps ?? []).map(step => model.line(step.name)?.status ?? 'missing');
  const worst: readonly StepStatus[] = ['failed', 'cancelled', 'stale', 'missing'];
  return worst.find(status => all.includes(status)) ?? 'done';
}
