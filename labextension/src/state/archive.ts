/** Defines the interface of the archive, the history of a flow. */
import type {
  FlowState,
  ProposedName,
  RunComparison,
  RunList,
  RunResults,
  RunState,
  TaskGrid,
  TaskList,
  TaskState
} from './protocol';

/** Reads what is stored, without the kernel, which may be busy, dead or missing. Rejects what cannot be read. */
export interface Archive {
  /** Return the notebook as it is in the front end, with its unsaved cells. */
  flow(): Promise<FlowState>;
  runs(): Promise<RunList>;
  run(number: number): Promise<RunState>;
  /** Return the scalars that runs have stored. */
  results(): Promise<RunResults>;
  /** Return the tasks of all steps, in one run or in the newest run that has any. */
  tasks(run: number | null): Promise<TaskList>;
  /** Return the tasks of one step as a table, in one run or in the newest run that has any. */
  grid(step: string, run: number | null): Promise<TaskGrid>;
  task(run: number, number: number): Promise<TaskState>;
  diff(runs: readonly number[]): Promise<RunComparison>;
  proposeName(source: string): Promise<ProposedName>;
}
