// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

export const PROTOCOL = 1;
export const COMM = 'nbflow';
export const MIME = 'application/vnd.nbflow.v1+json';

/**
 * The status that a step or a task has in a run, or compared with the notebook as it is now.
 */
export type StepStatus = 'missing' | 'waiting' | 'running' | 'done' | 'reused' | 'skipped' | 'stale' | 'failed' | 'cancelled';

/**
 * Says how far a run is, or how it ended.
 */
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'crashed';

/**
 * `names` are the artifacts that travel along it; none where a step only waits. `joins`: it closes a foreach.
 */
export interface Edge {
  readonly step: string;
  readonly names: readonly string[];
  readonly joins: boolean;
}

/**
 * One step of the graph. `cell` is the id of its cell, `number` counts the notebook's cells from 1.
 */
export interface StepFacts {
  readonly name: string;
  readonly cell: string;
  readonly number: number;
  readonly mark: string;
  readonly upstream: readonly Edge[];
  readonly scope: readonly string[];
  readonly rank: number;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly parameters: readonly string[];
}

/**
 * The graph, in document order, which is always a valid order. `version` changes when it does.
 */
export interface FlowShape {
  readonly flow: string;
  readonly document: string;
  readonly version: string;
  readonly steps: readonly StepFacts[];
}

/**
 * How far a step is. `total` counts its tasks, one unless it is inside a foreach, and grows while those split.
 *
 * `reasons` say why it is stale, and the last one which error it failed with. `run` is the number of the run that says
 * so. `began` is when the first of the tasks that run now did. `outdated`: it is stale besides, as what has failed can
 * be.
 */
export interface StepLine {
  readonly step: string;
  readonly status: StepStatus;
  readonly total: number;
  readonly running: number;
  readonly done: number;
  readonly reused: number;
  readonly skipped: number;
  readonly failed: number;
  readonly seconds: number;
  readonly began: number | null;
  readonly run: number | null;
  readonly reasons: readonly string[];
  readonly outdated: boolean;
}

/**
 * A run. The numbers of tasks are those of all steps together.
 */
export interface RunLine {
  readonly number: number;
  readonly kind: string;
  readonly status: RunStatus;
  readonly started: number;
  readonly finished: number | null;
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly tags: readonly string[];
  readonly origin: number | null;
  readonly user: string;
  readonly total: number;
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
}

/**
 * All that goes on in the kernel, whole: a lost message costs nothing.
 *
 * `lines` are of the steps that take part. `shape` is left out of most messages of a large graph, and comes at least
 * every two seconds. The last message of a run has its `finished`; so has that of a kernel session for which nothing
 * runs any more, until another step is executed.
 */
export interface Snapshot {
  readonly protocol: number;
  readonly path: string;
  readonly version: string;
  readonly run: RunLine | null;
  readonly lines: readonly StepLine[];
  readonly shape: FlowShape | null;
}

/**
 * One field of the form. `value` and `default` are as they would be typed; `type` as annotated: "int", "File".
 */
export interface ParameterField {
  readonly name: string;
  readonly type: string;
  readonly default: string;
  readonly value: string;
  readonly help: string;
  readonly required: boolean;
  readonly choices: readonly string[];
}

/**
 * What is wrong with the flow, where, and what to do about it. `line` counts in the cell, from 1.
 */
export interface ProblemLine {
  readonly message: string;
  readonly fix: string;
  readonly where: string;
  readonly cell: string;
  readonly line: number;
  readonly step: string | null;
  readonly warning: boolean;
}

/**
 * The notebook as it is in the front end, unsaved cells included, against what is stored.
 *
 * `run` is the newest run, or the one that goes on.
 */
export interface FlowState {
  readonly protocol: number;
  readonly shape: FlowShape;
  readonly lines: readonly StepLine[];
  readonly parameters: readonly ParameterField[];
  readonly problems: readonly ProblemLine[];
  readonly run: RunLine | null;
  readonly store: string;
}

