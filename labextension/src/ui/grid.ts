/** Shows rows of cells below headings that sort them. Only visible rows are in the document. */
import type { Best } from '../state/protocol';
import {
  bestValue,
  type Cell,
  cellText,
  isNumeric,
  numberOf,
  sortedPlaces,
  type TableOrder,
  wholeText
} from '../state/table';
import type { Component } from './component';
import { closest, h, setAttribute, setText } from './dom';
import type { Translate } from './language';
import { rove } from './roving';
import { VirtualList, type VirtualRow } from './virtual';

export interface GridColumn<Row> {
  readonly name: string; // unique in the grid
  readonly label: string;
  readonly cell: (row: Row) => Cell;
  /** Returns what is shown of a row; by default its cell. */
  readonly text?: (row: Row) => string;
  /** Fills the cell of a row with more than a text. */
  readonly draw?: (host: HTMLElement, row: Row) => void;
  readonly best?: Best;
  readonly class?: string;
  readonly width?: number; // in pixels; by default as its texts need
  readonly canBePicked?: boolean; // for a chart
}

/** Returns a column of values that a chart can show; its cells are empty where there is none. */
export function valueColumn<Row, T extends Cell>(
  name: string,
  label: string,
  of: (row: Row) => T | null,
  write: (value: T) => string
): GridColumn<Row> {
  const text = (row: Row): string => {
    const value = of(row);
    return value === null ? '' : write(value);
  };
  return { name, label, cell: of, text, best: 'unknown', canBePicked: true };
}

export interface GridProps<Row> {
  readonly trans: Translate;
  readonly class: string;
  readonly rowClass: string;
  readonly label: string;
  readonly height: number; // of a row, in pixels
  readonly key: (row: Row) => string;
  readonly onOpen: (row: Row, event: Event) => void;
  readonly onMenu: (row: Row, place: { x: number; y: number }) => void;
  readonly onPick: (columns: readonly string[]) => void;
  /** Writes on the row itself what the row is. */
  readonly mark: (node: HTMLElement, row: Row) => void;
}

const [LETTER, BOLD_LETTER, HEADING_LETTER, PADDING, NARROWEST, WIDEST] = [7.6, 8.7, 6.8, 18, 44, 220]; // pixels

/** The class of the column that stays in sight and says what a row is. */
export const FIRST = 'nbf-mod-first';
const LOOKED_AT = 200; // rows that decide the widths

