/** Describes the archive: the history of a flow, which is read without the kernel. */
import type { FlowState, ProposedName, RunDiff, RunList, RunState, TaskList, TaskState } from './protocol';

/** What is stored, read without the kernel: it may be busy, dead or not there. Rejects when it cannot be read. */
export interface Archive {
  /** The notebook as it is in the front end, unsaved cells included. */
  flow(): Promise<FlowState>;
  runs(): Promise<RunList>;
  run(number: number): Promise<RunState>;
  /** Of one step or of all; of one run, or of the newest that has any. */
  tasks(step: string | null, run: number | null): Promise<TaskList>;
  task(run: number, number: number): Promise<TaskState>;
  diff(then: number, now: number): Promise<RunDiff>;
  proposeName(source: string): Promise<ProposedName>;
}
