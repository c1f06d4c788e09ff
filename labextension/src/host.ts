/** What the panel needs of the program that it lives in; JupyterLab, Notebook 7 and anywidget each give it their own. */
import type { FlowState, ProposedName, RunDiff, RunList, RunState, TaskList, TaskState } from './protocol';

/** What is stored, read without the kernel: it may be busy, dead or not there. Rejects when it cannot be read. */
export interface Archive {
  /** The notebook as it is in the front end, unsaved cells included. */
  flow(): Promise<FlowState>;
  runs(): Promise<RunList>;
  run(number: number): Promise<RunState>;
  /** Of one step or of all; of one run, or of the newest that has any. */
  tasks(step: string | null, run: number | null): Promise<TaskList>;
  task(run: number, number: number): Promise<TaskState>;
  diff(then: number, now: number): Promise<RunDiff>;
  proposeName(source: string): Promise<ProposedName>;
}

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

/** A text in the user's language; `%1`, `%2` stand for the arguments. */
export type Translate = (text: string, ...args: (string | number)[]) => string;

export interface Host {
  readonly archive: Archive | null; // null: there is nobody to ask, only broadcasts
  readonly actions: Actions | null; // null: nothing can be done from here
  readonly showOutputs: ShowOutputs;
  readonly trans: Translate;
}
