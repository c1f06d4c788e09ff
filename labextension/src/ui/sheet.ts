/** Shows a table of any size: only the cells in sight are in the document. */
import { cellText } from '../state/table';
import { LongScroll, Tracks } from '../state/tracks';
import type { Extent, SheetCell } from '../state/values';
import type { Component } from './component';
import { closest, h, setAttribute, setAttributes, setText } from './dom';

export interface SheetContent {
  readonly rows: number;
  cell(row: number, column: number): SheetCell | undefined;
  index(row: number): readonly SheetCell[] | undefined;
  mark(row: number): string;
}

export interface SheetProps {
  readonly label: string;
  readonly content: SheetContent;
  /** Is told which cells are in sight. */
  readonly onSight: (extent: Extent) => void;
  /** Is told which cell the user is at; null if it is a heading. */
  readonly onActive: (place: { row: number; column: number } | null) => void;
  /** Is told of Enter or a click on a heading. */
  readonly onSort: (column: number) => void;
  /** Fills the heading of a column, or renews what has changed in it; a column below 0 names the rows. */
  readonly drawHead: (host: HTMLElement, column: number, isNew: boolean) => void;
}

const [ROW, HEAD] = [24, 72]; // pixels
const PAGE = 0.9; // the part of what is in sight that a page key moves

