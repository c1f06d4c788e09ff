/** Defines the interface of the archive, the history of a flow. */
import type { FlowState, ProposedName, RunDiff, RunList, RunState, TaskList, TaskState } from './protocol';

/** Reads what is stored, without the kernel, which may be busy, dead or missing. Rejects what cannot be read. */
export interface Archive {
  /** Return the notebook as it is in the front end, with its unsaved cells. */
  flow(): Promise<FlowState>;
  runs(): Promise<RunList>;
  run(number: number): Promise<RunState>;
  /** Return tasks of one step or of all, in one run or in the newest run that has any. */
  tasks(step: string | null, run: number | null): Promise<TaskList>;
  task(run: number, number: number): Promise<TaskState>;
  diff(then: number, now: number): Promise<RunDiff>;
  proposeName(source: string): Promise<ProposedName>;
}
