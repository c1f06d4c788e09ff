// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

export const PROTOCOL = 1;
export const COMM = 'nbflow';
export const MIME = 'application/vnd.nbflow.v1+json';
export const REPAIRS = 'application/vnd.nbflow.repairs.v1+json';

/**
 * The status that a step or a task has in a run, or compared with the notebook as it is now.
 */
export type StepStatus = 'missing' | 'waiting' | 'running' | 'done' | 'reused' | 'skipped' | 'stale' | 'failed' | 'cancelled';

/**
 * Says how far a run is, or how it ended.
 */
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'crashed';

/**
 * Says what a repair does: most change cells, the last four act on runs and parameters.
 */
export type RepairKind = 'make-step' | 'move-cell' | 'split-cell' | 'write-line' | 'add-option' | 'remove-statement' | 'move-statement' | 'move-import' | 'add-import' | 'rename' | 'run-first' | 'run-again' | 'debug' | 'set-parameters';

/**
 * Describes a repair. `cell` is the id of the cell that changes, `number` and `above` count the cells from 1.
 *
 * `text` is what is written: a header, a line, an option, an import, a name. `old` is the name that it replaces.
 * `target` is a step up to which is run, or a task such as `fit[3]`; `steps` are those without a stored result, which
 * took `seconds` together.
 */
export interface RepairLine {
  readonly kind: RepairKind;
  readonly cell: string;
  readonly number: number;
  readonly line: number;
  readonly above: number;
  readonly text: string;
  readonly old: string;
  readonly target: string;
  readonly steps: readonly string[];
  readonly seconds: number | null;
}

/**
 * Holds the repairs for the error of a cell.
 */
export interface RepairList {
  readonly repairs: readonly RepairLine[];
}

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
 * `run` is the newest run, or the one that goes on. `copy_of` is the flow of the notebook that this one was copied
 * from and whose runs it does not share, "" if there is none. `clusters` are the names that `--on` knows here.
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

/**
 * Says which values of a column are the best, as far as its name tells.
 */
export type Best = 'highest' | 'lowest' | 'unknown';

/**
 * Describes a column. `from_item` tells whether its values come from the items of a foreach, not from results.
 */
export interface TableColumn {
  readonly name: string;
  readonly from_item: boolean;
  readonly best: Best;
}

/**
 * Lists the tasks of a step in the order of their items, with one row of `cells` for each task.
 *
 * They belong to the requested run, else to the newest run that has any. A split of the step that failed comes first.
 */
export interface TaskGrid {
  readonly run: RunLine | null;
  readonly columns: readonly TableColumn[];
  readonly tasks: readonly TaskLine[];
  readonly cells: readonly (readonly (string | number | boolean | null)[])[];
}

/**
 * Holds the scalars that runs have stored outside of their foreaches, one row of `cells` for each run.
 */
export interface RunResults {
  readonly columns: readonly TableColumn[];
  readonly runs: readonly number[];
  readonly cells: readonly (readonly (string | number | boolean | null)[])[];
}

/**
 * Describes a difference between runs: what each has, "-" if it lacks the name. `note` may say it all.
 */
export interface Change {
  readonly name: string;
  readonly values: readonly string[];
  readonly note: string;
}

/**
 * Holds what a step has displayed in each run, as notebook outputs: figures and other rich displays.
 */
export interface Displays {
  readonly name: string;
  readonly outputs: readonly (readonly (Readonly<Record<string, unknown>>)[])[];
}

/**
 * Holds the first rows of a table in each run, as HTML; "" if the run does not have it.
 */
export interface FrameHeads {
  readonly name: string;
  readonly heads: readonly string[];
}

/**
 * Lists the differences between runs, the oldest first.
 *
 * `code` are unified diffs between each run and the next, one for each definition or step.
 */
export interface RunComparison {
  readonly runs: readonly RunLine[];
  readonly parameters: readonly Change[];
  readonly artifacts: readonly Change[];
  readonly displays: readonly Displays[];
  readonly frames: readonly FrameHeads[];
  readonly code: readonly string[];
  readonly environment: readonly Change[];
}

/**
 * Says in one word what cells will be in the flow.
 */
export type PlannedKind = 'step' | 'parameters' | 'shared code' | 'settings' | 'scratch' | 'left alone';

