// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

import type { RunStatus } from './messages';

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