export class Sheet implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: SheetProps) {
    this.sizer = h('div', { class: 'nbf-SheetSizer', role: 'presentation' }, this.stage);
    this.stage.append(this.head.node, this.body);
    this.node = h(
      'div',
      {
        class: 'nbf-Sheet',
        role: 'grid',
        tabindex: 0,
        'aria-label': props.label,
        onkeydown: event => this.key(event),
        onclick: event => this.click(event)
      },
      this.sizer
    );
    this.node.addEventListener('scroll', this.onScroll, { passive: true });
    this.node.addEventListener('focus', () => this.begin());
    this.node.addEventListener('wheel', this.onWheel, { passive: false });
    this.resizes = new ResizeObserver(() => this.layOut());
    this.resizes.observe(this.node);
  }

  /** Set the widths of the columns, and of those that name the rows, in pixels. */
  setColumns(widths: readonly number[], index: readonly number[]): void {
    this.tracks = new Tracks(widths);
    this.index = new Tracks(index);
    this.head.forget();
    this.rows.forEach(row => row.node.remove());
    this.rows.length = 0;
    this.layOut();
  }

  get widths(): readonly number[] {
    return this.tracks.widths;
  }

  /** Show other rows, from the first one on. */
  restart(): void {
    this.scroll.move(0);
    this.node.scrollTop = 0;
    this.layOut();
  }

  /** Show again what is in sight: more of it is known. */
  refresh(): void {
    this.render();
  }

  dispose(): void {
    this.isDisposed = true;
    this.resizes.disconnect();
  }

  private layOut(): void {
    const { clientWidth, clientHeight } = this.node;
    const content = HEAD + this.props.content.rows * ROW;
    const { offset } = this.scroll;
    this.scroll = new LongScroll(content, clientHeight);
    this.scroll.move(offset);
    this.sizer.style.height = `${this.scroll.height}px`;
    this.sizer.style.width = `${this.index.total + this.tracks.total}px`;
    this.stage.style.width = `${clientWidth}px`;
    this.stage.style.height = `${clientHeight}px`;
    setAttribute(this.node, 'aria-rowcount', this.props.content.rows + 1);
    setAttribute(this.node, 'aria-colcount', this.tracks.widths.length + this.index.widths.length);
    this.render();
  }

  private readonly onScroll = (): void => {
    this.scroll.follow(this.node.scrollTop);
    this.render();
  };

  /** Move by as many pixels as in a small table: the scroll bar of a large one would move by many rows. */
  private readonly onWheel = (event: WheelEvent): void => {
    if (this.scroll.isScaled && !event.ctrlKey && !event.shiftKey && event.deltaY) {
      event.preventDefault();
      this.scrollTo(this.scroll.offset + event.deltaY * (event.deltaMode === 1 ? ROW : 1));
      this.node.scrollLeft += event.deltaX;
    }
  };

  private scrollTo(offset: number): void {
    this.scroll.move(offset);
    this.node.scrollTop = this.scroll.top;
    this.render();
  }

  private render(): void {
    this.unmark();
    const { offset } = this.scroll;
    const room = Math.max(0, this.node.clientHeight - HEAD);
    const first = Math.floor(offset / ROW);
    const last = Math.min(this.props.content.rows, Math.ceil((offset + room) / ROW));
    const left = this.node.scrollLeft;
    const right = Math.max(left, left + this.node.clientWidth - this.index.total - 1);
    const columns = this.tracks.widths.length ? this.tracks.inside(left, right) : ([0, 0] as const);
    this.head.show(columns, left, this.tracks, this.index, this.props.drawHead);
    this.renderRows(first, last, columns, left);
    if (room > 0) {
      this.props.onSight({ rows: [first, Math.max(first, last)], columns });
    }
  }

  /** Take the mark from the cell that had it: another cell may be there now, or its row may be hidden. */
  private unmark(): void {
    for (const cell of this.node.querySelectorAll('[data-active]')) {
      cell.removeAttribute('data-active');
      cell.removeAttribute('id');
    }
  }

  private renderRows(first: number, last: number, columns: readonly [number, number], left: number): void {
    const { content } = this.props;
    while (this.rows.length < last - first) {
      const row = new SheetRow('gridcell');
      this.rows.push(row);
      this.body.append(row.node);
    }
    this.rows.forEach(({ node }, place) => (node.hidden = first + place >= last));
    for (let row = first; row < last; row++) {
      const shown = this.rows[row - first];
      shown?.place(row, row * ROW - this.scroll.offset, content.mark(row));
      shown?.show(columns, left, this.tracks, this.index, (cell, column) => {
        const value = column < 0 ? content.index(row)?.[column + this.index.widths.length] : content.cell(row, column);
        fill(cell, value);
        if (this.active?.row === row && this.active.column === column) {
          setAttributes(cell, { 'data-active': true, id: this.activeId });
        }
      });
    }
    setAttribute(
      this.node,
      'aria-activedescendant',
      this.node.querySelector(`#${this.activeId}`) ? this.activeId : null
    );
  }

  // the active cell

  private click(event: MouseEvent): void {
    const cell = closest(event, '[aria-colindex]');
    const row = Number(closest(event, '[data-row]')?.getAttribute('data-row') ?? -1);
    if (cell && row >= 0) {
      this.activate(row, Number(cell.getAttribute('aria-colindex')) - 1 - this.index.widths.length);
    }
  }

  /** Show where the arrow keys begin. */
  private begin(): void {
    this.active ??= { row: 0, column: 0 };
    this.render();
  }

  private activate(row: number, column: number): void {
    const [lowest, { rows }] = [-this.index.widths.length, this.props.content];
    this.active = {
      row: Math.max(-1, Math.min(rows - 1, row)),
      column: Math.max(lowest, Math.min(this.tracks.widths.length - 1, column))
    };
    this.reveal(this.active.row, this.active.column);
    this.head.activate(this.active.row < 0 ? this.active.column : null, this.activeId);
    this.render();
    this.props.onActive(this.active.row < 0 ? null : this.active);
  }

  private reveal(row: number, column: number): void {
    const room = this.node.clientHeight - HEAD;
    const top = row * ROW;
    if (row >= 0 && (top < this.scroll.offset || top + ROW > this.scroll.offset + room)) {
      this.scrollTo(top < this.scroll.offset ? top : top + ROW - room);
    }
    if (column >= 0) {
      const start = this.tracks.start(column);
      const width = this.node.clientWidth - this.index.total;
      const end = start + (this.tracks.widths[column] ?? 0);
      const { scrollLeft } = this.node;
      if (start < scrollLeft || end > scrollLeft + width) {
        this.node.scrollLeft = start < scrollLeft ? start : Math.min(start, end - width);
      }
    }
  }

  private key(event: KeyboardEvent): void {
    const { row, column } = this.active ?? { row: 0, column: 0 };
    if (event.target !== this.node) {
      return;
    }
    if (event.key === 'Enter' && row < 0) {
      this.props.onSort(column);
      event.preventDefault();
      return;
    }
    const moved = this.moved(event, row, column);
    if (moved && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      this.activate(...moved);
    }
  }

  private moved(event: KeyboardEvent, row: number, column: number): readonly [number, number] | null {
    const page = Math.max(1, Math.floor(((this.node.clientHeight - HEAD) / ROW) * PAGE));
    const far = event.ctrlKey || event.metaKey;
    const last = this.tracks.widths.length - 1;
    switch (event.key) {
      case 'ArrowDown':
        return [far ? Infinity : row + 1, column];
      case 'ArrowUp':
        return [far ? 0 : row - 1, column];
      case 'ArrowRight':
        return [row, far ? last : column + 1];
      case 'ArrowLeft':
        return [row, far ? 0 : column - 1];
      case 'PageDown':
        return [row + page, column];
      case 'PageUp':
        return [Math.max(0, row - page), column];
      case 'Home':
        return [far ? 0 : row, 0];
      case 'End':
        return [far ? Infinity : row, last];
      default:
        return null;
    }
  }

  private active: { readonly row: number; readonly column: number } | null = null;
  private readonly activeId = `nbf-cell-${++made}`;
  private scroll = new LongScroll(0, 0);
  private tracks = new Tracks([]);
  private index = new Tracks([]);
  private readonly head = new SheetHead();
  private readonly body = h('div', { class: 'nbf-SheetBody', role: 'rowgroup' });
  private readonly stage = h('div', { class: 'nbf-SheetStage', role: 'presentation' });
  private readonly sizer: HTMLElement;
  private readonly rows: SheetRow[] = [];
  private readonly resizes: ResizeObserver;
}

