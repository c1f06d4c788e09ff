// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

import type { RunLine, TaskLine } from './messages';

/**
 * Says which values of a column are the best, as far as its name tells.
 */
export type Best = 'highest' | 'lowest' | 'unknown';

/**
 * Says what the rank of a text means: a number, a time that is measured in seconds, an instant, or a name.
 */
export type RankKind = 'number' | 'seconds' | 'instant' | 'name';

/**
 * Holds a value as a person reads it, and the number that sorts it: of an instant, the seconds since 1970.
 */
export interface RankedText {
  readonly text: string;
  readonly number: number;
  readonly kind: RankKind;
}

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
  readonly cells: readonly (readonly (string | number | boolean | RankedText | null)[])[];
}

/**
 * Holds the scalars that runs have stored outside of their foreaches, one row of `cells` for each run.
 */
export interface RunResults {
  readonly columns: readonly TableColumn[];
  readonly runs: readonly number[];
  readonly cells: readonly (readonly (string | number | boolean | RankedText | null)[])[];
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
