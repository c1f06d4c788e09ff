/** Defines what the panel needs from the program around it: JupyterLab, Notebook 7 or an anywidget host. */
import type { Archive } from '../state/archive';
import type { Keep } from '../state/keep';
import type { RepairLine, RunLine } from '../state/protocol';
import type { ValueAddress } from '../state/values';
import type { Translate } from '../ui/language';

/** Names the part of a flow to run, and the cluster; `fresh` computes everything again, whatever is stored. */
export interface Part {
  readonly to?: string;
  readonly from?: string;
  readonly only?: string;
  readonly on?: string;
  readonly fresh?: boolean;
}

/** Performs what the user asks for. Each action reports its result to the user; none rejects. */
export interface Actions {
  /** Run the flow or a part of it; the parameters are texts as the user typed them. */
  run(part: Part, parameters: Readonly<Record<string, string>>): Promise<void>;
  /** Start a new run that reuses what is valid, without the items of the step `without` that failed in the run. */
  resume(run: number | null, without?: string): Promise<void>;
  /** Run a task again. Addresses are as users write them: `fit`, `fit[3]`, `7/fit[3]`. */
  rerun(address: string): Promise<void>;
  debug(address: string): Promise<void>;
  cancel(): Promise<void>;
  /** Show what would change, then restore, and offer to undo it. */
  restore(address: string): Promise<void>;
  undo(): Promise<void>;
  tag(run: number, name: string): Promise<void>;
  /** Go on with the runs of the flow that this notebook is a copy of. */
  shareRuns(flow: string): Promise<void>;
  /** Make this copy of a notebook one of its own, with no runs but those that it has made. */
  startEmpty(): Promise<void>;
  /** Ask for the text of a note on a run, and keep it. */
  note(run: RunLine): Promise<void>;
  pin(run: number, pinned: boolean): Promise<void>;
  /** Delete runs, if the user agrees. */
  remove(runs: readonly number[]): Promise<void>;
  /** Scroll to the cell with this id and put the cursor on a line, counted from 1. */
  jump(cell: string, line?: number): void;
  /** Open a view as a tab of the main area. */
  openAsTab(view: 'steps' | 'graph' | 'timeline' | 'runs' | 'tasks'): void;
  /** Open an artifact as a whole. */
  openValue(address: ValueAddress): void;
  /** Get ready to open a value of a type soon. */
  prepareValue(type: string): void;
  /** Open the report of a run, an HTML page. */
  report(run: number): void;
  /** Do what a button beside a problem says; an undo of the notebook takes changes of cells back. */
  repair(repair: RepairLine): Promise<void>;
  /** Show how an ordinary notebook becomes a flow, and make it one if the user agrees. */
  convert(): Promise<void>;
  /** Write the notebook as a FlowSpec script; the user chooses the file. */
  exportScript(): Promise<void>;
}

/** Shows outputs in the format of a notebook, as the program shows those of cells; dispose what it returns. */
export type ShowOutputs = (
  host: HTMLElement,
  outputs: readonly Readonly<Record<string, unknown>>[]
) => { dispose(): void };

export interface Host {
  readonly archive: Archive | null; // null if there are only broadcasts
  readonly actions: Actions | null; // null if the panel only shows the flow
  readonly showOutputs: ShowOutputs;
  readonly keep: Keep;
  readonly trans: Translate;
}