export class Grid<Row> implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: GridProps<Row>) {
    this.head = h('div', { class: 'nbf-GridHead', role: 'row', onkeydown: event => this.key(event) });
    this.list = new VirtualList<Row, GridRow<Row>>({
      class: `nbf-Grid ${props.class}`,
      role: 'grid',
      label: props.label,
      height: props.height,
      head: this.head,
      key: props.key,
      onclick: (row, event) => props.onOpen(row, event),
      onenter: (row, event) => props.onOpen(row, event),
      create: () => new GridRow(this.columns, props, this.best, this.numeric)
    });
    this.node = this.list.node;
    this.node.addEventListener('contextmenu', event => this.openMenu(event));
  }

  /** Show these rows, in this order unless the user has sorted them. */
  show(columns: readonly GridColumn<Row>[], rows: readonly Row[]): void {
    this.given = rows;
    if (columns.map(describe).join('\n') !== this.columns.map(describe).join('\n')) {
      this.columns = columns;
      this.list.forget();
    }
    this.columns = columns;
    this.measure();
    this.survey();
    this.arrange();
  }

  refresh(): void {
    this.list.refresh();
  }

  get order(): TableOrder | null {
    return this._order;
  }

  /** The number of rows that the user sees. */
  get length(): number {
    return this.given.length;
  }

  /** Let a click on a heading pick its column for a chart. */
  set isPicking(picking: boolean) {
    this._isPicking = picking;
    this.measure(); // a heading that can be picked shows a box
    this.drawHead();
  }

  get picked(): readonly string[] {
    return this.columns.map(({ name }) => name).filter(name => this._picked.has(name));
  }

  dispose(): void {
    this.isDisposed = true;
    this.list.dispose();
  }

  /** Find the best value of each column, and which columns hold numbers. */
  private survey(): void {
    this.best.clear();
    this.numeric.clear();
    for (const { name, best = 'unknown', cell, class: kind } of this.columns) {
      const cells = this.given.map(cell);
      this.best.set(name, bestValue(cells, best));
      if (isNumeric(cells) && kind !== FIRST) {
        this.numeric.add(name);
      }
    }
  }

  private arrange(): void {
    const order = this._order;
    const column = this.columns.find(({ name }) => name === order?.column);
    if (column && order) {
      const places = sortedPlaces(this.given.map(column.cell), order.descending);
      this.list.items = places.flatMap(place => this.given[place] ?? []);
    } else {
      this.list.items = this.given;
    }
    this.drawHead();
  }

  /** Give each column the room that its texts need; columns share the room that is left. */
  private measure(): void {
    const widths = this.columns.map(column => column.width ?? this.widthOf(column));
    const tracks = widths.map((width, place) => (place ? `minmax(${width}px, ${width}fr)` : `${width}px`)).join(' ');
    this.node.style.setProperty('--nbf-tracks', tracks);
    this.node.style.setProperty('--nbf-width', `${widths.reduce((sum, width) => sum + width, 0)}px`);
  }

  private widthOf(column: GridColumn<Row>): number {
    const texts = this.given.slice(0, LOOKED_AT).map(row => textOf(column, row).length);
    const heading = column.label.length + (this._isPicking && column.canBePicked ? 4 : 2);
    const letter = column.best ? BOLD_LETTER : LETTER; // the best value is bold
    const width = Math.max(heading * HEADING_LETTER, Math.max(0, ...texts) * letter) + PADDING;
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  }

  private drawHead(): void {
    const focused = document.activeElement?.closest('[data-column]');
    const name = focused && this.head.contains(focused) ? focused.getAttribute('data-column') : null;
    const stop = this.columns.some(column => column.name === name) ? name : (this.columns[0]?.name ?? null);
    this.head.replaceChildren(...this.columns.map(column => this.heading(column, column.name === stop)));
    if (name !== null) {
      this.head.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    }
  }

  private heading(column: GridColumn<Row>, isStop: boolean): HTMLElement {
    const { name, label } = column;
    const order = this._order?.column === name ? this._order : null;
    const isPicked = this._picked.has(name);
    return h(
      'div',
      {
        role: 'columnheader',
        class: `nbf-GridCell ${column.class ?? ''}`,
        'data-numeric': this.numeric.has(name),
        'aria-sort': order ? (order.descending ? 'descending' : 'ascending') : 'none'
      },
      h(
        'button',
        {
          class: 'nbf-Heading',
          type: 'button',
          'data-column': name,
          'data-picked': isPicked,
          'aria-pressed': this._isPicking && column.canBePicked ? String(isPicked) : null,
          title: this.tooltip(column),
          tabindex: isStop ? 0 : -1,
          onclick: event => this.click(column, event)
        },
        h('span', {}, label),
        order && h('span', { class: 'nbf-Order', 'aria-hidden': 'true' }, order.descending ? '▾' : '▴')
      )
    );
  }

  private tooltip({ label, canBePicked }: GridColumn<Row>): string {
    const { trans } = this.props;
    const pick = canBePicked ? trans('Shift and a click pick it for a chart') : '';
    return [label, trans('A click sorts by it'), pick].filter(Boolean).join('\n');
  }

  private click(column: GridColumn<Row>, event: MouseEvent): void {
    if (column.canBePicked && (this._isPicking || event.shiftKey || event.ctrlKey || event.metaKey)) {
      this.pick(column.name);
    } else {
      this._order = nextOrder(column, this._order);
      this.node.scrollTop = 0;
      this.arrange();
    }
  }

  private pick(name: string): void {
    if (!this._picked.delete(name)) {
      this._picked.add(name);
    }
    this.drawHead();
    this.props.onPick(this.picked);
  }

  private key(event: KeyboardEvent): void {
    if (rove(event, [...this.head.querySelectorAll<HTMLElement>('button')], true)) {
      event.stopPropagation();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      event.stopPropagation();
      this.list.focus(0);
    }
  }

  private openMenu(event: MouseEvent): void {
    const row = this.list.itemOf(event);
    if (row !== undefined) {
      event.preventDefault();
      event.stopPropagation(); // the host's own menu would open too
      const box = closest(event, '[data-index]')?.getBoundingClientRect();
      const isByKey = event.clientX === 0 && event.clientY === 0;
      const place = isByKey && box ? { x: box.left + 20, y: box.bottom } : { x: event.clientX, y: event.clientY };
      this.props.onMenu(row, place);
    }
  }

  private columns: readonly GridColumn<Row>[] = [];
  private given: readonly Row[] = [];
  private _order: TableOrder | null = null;
  private _isPicking = false;
  private readonly _picked = new Set<string>();
  private readonly best = new Map<string, number | null>();
  private readonly numeric = new Set<string>();
  private readonly head: HTMLElement;
  private readonly list: VirtualList<Row, GridRow<Row>>;
}

const describe = <Row>(column: GridColumn<Row>): string => `${column.name} ${column.class ?? ''}`;

const textOf = <Row>(column: GridColumn<Row>, row: Row): string => column.text?.(row) ?? cellText(column.cell(row));

/** Sorts by the best value first, then the other way round, then not at all. */
function nextOrder<Row>({ name, best }: GridColumn<Row>, order: TableOrder | null): TableOrder | null {
  const first = best === 'highest';
  if (order?.column !== name) {
    return { column: name, descending: first };
  }
  return order.descending === first ? { column: name, descending: !first } : null;
}

class GridRow<Row> implements VirtualRow<Row> {
  readonly node: HTMLElement;
  readonly stops: readonly HTMLElement[];

  constructor(
    private readonly columns: readonly GridColumn<Row>[],
    private readonly props: GridProps<Row>,
    private readonly best: ReadonlyMap<string, number | null>,
    private readonly numeric: ReadonlySet<string>
  ) {
    this.cells = columns.map(column => h('div', { role: 'gridcell', class: `nbf-GridCell ${column.class ?? ''}` }));
    this.node = h('div', { class: `nbf-GridRow ${props.rowClass}`, role: 'row' }, ...this.cells);
    this.stops = [this.node];
  }

  show(row: Row): void {
    this.props.mark(this.node, row);
    this.columns.forEach((column, place) => {
      const host = this.cells[place];
      if (host) {
        this.fill(host, column, row);
      }
    });
  }

  private fill(host: HTMLElement, column: GridColumn<Row>, row: Row): void {
    const cell = column.cell(row);
    const best = this.best.get(column.name) ?? null;
    host.toggleAttribute('data-best', best !== null && numberOf(cell) === best);
    host.toggleAttribute('data-numeric', this.numeric.has(column.name));
    if (column.draw) {
      column.draw(host, row);
    } else {
      setText(host, textOf(column, row));
      setAttribute(host, 'title', cell === null ? null : wholeText(cell));
    }
  }

  private readonly cells: readonly HTMLElement[];
}