/**
 * Says what becomes of cells, or of a part of one. `key` names the row while the text of the cells stays.
 *
 * `cells` are ids and `numbers` count the notebook's cells from 1. `renamable` tells whether the row is a new step,
 * and `divisible` whether its cells could as well be steps of their own.
 */
export interface PlannedRow {
  readonly key: string;
  readonly cells: readonly string[];
  readonly numbers: readonly number[];
  readonly words: string;
  readonly kind: PlannedKind;
  readonly name: string;
  readonly why: string;
  readonly renamable: boolean;
  readonly divisible: boolean;
  readonly problems: readonly ProblemLine[];
}

/**
 * Describes a literal that could be a parameter, `EPOCHS = 10`, and whether it is one in this plan.
 */
export interface ParameterOffer {
  readonly cell: string;
  readonly name: string;
  readonly text: string;
  readonly taken: boolean;
}

/**
 * Describes a change of the notebook: the cell gets this source; without `cell`, a new cell gets it.
 *
 * A new cell stands directly above the cell `before`, or first of all; an old one moves there if `before` is not "".
 * The `swallowed` cells are deleted, and the cell gets their outputs above its own.
 */
export interface CellEdit {
  readonly cell: string;
  readonly before: string;
  readonly swallowed: readonly string[];
  readonly source: string;
}

/**
 * Describes the flow that a notebook would be, with the edits that make it.
 *
 * `loops` are steps whose loop could be a foreach, with the option for that. `steps` counts the new steps, `errors`
 * the problems that are left.
 */
export interface FlowPlan {
  readonly rows: readonly PlannedRow[];
  readonly offers: readonly ParameterOffer[];
  readonly loops: readonly (readonly [string, string])[];
  readonly shape: FlowShape;
  readonly edits: readonly CellEdit[];
  readonly steps: number;
  readonly errors: number;
}

/**
 * Holds the changes that a repair makes, after which its problem is gone.
 */
export interface RepairEdits {
  readonly edits: readonly CellEdit[];
}

/**
 * Is a way to show a value.
 */
export type ValueFace = 'table' | 'heat' | 'display' | 'tree' | 'text';

/**
 * Is a cell that is no plain text, number or truth: a missing value, a number that JavaScript lacks, an object.
 *
 * `kind` is "missing", "number", "time", "object", or "long" for a text that is cut. In a comparison it is "changed":
 * `text` is the value before, and `now` the value that is shown.
 */
export interface OddCell {
  readonly kind: string;
  readonly text: string;
  readonly now: string | number | boolean | null;
}

/**
 * Describes a column. `mark` is "added", "removed" or "retyped" in a comparison, `changed` counts its cells.
 */
export interface SheetColumn {
  readonly label: string;
  readonly dtype: string;
  readonly mark: string;
  readonly changed: number;
}

/**
 * Holds a part of a table. `index` names its rows; `marks` are "added", "removed" or "" for each.
 *
 * `first` is the number of its first row among the `total` rows that pass the filter, `left` that of its first column.
 */
export interface SheetWindow {
  readonly total: number;
  readonly first: number;
  readonly left: number;
  readonly index: readonly (readonly (string | number | boolean | OddCell)[])[];
  readonly cells: readonly (readonly (string | number | boolean | OddCell)[])[];
  readonly places: readonly number[];
  readonly marks: readonly string[];
}

/**
 * Describes a table. `index` are the columns that name the rows. The counts are those of a comparison.
 */
export interface SheetFacts {
  readonly rows: number;
  readonly index: readonly SheetColumn[];
  readonly columns: readonly SheetColumn[];
  readonly changed_rows: number;
  readonly added_rows: number;
  readonly removed_rows: number;
  readonly matched_by: string;
}

/**
 * Describes a part of a value. `place` is its number among the parts, `parts` counts its own.
 */
export interface ValuePart {
  readonly place: number;
  readonly key: string;
  readonly type: string;
  readonly text: string;
  readonly parts: number;
}

/**
 * Describes a value, or a part of it: how it can be shown, and the parts on the way to it.
 */
export interface ValueFacts {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly faces: readonly ValueFace[];
  readonly way: readonly ValuePart[];
  readonly sheet: SheetFacts | null;
  readonly window: SheetWindow | null;
  readonly shape: readonly number[] | null;
}

