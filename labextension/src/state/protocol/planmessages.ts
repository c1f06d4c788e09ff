// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

import type { FlowShape, ProblemLine } from './messages';

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
