/** Sorts, filters and marks the rows of a table, whatever they show. */
import type { Best, RankedText } from './protocol';

/** Holds a value of a row. A number that JavaScript does not have, such as `nan`, is a text. */
export type Cell = string | number | boolean | RankedText | null;

export interface TableOrder {
  readonly column: string;
  readonly descending: boolean;
}

/** Returns the number that a cell stands for; NaN if it stands for none. */
export function numberOf(cell: Cell): number {
  switch (cell) {
    case 'inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    case null:
    case '':
      return NaN;
    default:
      return typeof cell === 'object' ? cell.number : Number(cell);
  }
}

/** Tells whether a column holds numbers, apart from cells that are empty or `nan`. */
export function isNumeric(cells: readonly Cell[]): boolean {
  return cells.some(isNumber) && cells.every(cell => cell === 'nan' || isNumberOrNone(cell));
}

const isNumber = (cell: Cell): boolean =>
  typeof cell === 'number' || (typeof cell === 'object' && cell !== null && ranksByNumber(cell));

const isNumberOrNone = (cell: Cell): boolean =>
  cell === null || (typeof cell === 'object' ? ranksByNumber(cell) : !Number.isNaN(numberOf(cell)));

const ranksByNumber = ({ kind }: RankedText): boolean => kind === 'number' || kind === 'seconds';

/** Returns the title of an axis: the label of its column, with the unit of its numbers if the cells have one. */
export function axisTitle(label: string, cells: readonly Cell[]): string {
  const given = cells.filter(cell => cell !== null);
  const areSeconds = given.length > 0 && given.every(cell => typeof cell === 'object' && cell.kind === 'seconds');
  return areSeconds ? `${label} (s)` : label;
}

/** Tells whether a column holds instants, apart from cells that are empty. */
export function isInstants(cells: readonly Cell[]): boolean {
  const given = cells.filter(cell => cell !== null);
  return given.length > 0 && given.every(cell => typeof cell === 'object' && cell.kind === 'instant');
}

/** Returns the places of the cells in their order: numbers, then texts; those without a value come last both ways. */
export function sortedPlaces(cells: readonly Cell[], descending: boolean): number[] {
  const sign = descending ? -1 : 1;
  const keys = cells.map(keyOf);
  return [...cells.keys()].sort((one, other) => {
    const [first, second] = [keys[one], keys[other]];
    return first && second ? compare(first, second, sign) || one - other : 0;
  });
}

interface Key {
  readonly number: number;
  readonly text: string;
}

function keyOf(cell: Cell): Key {
  const number = numberOf(cell);
  return { number, text: typeof cell === 'string' && Number.isNaN(number) && cell !== 'nan' ? cell : '' };
}

function compare(one: Key, other: Key, sign: number): number {
  const [isNumber, isOther] = [!Number.isNaN(one.number), !Number.isNaN(other.number)];
  if (isNumber && isOther) {
    return one.number === other.number ? 0 : sign * (one.number < other.number ? -1 : 1);
  }
  if (isNumber || isOther) {
    return isNumber ? -1 : 1;
  }
  if (!one.text || !other.text) {
    return Number(!one.text) - Number(!other.text);
  }
  return sign * COLLATOR.compare(one.text, other.text);
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

/** Returns the value that is the best of a column; null if its name does not tell which is. */
export function bestValue(cells: readonly Cell[], best: Best): number | null {
  if (best === 'unknown') {
    return null;
  }
  const better = best === 'highest' ? Math.max : Math.min;
  const numbers = cells.map(numberOf).filter(number => !Number.isNaN(number));
  return numbers.length > 1 ? numbers.reduce((one, other) => better(one, other)) : null;
}

/** Returns a cell as it is shown: a number with at most six digits, a truth as Python writes it. */
export function cellText(cell: Cell): string {
  if (typeof cell === 'number' && !Number.isInteger(cell)) {
    return String(Number(cell.toPrecision(6)));
  }
  return wholeText(cell);
}

/** Returns a cell with all digits. */
export function wholeText(cell: Cell): string {
  switch (typeof cell) {
    case 'boolean':
      return cell ? 'True' : 'False';
    case 'object':
      return cell?.text ?? '';
    default:
      return String(cell);
  }
}

/** Holds what the filter looks at in a row: its cells, and all words that it has. */
export interface FilterRow {
  readonly cells: readonly Cell[];
  readonly text: string;
}

const WORDS = new Intl.Collator('en', { numeric: true, sensitivity: 'accent' }); // in upper or lower case

const CONDITION = /^(.+?)(<=|>=|!=|==?|<|>)(.+)$/;

/**
 * Returns the rows that pass a filter of words, each of which must be in the row or be a condition such as `r2>0.8`.
 * A condition on what is no column is a word like others.
 */
export function passing<Row>(
  text: string,
  columns: readonly string[],
  rows: readonly Row[],
  seen: (row: Row) => FilterRow
): readonly Row[] {
  const tests = words(text).map(word => test(word, columns));
  return tests.length === 0 ? rows : rows.filter(row => holdAll(tests, seen(row)));
}

const holdAll = (tests: readonly ((row: FilterRow) => boolean)[], row: FilterRow): boolean =>
  tests.every(one => one(row));

/** Returns the names in the conditions of a filter that no column has. */
export function unknownNames(text: string, columns: readonly string[]): readonly string[] {
  const names = words(text).flatMap(word => CONDITION.exec(word)?.[1] ?? []);
  return names.filter(name => placeOf(name, columns) < 0);
}

/** Splits a filter into words and conditions. */
const words = (text: string): readonly string[] =>
  text
    .trim()
    .replace(/\s*(<=|>=|!=|==|<|>|=)\s*/g, '$1')
    .split(/\s+/)
    .filter(Boolean);

const placeOf = (name: string, columns: readonly string[]): number =>
  columns.findIndex(one => one.toLowerCase() === name.toLowerCase());

function test(word: string, columns: readonly string[]): (row: FilterRow) => boolean {
  const [, name = '', sign = '', given = ''] = CONDITION.exec(word) ?? [];
  const place = placeOf(name, columns);
  return place < 0
    ? row => row.text.toLowerCase().includes(word.toLowerCase())
    : row => holds(row.cells[place] ?? null, sign, given);
}

function holds(cell: Cell, sign: string, given: string): boolean {
  if (cell === null) {
    return false;
  }
  const isWord = typeof cell === 'object' && !ranksByNumber(cell); // of `2024-05-01` the year is no number of seconds
  const numbers = [isWord ? NaN : numberOf(cell), numberOf(given)] as const;
  const areNumbers = numbers.every(number => !Number.isNaN(number));
  const isInstant = typeof cell === 'object' && cell.kind === 'instant';
  const text = isInstant ? cell.text.slice(0, given.length) : wholeText(cell); // `2024-05` is all of that month
  const order = areNumbers ? Math.sign(numbers[0] - numbers[1]) || 0 : WORDS.compare(text, given);
  switch (sign) {
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}
