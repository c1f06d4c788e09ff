/** What the panel needs of the program that it lives in; JupyterLab, Notebook 7 and anywidget each give it their own. */
import type { Archive } from '../state/archive';
import type { Translate } from '../ui/language';

/** What can be done. Each tells the user by itself how it went; none rejects. */
export interface Actions {
  /** Run the flow, or a part of it; the parameters are as they were typed. */
  run(part: { to?: string; from?: string; only?: string }, parameters: Readonly<Record<string, string>>): Promise<void>;
  resume(run: number | null): Promise<void>;
  /** An address is as users write it: `fit`, `fit[3]`, `7/fit[3]`. */
  rerun(address: string): Promise<void>;
  debug(address: string): Promise<void>;
  cancel(): Promise<void>;
  /** Show what would change, then do it, with an Undo. */
  restore(address: string): Promise<void>;
  undo(): Promise<void>;
  tag(run: number, name: string): Promise<void>;
  /** Scroll to a cell, by its id, and put the cursor on the line, counted from 1. */
  jump(cell: string, line?: number): void;
  /** Open a view as a tab of the main area. */
  openAsTab(view: 'steps' | 'graph' | 'timeline' | 'runs'): void;
  /** A run as an HTML page of its own. */
  report(run: number): void;
  /** The notebook as a FlowSpec script; the user says which file. */
  exportScript(): Promise<void>;
}

/** Rich outputs in the format of a notebook, shown as the program shows those of cells; dispose what it returns. */
export type ShowOutputs = (
  host: HTMLElement,
  outputs: readonly Readonly<Record<string, unknown>>[]
) => { dispose(): void };

export interface Host {
  readonly archive: Archive | null; // null: there is nobody to ask, only broadcasts
  readonly actions: Actions | null; // null: nothing can be done from here
  readonly showOutputs: ShowOutputs;
  readonly trans: Translate;
}