/**
 * Describes a bar of a histogram: the rows from `low` to `high`, or those with the text `low` if `high` is None.
 *
 * `closed` tells whether `high` belongs to it.
 */
export interface ColumnBar {
  readonly label: string;
  readonly count: number;
  readonly low: string;
  readonly high: string | null;
  readonly closed: boolean;
}

/**
 * Describes the rows of a column that pass the filter. `facts` are named statistics; `others` are not in a bar.
 */
export interface ColumnStatistics {
  readonly kind: string;
  readonly bars: readonly ColumnBar[];
  readonly rows: number;
  readonly missing: number;
  readonly distinct: number;
  readonly others: number;
  readonly facts: readonly (readonly [string, string | number | boolean | OddCell])[];
}

/**
 * Holds an array with two dimensions: floats of 4 bytes in base64, each the mean of `step` rows and columns.
 */
export interface HeatMap {
  readonly rows: number;
  readonly columns: number;
  readonly data: string;
  readonly step: readonly [number, number];
  readonly shape: readonly [number, number];
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Lists parts of a value, from the part `first` on; it has `total`.
 */
export interface ValueParts {
  readonly first: number;
  readonly total: number;
  readonly parts: readonly ValuePart[];
}

/**
 * Holds a part of a text: its characters from `first` on, of `total`.
 */
export interface ValueText {
  readonly first: number;
  readonly total: number;
  readonly text: string;
}

/**
 * Holds how a value shows itself, as an output of a notebook.
 */
export interface ValueDisplay {
  readonly outputs: readonly (Readonly<Record<string, unknown>>)[];
}

/**
 * Names a task of another run that has made the artifact, too. `same`: its bytes are the same.
 */
export interface ValueVersion {
  readonly run: number;
  readonly task: number;
  readonly status: RunStatus;
  readonly started: number;
  readonly same: boolean;
  readonly text: string;
}

/**
 * Lists the versions of an artifact, the newest first; the one that is asked about is among them.
 */
export interface ValueVersions {
  readonly label: string;
  readonly versions: readonly ValueVersion[];
}

/**
 * Explains an option of a step's header: the forms of its value, what it means, and an example of a value.
 */
export interface OptionHelp {
  readonly forms: readonly string[];
  readonly means: string;
  readonly example: string;
}

/**
 * Names a page of the manual.
 */
export interface ManualLink {
  readonly name: string;
  readonly title: string;
}

/**
 * Holds a page of the manual as Markdown, and the titles of all pages. Links lead only to these pages.
 */
export interface ManualPage {
  readonly name: string;
  readonly text: string;
  readonly pages: readonly ManualLink[];
}

/**
 * Holds a demo notebook, in the format of a notebook file, and the name that its file should have.
 */
export interface DemoNotebook {
  readonly document: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * Says why a store cannot be read.
 */
export interface StoreTrouble {
  readonly store: string;
  readonly message: string;
}

/**
 * Describes a flow by its newest run. `store` is its store, by the name that `StoreSpace` has for it.
 *
 * `path` is the notebook's path below the folder of the server; "" if it is not there, or is a script. `is_busy` tells
 * whether tasks run now. If tasks failed, `step` is the first step with such a task, and `error` the first line of its
 * error.
 */
export interface FlowLine {
  readonly path: string;
  readonly name: string;
  readonly flow: string;
  readonly store: string;
  readonly run: RunLine;
  readonly is_busy: boolean;
  readonly step: string;
  readonly error: string;
}

/**
 * Lists the flows of all stores below the folder of a server, and of the user's other stores.
 *
 * `is_cut` tells whether there are more folders than were searched for stores.
 */
export interface FlowList {
  readonly flows: readonly FlowLine[];
  readonly troubles: readonly StoreTrouble[];
  readonly is_cut: boolean;
}

/**
 * Tells what a store takes on disk, and what gc would free now by deleting `old` runs.
 *
 * `flows` are the bytes of each flow; what several share is counted in each. `folder` is the folder of the store below
 * that of the server; None if it is elsewhere, where the front end cannot start a kernel.
 */
export interface StoreSpace {
  readonly store: string;
  readonly bytes: number;
  readonly free: number;
  readonly old: readonly string[];
  readonly flows: Readonly<Record<string, number>>;
  readonly folder: string | null;
}

/**
 * Tells what all stores take on disk.
 */
export interface SpaceList {
  readonly stores: readonly StoreSpace[];
}

export const STEP_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  "after": {
    "forms": [
      "STEP[,STEP…]"
    ],
    "means": "Run after these steps, although no data comes from them.",
    "example": "load,clean"
  },
  "foreach": {
    "forms": [
      "VAR in EXPR"
    ],
    "means": "Run once for each item of EXPR; VAR is the item.",
    "example": "cfg in grid"
  },
  "join": {
    "forms": [
      "STEP"
    ],
    "means": "End that foreach; `inputs` are its tasks, in order.",
    "example": "fit"
  },
  "if": {
    "forms": [
      "NAME",
      "not NAME",
      "NAME == LITERAL"
    ],
    "means": "Run only if that is so.",
    "example": "kind == 'full'"
  },
  "else": {
    "forms": [
      "NAME"
    ],
    "means": "Run if no step above with an `--if` on NAME ran.",
    "example": "kind"
  },
  "while": {
    "forms": [
      "NAME"
    ],
    "means": "Run, and run again as long as the artifact NAME is true.",
    "example": "improving"
  },
  "in": {
    "forms": [
      "a,b"
    ],
    "means": "Name the inputs, if the analysis of the code cannot find them.",
    "example": "table,limit"
  },
  "out": {
    "forms": [
      "x,y"
    ],
    "means": "Name the artifacts, if the analysis of the code cannot find them.",
    "example": "model,score"
  },
  "lang": {
    "forms": [
      "sql|R|bash"
    ],
    "means": "The language of the cell: SQL, R or bash.",
    "example": "sql"
  },
  "connect": {
    "forms": [
      "NAME"
    ],
    "means": "For SQL: run it on this database connection, not on the frames of the notebook.",
    "example": "engine"
  },
  "cache": {
    "forms": [
      "auto|off|pin|ttl=7d"
    ],
    "means": "Reuse a stored result while nothing that it depends on has changed (the default), never, always, or until it is that old.",
    "example": "ttl=7d"
  },
  "watch": {
    "forms": [
      "GLOB[,GLOB…]"
    ],
    "means": "Treat the content of these files as an input.",
    "example": "data/*.csv"
  },
  "seed": {
    "forms": [
      "N"
    ],
    "means": "Seed the random generators before the body.",
    "example": "0"
  },
  "retry": {
    "forms": [
      "N"
    ],
    "means": "Try again after a failure, at most N times.",
    "example": "2"
  },
  "timeout": {
    "forms": [
      "30m"
    ],
    "means": "Give up after that long.",
    "example": "30m"
  },
  "allow-failures": {
    "forms": [
      "N",
      "N%"
    ],
    "means": "Let this many tasks of a foreach fail; the join gets the others.",
    "example": "10%"
  },
  "cpu": {
    "forms": [
      "N"
    ],
    "means": "The processors that a task needs; it starts when so many are free.",
    "example": "2"
  },
  "gpu": {
    "forms": [
      "N"
    ],
    "means": "The GPUs that a task needs; it starts when so many are free, and sees no others.",
    "example": "1"
  },
  "memory": {
    "forms": [
      "4GB",
      "4GB!"
    ],
    "means": "The memory that a task needs; it starts when so much is free. With `!` it gets no more.",
    "example": "4GB"
  },
  "on": {
    "forms": [
      "local|cluster"
    ],
    "means": "Where the step runs in a run with `--on CLUSTER`: on this machine, or there (the default).",
    "example": "local"
  },
  "env": {
    "forms": [
      "REQUIREMENT…",
      "FILE",
      "NAME"
    ],
    "means": "Run with these packages: requirements as pip takes them, a requirements.txt, a pyproject.toml:GROUP, or the name of an `%%environment` cell; `none` for the packages of the flow itself.",
    "example": "\"pandas>=2,<3\" scikit-learn==1.5.2"
  },
  "bg": {
    "forms": [
      ""
    ],
    "means": "In a kernel, run in a worker process.",
    "example": ""
  }
};
