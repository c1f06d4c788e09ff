// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

export const REPAIRS = 'application/vnd.nbflow.repairs.v1+json';

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