let made = 0; // makes ids that are unique in the page

/** Writes a value into a cell. */
function fill(cell: HTMLElement, value: SheetCell | undefined): void {
  const odd = typeof value === 'object' ? value : null;
  const kind = odd?.kind ?? (value === undefined ? 'unread' : typeof value);
  setAttribute(cell, 'data-kind', kind);
  if (odd?.kind === 'changed') {
    const now = cellText(odd.now);
    cell.replaceChildren(h('s', {}, odd.text), ' ', h('b', {}, now));
    setAttribute(cell, 'title', `${odd.text} → ${odd.now}`);
    return;
  }
  const text = odd ? odd.text : value === undefined || typeof value === 'object' ? '' : cellText(value);
  setText(cell, text);
  setAttribute(cell, 'title', text.length > 12 || typeof value === 'number' ? (odd?.text ?? String(value)) : null);
}

type Draw = (cell: HTMLElement, column: number, isNew: boolean) => void;

/** Is a row of cells; those that name the row stay in sight. */
class SheetRow {
  readonly node: HTMLElement;

  constructor(private readonly role: 'gridcell' | 'columnheader') {
    this.node = h('div', { class: 'nbf-SheetRow', role: 'row' }, this.inner, this.fixed);
  }

  place(row: number, top: number, mark: string): void {
    setAttribute(this.node, 'data-row', row);
    setAttribute(this.node, 'aria-rowindex', row + 2);
    setAttribute(this.node, 'data-mark', mark || null);
    this.node.toggleAttribute('data-even', row % 2 === 0);
    this.node.style.transform = `translateY(${top}px)`;
  }

  show(columns: readonly [number, number], left: number, tracks: Tracks, index: Tracks, draw: Draw): void {
    this.inner.style.left = `${index.total}px`;
    this.inner.style.transform = `translateX(${-left}px)`;
    this.fixed.style.width = `${index.total}px`;
    index.widths.forEach((width, place) => {
      const cell = this.cell(this.fixedCells, place, this.fixed, place, 'rowheader');
      setBox(cell, index.start(place), width);
      draw(cell, place - index.widths.length, false);
    });
    const [first, last] = columns;
    for (let column = first; column < last; column++) {
      const cell = this.cell(this.cells, column - first, this.inner, column + index.widths.length, 'gridcell');
      setBox(cell, tracks.start(column), tracks.widths[column] ?? 0);
      draw(cell, column, false);
    }
    this.cells.splice(last - first).forEach(cell => cell.remove());
  }

  private cell(cells: HTMLElement[], place: number, host: HTMLElement, column: number, role: string): HTMLElement {
    const known = cells[place];
    const cell = known ?? h('div', { class: 'nbf-SheetCell', role: this.role === 'gridcell' ? role : this.role });
    if (!known) {
      cells.push(cell);
      host.append(cell);
    }
    setAttribute(cell, 'aria-colindex', column + 1);
    return cell;
  }

  private readonly cells: HTMLElement[] = [];
  private readonly fixedCells: HTMLElement[] = [];
  private readonly inner = h('div', { class: 'nbf-SheetInner', role: 'presentation' });
  private readonly fixed = h('div', { class: 'nbf-SheetFixed', role: 'presentation' });
}

function setBox(cell: HTMLElement, left: number, width: number): void {
  cell.style.left = `${left}px`;
  cell.style.width = `${width}px`;
}

/** Is the row of headings; a heading is drawn again only when another column takes its place. */
class SheetHead {
  readonly node: HTMLElement;

  constructor() {
    this.node = this.row.node;
    this.node.classList.add('nbf-SheetHead');
    setAttribute(this.node, 'aria-rowindex', 1);
  }

  show(columns: readonly [number, number], left: number, tracks: Tracks, index: Tracks, draw: Draw): void {
    this.row.show(columns, left, tracks, index, (cell, column) => {
      draw(cell, column, this.drawn.get(cell) !== column);
      this.drawn.set(cell, column);
      if (column === this.active) {
        setAttributes(cell, { 'data-active': true, id: this.activeId });
      }
    });
  }

  activate(column: number | null, id: string): void {
    this.active = column;
    this.activeId = id;
  }

  forget(): void {
    this.drawn.clear();
  }

  private active: number | null = null;
  private activeId = '';
  private readonly row = new SheetRow('columnheader');
  private readonly drawn = new Map<HTMLElement, number>();
}
