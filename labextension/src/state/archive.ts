/** Defines the interface of the archive, the history of a flow. */
import type {
  FlowList,
  FlowPlan,
  FlowState,
  PlannedKind,
  RepairEdits,
  RepairLine,
  RunComparison,
  RunList,
  RunResults,
  RunState,
  SpaceList,
  TaskGrid,
  TaskList,
  TaskState
} from './protocol';

/** Holds what the user decides about a plan. Cells are named by their ids, rows by their keys. */
export interface PlanChoices {
  readonly kinds: Readonly<Record<string, PlannedKind>>;
  readonly names: Readonly<Record<string, string>>;
  readonly parameters: readonly string[];
  /** The only cells that may change; null for the whole notebook. */
  readonly only: readonly string[] | null;
}

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
  /** Return how the cells in the front end become a flow. */
  plan(choices: PlanChoices): Promise<FlowPlan>;
  /** Return the changes of the cells in the front end that a repair makes. */
  repair(repair: RepairLine): Promise<RepairEdits>;
}

/** Reads all flows of the server. Rejects what cannot be read. */
export interface Overview {
  /** Return the flows with their newest runs; with `look`, search for new stores. */
  flows(look: boolean): Promise<FlowList>;
  /** Return what the stores take on disk. */
  space(): Promise<SpaceList>;
}
