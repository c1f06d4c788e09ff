/** Reads whole values, a part at a time. Another process than the kernel loads them. */
import type {
  ColumnStatistics,
  HeatMap,
  OddCell,
  SheetWindow,
  ValueDisplay,
  ValueFacts,
  ValueParts,
  ValueText,
  ValueVersions
} from './protocol';

/** Is a value in a table: one that is no plain text, number or truth says what it is. */
export type SheetCell = string | number | boolean | OddCell;

/** Names an artifact of a task. */
export interface ValueAddress {
  readonly run: number;
  readonly task: number; // its number in the run
  readonly name: string;
}

/** Names a bar of a histogram whose rows are kept; one without `low` is that of the missing values. */
export interface Pick {
  readonly column: number;
  readonly low: string | null;
  readonly high: string | null;
  readonly closed: boolean;
  readonly label: string; // for the user
}

/** Holds which rows of a table are shown, and in which order. Columns are counted with those that name the rows. */
export interface SheetChoice {
  readonly filter: string;
  readonly picks: readonly Pick[];
  readonly onlyChanged: boolean;
  readonly sort: { readonly column: number; readonly descending: boolean } | null;
}

export const EVERY_ROW: SheetChoice = { filter: '', picks: [], onlyChanged: false, sort: null };

/** Is a rectangle of cells: the first row and column, and those after the last. */
export interface Extent {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** Reads an artifact, or a part of it, in one version or compared with another. Rejects what cannot be shown. */
export interface ValueSource {
  open(): Promise<ValueFacts>;
  window(choice: SheetChoice, extent: Extent): Promise<SheetWindow>;
  column(choice: SheetChoice, column: number): Promise<ColumnStatistics>;
  cell(place: number, column: number): Promise<ValueText>;
  heat(): Promise<HeatMap>;
  parts(first: number, last: number): Promise<ValueParts>;
  text(first: number): Promise<ValueText>;
  display(): Promise<ValueDisplay>;
}

/** Gives the sources of values, and the versions of artifacts. */
export interface Values {
  source(address: ValueAddress, part: readonly number[], versus: ValueAddress | null): ValueSource;
  versions(address: ValueAddress): Promise<ValueVersions>;
  /** Get ready to open values of a type soon, such as `pandas.DataFrame`. */
  prepare(type: string): void;
}

const [ROWS, COLUMNS, MOST] = [200, 40, 120]; // of a block; and the number of blocks that are kept

export const FIRST_EXTENT: Extent = { rows: [0, ROWS], columns: [0, COLUMNS] };

/** Keeps the parts of a table that were read, and reads others when they come into sight. */
export class SheetData {
  total = 0;

  constructor(
    private readonly source: ValueSource,
    private readonly columns: number,
    private readonly changed: () => void,
    private readonly fail: (error: unknown) => void
  ) {}

  /** Show other rows; `first` are the first of them, if they are known. Resolves when they are there. */
  async choose(choice: SheetChoice, first: SheetWindow | null = null): Promise<void> {
    const turn = ++this.turn;
    const found = first ?? (await this.source.window(choice, FIRST_EXTENT));
    if (turn === this.turn) {
      this.choice = choice;
      this.shown = turn;
      this.blocks.clear();
      this.reading.clear();
      this.total = found.total;
      this.blocks.set('0:0', found);
      this.changed();
    }
  }

  /** Read what is not known of a rectangle. */
  need({ rows, columns }: Extent): void {
    for (let row = down(rows[0], ROWS); row < Math.min(rows[1], this.total); row += ROWS) {
      for (let column = down(columns[0], COLUMNS); column < Math.min(columns[1], this.columns); column += COLUMNS) {
        void this.read(row, column);
      }
    }
  }

  /** Return a cell by the numbers of its row and column; undefined while it is read. */
  cell(row: number, column: number): SheetCell | undefined {
    return this.block(row, column)?.cells[row % ROWS]?.[column % COLUMNS];
  }

  /** Return the names of a row. */
  index(row: number): readonly SheetCell[] | undefined {
    return this.blockOf(row)?.index[row % ROWS];
  }

  /** Return whether a row is `added` or `removed`. */
  mark(row: number): string {
    return this.blockOf(row)?.marks[row % ROWS] ?? '';
  }

  /** Return the number of a row in the whole table. */
  place(row: number): number | undefined {
    return this.blockOf(row)?.places[row % ROWS];
  }

  private block(row: number, column: number): SheetWindow | undefined {
    return this.blocks.get(`${down(row, ROWS)}:${down(column, COLUMNS)}`);
  }

  private blockOf(row: number): SheetWindow | undefined {
    for (let column = 0; column < Math.max(1, this.columns); column += COLUMNS) {
      const found = this.block(row, column);
      if (found) {
        return found;
      }
    }
    return undefined;
  }

  private async read(row: number, column: number): Promise<void> {
    const key = `${row}:${column}`;
    const { shown } = this;
    if (this.blocks.has(key) || this.reading.has(key)) {
      return;
    }
    this.reading.add(key);
    try {
      const extent: Extent = { rows: [row, row + ROWS], columns: [column, column + COLUMNS] };
      const found = await this.source.window(this.choice, extent);
      if (shown === this.shown) {
        this.keep(key, found);
      }
    } catch (error) {
      if (shown === this.shown) {
        this.fail(error);
      }
    } finally {
      if (shown === this.shown) {
        this.reading.delete(key);
      }
    }
  }

  private keep(key: string, found: SheetWindow): void {
    this.blocks.set(key, found);
    const [oldest] = this.blocks.keys();
    if (this.blocks.size > MOST && oldest !== undefined) {
      this.blocks.delete(oldest);
    }
    this.changed();
  }

  private choice = EVERY_ROW;
  private turn = 0;
  private shown = 0;
  private readonly blocks = new Map<string, SheetWindow>();
  private readonly reading = new Set<string>();
}

const down = (number: number, step: number): number => number - (number % step);
