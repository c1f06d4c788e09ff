import type { ICellModel } from '@jupyterlab/cells';
import type { RunLine } from '../state/protocol';

/** Says of which run the outputs of a cell are. It is stored in the metadata of the cell, so a copy has it too. */
export interface OutputFacts {
  readonly run: number;
  /** When the run began, in seconds since 1970: another notebook may have a run with the same number. */
  readonly began: number;
  readonly status: string;
  readonly tasks: number;
  /** How many of these tasks have failed. */
  readonly failed: number;
  readonly seconds: number;
  /** The run that the result was taken from. */
  readonly source: number | null;
  readonly place: 'worker' | 'kernel';
  /** The models of the widgets in the outputs. */
  readonly widgets: readonly string[];
}

const KEY = 'nbflow';

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Returns the facts about the outputs of a cell; null if they are not known, or if it has none. */
export function readFacts(model: ICellModel): OutputFacts | null {
  const found = model.getMetadata(KEY);
  if (typeof found?.run !== 'number') {
    return null;
  }
  const widgets: unknown = found.widgets;
  return {
    run: found.run,
    began: number(found.began),
    status: String(found.status ?? ''),
    tasks: number(found.tasks),
    failed: number(found.failed),
    seconds: number(found.seconds),
    source: typeof found.source === 'number' ? found.source : null,
    place: found.place === 'kernel' ? 'kernel' : 'worker',
    widgets: Array.isArray(widgets) ? widgets.map(String) : []
  };
}

export function writeFacts(model: ICellModel, facts: OutputFacts | null): void {
  if (facts) {
    model.setMetadata(KEY, { ...facts, widgets: [...facts.widgets] });
  } else if (model.getMetadata(KEY) !== undefined) {
    model.deleteMetadata(KEY);
  }
}

/** Tells whether facts are about this run, and not about one of another notebook with the same number. */
export const areOf = (facts: OutputFacts, run: Pick<RunLine, 'number' | 'started'>): boolean =>
  facts.run === run.number && (facts.began === 0 || Math.abs(facts.began - run.started) < 0.01);