/**
 * Newest first.
 */
export interface RunList {
  readonly runs: readonly RunLine[];
}

/**
 * A task. `label` is as users write it, `fit[3]`; `item` is the foreach item in a few words.
 */
export interface TaskLine {
  readonly run: number;
  readonly number: number;
  readonly step: string;
  readonly label: string;
  readonly item: string;
  readonly status: StepStatus;
  readonly started: number | null;
  readonly finished: number | null;
  readonly seconds: number | null;
  readonly reason: string;
}

/**
 * A run as it was: its graph, and how far its steps came.
 */
export interface RunState {
  readonly run: RunLine;
  readonly shape: FlowShape;
  readonly lines: readonly StepLine[];
}

/**
 * Tasks in the order in which they began, of one step or of all; those of the run that was asked for, else of the
 * newest that has any.
 */
export interface TaskList {
  readonly run: RunLine | null;
  readonly tasks: readonly TaskLine[];
}

/**
 * A stored value, from its summary. `head` is an HTML table of the first rows, `image` a PNG in base64.
 */
export interface ArtifactLine {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly shape: readonly number[] | null;
  readonly dtype: string | null;
  readonly size: number;
  readonly columns: readonly (readonly [string, string])[];
  readonly head: string;
  readonly image: string;
  readonly lost: readonly string[];
  readonly source: string;
}

/**
 * One line of a traceback; `cell` is the id of a cell of the notebook, "" for code elsewhere.
 */
export interface FrameLine {
  readonly where: string;
  readonly function: string;
  readonly source: string;
  readonly cell: string;
  readonly line: number;
}

export interface FailureLine {
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
  readonly frames: readonly FrameLine[];
}

/**
 * All about one task. `outputs` are in the format of a notebook: so far, while it runs.
 *
 * `why` says what has changed since, so that it would run again. `signer` is who wrote it, where that is somebody
 * whom the user does not trust: "nobody" where nobody has signed it. Of a join, one input named `inputs` stands for
 * the tasks of each step that it joins.
 */
export interface TaskState {
  readonly task: TaskLine;
  readonly run: RunLine;
  readonly artifacts: readonly ArtifactLine[];
  readonly inputs: readonly ArtifactLine[];
  readonly outputs: readonly (Readonly<Record<string, unknown>>)[];
  readonly failure: FailureLine | null;
  readonly key: string;
  readonly attempt: number;
  readonly source: string;
  readonly why: readonly string[];
  readonly restorable: boolean;
  readonly signer: string | null;
}

/**
 * One thing that differs; `then` or `now` is "-" where it is not there.
 */
export interface Change {
  readonly name: string;
  readonly then: string;
  readonly now: string;
}

/**
 * What differs between two runs. `code` are unified diffs, one for each definition or step.
 */
export interface RunDiff {
  readonly then: number;
  readonly now: number;
  readonly parameters: readonly Change[];
  readonly code: readonly string[];
  readonly artifacts: readonly Change[];
  readonly environment: readonly Change[];
}

/**
 * A name for a step that a cell could be, made of what it writes; `header` is the whole first line.
 */
export interface ProposedName {
  readonly name: string;
  readonly header: string;
}

/**
 * A name that a restore binds: what it would hold, and what it holds now, in a few words.
 */
export interface NameLine {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly now: string;
}

/**
 * What a restore would do. `strangers` are names of nbflow's that the checkpoint lacks, removed unless kept.
 *
 * `lost` cannot be restored; `to_map` and `to_load` are bytes.
 */
export interface RestorePreview {
  readonly address: string;
  readonly added: readonly NameLine[];
  readonly changed: readonly NameLine[];
  readonly kept: readonly NameLine[];
  readonly strangers: readonly string[];
  readonly defined: readonly string[];
  readonly lost: readonly string[];
  readonly notes: readonly string[];
  readonly to_map: number;
  readonly to_load: number;
}
