// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

import type { RepairLine } from './repairmessages';

export const PROTOCOL = 1;
export const COMM = 'nbflow';
export const MIME = 'application/vnd.nbflow.v1+json';

/**
 * Says how far a run is, or how it ended.
 */
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'crashed';

/**
 * The status that a step or a task has in a run, or compared with the notebook as it is now.
 */
export type StepStatus = 'missing' | 'waiting' | 'running' | 'done' | 'reused' | 'skipped' | 'stale' | 'failed' | 'cancelled';

/**
 * Connects two steps. `names` are the artifacts that are read; none if a step only waits.
 *
 * `joins` tells whether the edge closes a foreach.
 */
export interface Edge {
  readonly step: string;
  readonly names: readonly string[];
  readonly joins: boolean;
}

/**
 * Describes a step of the graph. `cell` is the id of its cell, `number` counts the notebook's cells from 1.
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
 * Describes the graph. Steps are in document order, which is always a valid order; `version` changes with them.
 */
export interface FlowShape {
  readonly flow: string;
  readonly document: string;
  readonly version: string;
  readonly steps: readonly StepFacts[];
}

/**
 * Tells the progress of a step. `total` counts its tasks; inside a foreach it grows while the foreach splits.
 *
 * `reasons` say why the step is stale; the last reason names the error if it failed. `run` is the number of the run
 * that these facts come from. `began` is when the first of the running tasks began. `outdated`: the step is stale as
 * well, for example after it has failed.
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
 * Describes a run. The numbers of tasks count all steps together.
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
  readonly note: string;
  readonly pinned: boolean;
}

/**
 * Tells everything that goes on in the kernel. Each message is complete, so that a lost one does no harm.
 *
 * `lines` are those of the steps that take part. For a large graph, most messages omit `shape`, but one message every
 * two seconds has it. The last message of a run has `finished`. In a kernel session, the last message of each executed
 * step has it too. `client` is the front end whose request has started the run: only there are outputs written.
 */
export interface Snapshot {
  readonly protocol: number;
  readonly path: string;
  readonly version: string;
  readonly run: RunLine | null;
  readonly lines: readonly StepLine[];
  readonly shape: FlowShape | null;
  readonly client: string;
}

/**
 * Describes a form field. `value` and `default` are as users type them; `type` is the annotation: "int".
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
 * Describes a problem of the flow, its place, and how to fix it. `line` counts the lines of the cell from 1.
 *
 * `repair` does it without the user, if there is a way.
 */
export interface ProblemLine {
  readonly message: string;
  readonly fix: string;
  readonly where: string;
  readonly cell: string;
  readonly line: number;
  readonly step: string | null;
  readonly warning: boolean;
  readonly repair: RepairLine | null;
}

/**
 * Compares the notebook in the front end, with its unsaved cells, with the stored runs.
 *
 * `run` is the run that goes on, else the newest; `parameters` hold the values of `newest`, whatever goes on.
 * `copy_of` is the flow of the notebook that this one was copied from and whose runs it does not share, "" if there is
 * none. `clusters` are the names that `--on` knows here. `lost_id` is the id under which the runs of this notebook are
 * stored, if it has none: its file was not saved since.
 */
export interface FlowState {
  readonly protocol: number;
  readonly shape: FlowShape;
  readonly lines: readonly StepLine[];
  readonly parameters: readonly ParameterField[];
  readonly problems: readonly ProblemLine[];
  readonly run: RunLine | null;
  readonly store: string;
  readonly copy_of: string;
  readonly clusters: readonly string[];
  readonly lost_id: string;
  readonly newest: RunLine | null;
}

/**
 * Lists runs, the newest first.
 */
export interface RunList {
  readonly runs: readonly RunLine[];
}

/**
 * Describes a task. `label` is its name as users write it, `fit[3]`; `item` is the foreach item in a few words.
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
  readonly memory: number | null;
  readonly cpu_seconds: number | null;
  readonly host: string;
  readonly reason: string;
}

/**
 * Describes an earlier run: its graph, and how far its steps came.
 */
export interface RunState {
  readonly run: RunLine;
  readonly shape: FlowShape;
  readonly lines: readonly StepLine[];
}

/**
 * Lists the tasks of all steps in the order in which they began.
 *
 * They belong to the requested run, else to the newest run that has any.
 */
export interface TaskList {
  readonly run: RunLine | null;
  readonly tasks: readonly TaskLine[];
}

/**
 * Describes a stored value. `head` is an HTML table of the first rows, `image` a PNG image in base64.
 *
 * `task` is the number of the task that holds it, 0 for the inputs of a join, which are several values.
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
  readonly task: number;
}

/**
 * Describes a line of a traceback. `cell` is the id of a cell of the notebook, "" for code elsewhere.
 */
export interface FrameLine {
  readonly where: string;
  readonly function: string;
  readonly source: string;
  readonly cell: string;
  readonly line: number;
}

/**
 * Describes the error of a task.
 */
export interface FailureLine {
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
  readonly frames: readonly FrameLine[];
}

/**
 * Holds all facts about a task. `outputs` are in the format of a notebook; while the task runs, those so far.
 *
 * `why` says what has changed since, so that the task would run again. `signer` is the author of the task,
 * name and fingerprint, if the user does not trust them; "nobody" if the task is not signed. A join has one input
 * named `inputs` for each step that it joins.
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
 * Holds what stands under the cell of a step; while the step runs, the outputs so far.
 *
 * `widgets` are the states of the widgets in `outputs`, by model. `source` is the run that the result was taken from.
 */
export interface StepOutputs {
  readonly step: string;
  readonly status: StepStatus;
  readonly outputs: readonly (Readonly<Record<string, unknown>>)[];
  readonly widgets: Readonly<Record<string, unknown>>;
  readonly tasks: number;
  readonly failed: number;
  readonly seconds: number;
  readonly source: number | null;
}

/**
 * Holds the outputs of some steps of a run.
 */
export interface OutputList {
  readonly run: RunLine;
  readonly steps: readonly StepOutputs[];
}

/**
 * Describes a name that a restore binds, its new value, and its value now, in a few words.
 */
export interface NameLine {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly now: string;
}

/**
 * Tells what a restore would do. `strangers` are names that steps bound and the checkpoint lacks; they are removed
 * unless the user keeps them.
 *
 * `lost` are values that cannot be restored; `to_map` and `to_load` are numbers of bytes.
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
