/** Shows a table as a whole: sorted, filtered, with a histogram above each column, and with a bar for one cell. */
import type { ColumnStatistics, SheetColumn, SheetFacts, SheetWindow } from '../state/protocol';
import { EVERY_ROW, type Extent, type Pick, type SheetChoice, SheetData, type ValueSource } from '../state/values';
import { smallBars } from '../ui/bars';
import { iconButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h, setAttribute, setText } from '../ui/dom';
import { count } from '../ui/format';
import type { Translate } from '../ui/language';
import { Sheet, type SheetContent } from '../ui/sheet';
import { reason } from './binding';
import { ColumnPane, cellWords, shownText } from './columnpane';

const [LETTER, PADDING, NARROWEST, WIDEST, LOOKED_AT] = [7.4, 22, 64, 280, 60]; // pixels; rows that decide
const TYPING = 250; // milliseconds without a key stroke after which a filter is applied

export interface SheetViewProps {
  readonly trans: Translate;
  readonly source: ValueSource;
  readonly facts: SheetFacts;
  readonly window: SheetWindow;
}

export class SheetView implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: SheetViewProps) {
    const { trans, source, facts } = props;
    this.index = facts.index.length;
    this.data = new SheetData(
      source,
      facts.columns.length,
      () => this.onData(),
      error => this.say(error)
    );
    this.sheet = new Sheet({
      label: trans('Rows'),
      content: this.content(),
      onSight: extent => this.onSight(extent),
      onActive: place => void this.showCell(place),
      onSort: column => this.sort(column),
      drawHead: (host, column, isNew) => this.drawHead(host, column, isNew)
    });
    this.pane = new ColumnPane(
      trans,
      pick => this.pick(pick),
      () => this.openColumn(null)
    );
    const label = trans('Filter: words, score>0.5, genre=Drama, "two words"');
    this.filter = h('input', {
      class: 'nbf-Filter',
      type: 'search',
      spellcheck: 'false',
      placeholder: label,
      'aria-label': label,
      oninput: () => this.type(),
      onchange: () => this.applyFilter()
    });
    const bar = h('div', { class: 'nbf-SheetBar' }, this.filter, this.changes(), this.chips, this.told);
    this.node = h(
      'div',
      { class: 'nbf-SheetView' },
      bar,
      this.trouble,
      h('div', { class: 'nbf-SheetSides' }, this.sheet.node, this.pane.node),
      this.cellBar
    );
    void this.data.choose(EVERY_ROW, props.window);
    this.sheet.setColumns(this.measure(), this.measureIndex());
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
    this.sheet.dispose();
    this.pane.dispose();
  }

  private content(): SheetContent {
    const { data } = this;
    return {
      get rows() {
        return data.total;
      },
      cell: (row, column) => data.cell(row, column),
      index: row => data.index(row),
      mark: row => data.mark(row)
    };
  }

  // what is shown

  private async choose(change: Partial<SheetChoice>): Promise<void> {
    const before = this.choice;
    const choice = { ...before, ...change };
    this.choice = choice;
    this.node.toggleAttribute('data-busy', true);
    try {
      await this.data.choose(choice);
      if (this.choice === choice) {
        this.accept(choice);
      }
      if (choice.filter === this.tried) {
        this.say(null); // else the filter that is written there has been refused
      }
    } catch (error) {
      this.choice = this.choice === choice ? before : this.choice;
      this.say(error);
    } finally {
      this.node.toggleAttribute('data-busy', false);
    }
    this.drawChips();
    this.sheet.restart();
    this.openColumn(this.column);
  }

  /** Count the columns again if other rows are shown now. */
  private accept(choice: SheetChoice): void {
    if (!haveSameRows(this.accepted, choice)) {
      this.counted.clear();
      this.failed.clear();
    }
    this.accepted = choice;
  }

  private onData(): void {
    const { facts, trans } = { ...this.props };
    const { total } = this.data;
    const every = trans('%1 rows × %2 columns', count(facts.rows), count(facts.columns.length));
    const shown = total === facts.rows ? every : trans('%1 of %2 rows', count(total), count(facts.rows));
    setText(this.told, [shown, ...this.differences()].join(' · '));
    this.sheet.refresh();
  }

  private differences(): string[] {
    const { trans, facts } = this.props;
    if (!facts.matched_by) {
      return [];
    }
    const parts = [
      trans('%1 rows changed', count(facts.changed_rows)),
      trans('%1 new', count(facts.added_rows)),
      trans('%1 gone', count(facts.removed_rows))
    ];
    return [...parts, facts.matched_by === 'index' ? trans('matched by index') : trans('matched by position')];
  }

  private onSight(extent: Extent): void {
    this.data.need(extent);
    this.sight = extent;
    void this.countNext();
  }

  private say(error: unknown): void {
    const text = error === null ? '' : reason(error);
    setText(this.trouble, text);
    this.trouble.hidden = !text;
  }

  // sort and filter

  private sort(column: number): void {
    const number = column + this.index;
    const { sort } = this.choice;
    const next =
      sort?.column !== number
        ? { column: number, descending: false }
        : sort.descending
          ? null
          : { column: number, descending: true };
    void this.choose({ sort: next });
  }

  private type(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.applyFilter(), TYPING);
  }

  private applyFilter(): void {
    clearTimeout(this.timer);
    const text = this.filter.value.trim();
    if (text !== this.tried) {
      this.tried = text;
      void this.choose({ filter: text });
    }
  }

  private pick(pick: Pick): void {
    const others = this.choice.picks.filter(one => one.column !== pick.column);
    void this.choose({ picks: [...others, pick] });
  }

  private changes(): HTMLElement | null {
    const { trans, facts } = this.props;
    const box = h('input', { type: 'checkbox', onchange: () => void this.choose({ onlyChanged: box.checked }) });
    return facts.matched_by ? h('label', { class: 'nbf-OnlyChanged' }, box, trans('only changes')) : null;
  }

  private drawChips(): void {
    const { trans } = this.props;
    const chips = this.choice.picks.map(pick => {
      const remove = (): void => void this.choose({ picks: this.choice.picks.filter(one => one !== pick) });
      return h(
        'button',
        { class: 'nbf-PickChip', type: 'button', title: trans('Show the other rows again'), onclick: remove },
        `${pick.label} ×`
      );
    });
    this.chips.replaceChildren(...chips);
  }

  // columns

  private head(column: number): SheetColumn | undefined {
    const { facts } = this.props;
    return column < 0 ? facts.index[column + this.index] : facts.columns[column];
  }

  /** Fill a heading, or only renew what has changed in it: a button that is being clicked must stay. */
  private drawHead(host: HTMLElement, column: number, isNew: boolean): void {
    const head = this.head(column);
    const { sort } = this.choice;
    const order = sort?.column === column + this.index ? (sort.descending ? 'descending' : 'ascending') : 'none';
    if (head && isNew) {
      setAttribute(host, 'data-mark', head.mark || null);
      host.replaceChildren(...this.headParts(head, column));
    }
    setAttribute(host, 'aria-sort', order);
    const bars = host.querySelector('.nbf-SheetBars');
    const known = this.counted.get(column);
    if (bars && (isNew || this.drawn.get(bars) !== known)) {
      this.drawn.set(bars, known);
      bars.replaceChildren(...(known ? [smallBars(known.bars)] : []));
    }
  }

  private headParts(head: SheetColumn, column: number): (HTMLElement | string)[] {
    const { trans } = this.props;
    const name = head.label || trans('index');
    const changed = head.changed ? h('span', { class: 'nbf-Changed' }, trans('%1 changed', count(head.changed))) : null;
    const sort = h(
      'button',
      {
        class: 'nbf-SheetSort',
        type: 'button',
        tabindex: -1,
        title: `${name}\n${trans('A click sorts by it')}`,
        'aria-label': trans('Sort by %1', name),
        onclick: () => this.sort(column)
      },
      h('span', { class: 'nbf-SheetLabel' }, head.label)
    );
    const label = trans('Histogram of %1', name);
    const onclick = (): void => this.openColumn(column);
    const bars = h('button', {
      class: 'nbf-SheetBars',
      type: 'button',
      tabindex: -1,
      title: label,
      'aria-label': label,
      onclick
    });
    return [
      sort,
      h('span', { class: 'nbf-SheetType', title: head.dtype }, changed ?? head.dtype),
      head.dtype ? bars : '',
      column < 0 ? '' : this.handle(column)
    ];
  }

  /** Return what a column is made wider and narrower with. */
  private handle(column: number): HTMLElement {
    const handle = h('div', { class: 'nbf-SheetHandle', onpointerdown: event => begin(event) });
    const begin = (event: PointerEvent): void => {
      event.preventDefault();
      const [from, width] = [event.clientX, this.sheet.widths[column] ?? NARROWEST];
      const move = (moved: PointerEvent): void => {
        const widths = [...this.sheet.widths];
        widths[column] = Math.max(32, width + moved.clientX - from);
        this.sheet.setColumns(widths, this.measureIndex());
      };
      window.addEventListener('pointermove', move);
      window.addEventListener('pointerup', () => window.removeEventListener('pointermove', move), { once: true });
    };
    return handle;
  }

  private openColumn(column: number | null): void {
    this.column = column;
    const known = column === null ? undefined : this.counted.get(column);
    const head = column === null ? undefined : this.head(column);
    this.pane.show(head ?? null, (column ?? 0) + this.index, known ?? null);
    void this.countNext();
  }

  /** Count the columns in sight, one after another: the one that is open first. */
  private async countNext(): Promise<void> {
    const { counted, accepted } = this;
    const [first, last] = this.sight?.columns ?? [0, 0];
    const wanted = [...(this.column === null ? [] : [this.column]), ...range(first, last)];
    const column = wanted.find(one => !counted.has(one) && !this.failed.has(one));
    if (column === undefined || this.isCounting || this.isDisposed) {
      return;
    }
    this.isCounting = true;
    try {
      const found = await this.props.source.column(accepted, column + this.index);
      if (haveSameRows(accepted, this.accepted)) {
        counted.set(column, found);
      }
    } catch {
      if (haveSameRows(accepted, this.accepted)) {
        this.failed.add(column); // the rows are shown all the same
      }
    } finally {
      this.isCounting = false;
    }
    if (!this.isDisposed) {
      this.sheet.refresh();
      this.openColumn(this.column);
    }
  }

  private measure(): number[] {
    const { facts, window } = this.props;
    return facts.columns.map(({ label, dtype }, column) => {
      const cells = window.cells.slice(0, LOOKED_AT).map(row => row[column] ?? '');
      const letters = Math.max(label.length + 2, dtype.length * 0.85, ...cells.map(cell => shownText(cell).length));
      return width(letters);
    });
  }

  private measureIndex(): number[] {
    const { facts, window } = this.props;
    return facts.index.map(({ label, dtype }, place) => {
      const cells = window.index.slice(0, LOOKED_AT).map(row => shownText(row[place] ?? '').length);
      const most = dtype ? Math.max(label.length + 2, ...cells) : String(facts.rows).length;
      return width(most);
    });
  }

  // one cell

  private async showCell(place: { row: number; column: number } | null): Promise<void> {
    const number = place && this.data.place(place.row);
    if (!place || number === null || number === undefined) {
      this.cellBar.hidden = true;
      return;
    }
    const { trans, source } = this.props;
    const turn = ++this.cellTurn;
    const head = this.head(place.column);
    const cell = place.column < 0 ? undefined : this.data.cell(place.row, place.column);
    const known = cell === undefined || (typeof cell === 'object' && cell.kind !== 'missing') ? null : cellWords(cell);
    const text = known ?? (await source.cell(number, place.column + this.index).then(one => one.text, reason));
    if (turn === this.cellTurn) {
      const close = (): void => void (this.cellBar.hidden = true);
      this.cellBar.hidden = false;
      this.cellBar.replaceChildren(
        h('span', { class: 'nbf-CellPlace' }, `${head?.label || trans('index')}[${count(number)}]`),
        h('pre', { class: 'nbf-CellText', tabindex: 0 }, text),
        iconButton({ sign: 'close', label: trans('Close'), onclick: close })
      );
    }
  }

  private choice: SheetChoice = EVERY_ROW; // the last one of the user
  private accepted: SheetChoice = EVERY_ROW; // the one that is shown
  private tried = ''; // the filter that was asked for last
  private sight: Extent | null = null;
  private column: number | null = null; // in the pane
  private isCounting = false;
  private cellTurn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly index: number; // how many columns name the rows
  private readonly counted = new Map<number, ColumnStatistics>();
  private readonly failed = new Set<number>();
  private readonly drawn = new WeakMap<Element, ColumnStatistics | undefined>();
  private readonly data: SheetData;
  private readonly sheet: Sheet;
  private readonly pane: ColumnPane;
  private readonly filter: HTMLInputElement;
  private readonly chips = h('span', { class: 'nbf-PickChips' });
  private readonly told = h('span', { class: 'nbf-SheetTold', role: 'status' });
  private readonly trouble = h('p', { class: 'nbf-Trouble', role: 'alert', hidden: true });
  private readonly cellBar = h('div', { class: 'nbf-CellBar', hidden: true });
}

const haveSameRows = (one: SheetChoice, other: SheetChoice): boolean =>
  one.filter === other.filter && one.picks === other.picks && one.onlyChanged === other.onlyChanged;

const width = (letters: number): number =>
  Math.round(Math.min(WIDEST, Math.max(NARROWEST, letters * LETTER + PADDING)));

const range = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first) }, (_, place) => first + place);
