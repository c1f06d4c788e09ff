import type {
  ColumnStatistics,
  HeatMap,
  SheetWindow,
  ValueDisplay,
  ValueFacts,
  ValueParts,
  ValueText,
  ValueVersions
} from '../state/protocol';
import {
  type Extent,
  FIRST_EXTENT,
  type SheetChoice,
  type ValueAddress,
  type Values,
  type ValueSource
} from '../state/values';
import type { FlowNotebook } from './notebook';

type Question = Readonly<Record<string, unknown>>;

const READY = 60_000; // in milliseconds: a process that is asked for no value ends after twice as long

/** Reads values with a process that the server starts with the Python of the notebook's kernel. */
export class NotebookValues implements Values {
  constructor(private readonly notebook: FlowNotebook) {}

  source(address: ValueAddress, part: readonly number[], versus: ValueAddress | null): ValueSource {
    const other = versus && [versus.run, versus.task];
    return new RemoteValue(question => this.ask({ ...address, part, versus: other, ...question }));
  }

  versions({ run, task, name }: ValueAddress): Promise<ValueVersions> {
    return this.notebook.archive.versions(run, task, name);
  }

  prepare(type: string): void {
    const now = performance.now();
    if (now - (this.prepared.get(type) ?? -Infinity) > READY) {
      this.prepared.set(type, now);
      void this.ask({ ask: 'prepare', run: 0, task: 0, name: type }).catch(() => undefined);
    }
  }

  private ask<T>(question: Question): Promise<T> {
    const { sessionContext } = this.notebook.panel;
    const kernel = sessionContext.session?.kernel?.name ?? sessionContext.kernelPreference.name ?? '';
    return this.notebook.archive.value(kernel, question);
  }

  private readonly prepared = new Map<string, number>();
}

class RemoteValue implements ValueSource {
  constructor(private readonly ask: <T>(question: Question) => Promise<T>) {}

  open(): Promise<ValueFacts> {
    return this.ask({ ask: 'open', ...FIRST_EXTENT });
  }

  window(choice: SheetChoice, extent: Extent): Promise<SheetWindow> {
    return this.ask({ ask: 'window', ...inQuestion(choice), ...extent });
  }

  column(choice: SheetChoice, column: number): Promise<ColumnStatistics> {
    return this.ask({ ask: 'column', ...inQuestion({ ...choice, sort: null }), column });
  }

  cell(place: number, column: number): Promise<ValueText> {
    return this.ask({ ask: 'cell', rows: [place, place + 1], column });
  }

  heat(): Promise<HeatMap> {
    return this.ask({ ask: 'heat' });
  }

  parts(first: number, last: number): Promise<ValueParts> {
    return this.ask({ ask: 'parts', rows: [first, last] });
  }

  text(first: number): Promise<ValueText> {
    return this.ask({ ask: 'text', rows: [first, first] });
  }

  display(): Promise<ValueDisplay> {
    return this.ask({ ask: 'display' });
  }
}

function inQuestion({ filter, picks, onlyChanged, sort }: SheetChoice): Question {
  return { filter, picks, only_changed: onlyChanged, sort: sort && [sort.column, sort.descending] };
}
