/** Shows a list of any length: only visible rows are in the document. All rows have the same height. */
import type { Component } from './component';
import { h, setAttribute } from './dom';
import { stepOfKey } from './roving';

/** Describes a row, which shows one item after another; `stops` can have the focus, arrow keys reach the first. */
export interface VirtualRow<T> {
  readonly node: HTMLElement;
  readonly stops: readonly HTMLElement[];
  show(item: T): void;
}

export interface VirtualProps<T, R> {
  readonly class: string;
  readonly role: 'list' | 'listbox' | 'tree' | 'grid';
  readonly label: string;
  readonly height: number; // the height of a row, in pixels
  readonly head?: HTMLElement; // stays above the rows
  readonly ahead?: number; // the number of rows beyond each edge, ready for scrolling
  readonly create: () => R;
  /** Returns a key that stays the same when an item is read again. */
  readonly key: (item: T) => string;
  readonly onclick: (item: T, event: Event) => void;
  /** Is told of Enter and the space bar, which a row that is no button does not take for a click. */
  readonly onenter?: (item: T, event: Event) => void;
}

const AHEAD = 8;

export class VirtualList<T, R extends VirtualRow<T> = VirtualRow<T>> implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: VirtualProps<T, R>) {
    this.ahead = props.ahead ?? AHEAD;
    this.node = h(
      'div',
      {
        class: `nbf-Virtual ${props.class}`,
        role: props.role,
        'aria-label': props.label,
        onclick: event => this.onClick(event),
        onkeydown: event => this.onKey(event)
      },
      props.head,
      this.sizer
    );
    setAttribute(this.sizer, 'role', props.role === 'grid' ? 'rowgroup' : 'presentation');
    this.node.addEventListener('scroll', this.render, { passive: true });
    this.resizes = new ResizeObserver(this.render);
    this.resizes.observe(this.node);
  }

  get items(): readonly T[] {
    return this._items;
  }

  set items(items: readonly T[]) {
    this._items = items;
    this.sizer.style.height = `${items.length * this.props.height}px`;
    if (this.props.role === 'grid') {
      setAttribute(this.node, 'aria-rowcount', items.length + 1);
    }
    this.stale = true;
    this.render();
  }

  /** Show all items again, because what their rows say has changed. */
  refresh(): void {
    this.items = [...this._items];
  }

  /** Scroll as little as needed to show an item. */
  reveal(index: number): void {
    const { height } = this.props;
    const top = this.node.scrollTop;
    const room = this.node.clientHeight - (this.props.head?.offsetHeight ?? 0);
    if (index * height < top) {
      this.node.scrollTop = index * height;
    } else if ((index + 1) * height > top + room) {
      this.node.scrollTop = (index + 1) * height - room;
    }
    this.render();
  }

  /** Make all rows anew, because they have other parts now. */
  forget(): void {
    this.rows.forEach(({ node }) => node.remove());
    this.rows.clear();
    this.spare.length = 0;
    this.stale = true;
  }

  /** Return the item whose row an event came from. */
  itemOf(event: Event): T | undefined {
    const row = event.target instanceof Element ? event.target.closest('[data-index]') : null;
    return row ? this._items[Number(row.getAttribute('data-index'))] : undefined;
  }

  /** Draw an element behind all rows; it scrolls with them. */
  underlay(part: Element): void {
    this.sizer.before(part);
  }

  /** The rows that are in the document now, by the keys of their items. */
  get shown(): ReadonlyMap<string, R> {
    return this.rows;
  }

  /** Make the row of an item the one that the tab key reaches. */
  makeStop(key: string | null): void {
    this.active = key;
    this.markStop(this.keys);
  }

  focus(index: number): void {
    const item = this._items[index];
    if (item !== undefined) {
      this.active = this.props.key(item);
      this.reveal(index);
      this.rows.get(this.active)?.stops[0]?.focus();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.resizes.disconnect();
    this.node.removeEventListener('scroll', this.render);
    this.rows.clear();
    this.spare.length = 0;
  }

  private readonly render = (): void => {
    const { height } = this.props;
    const first = Math.max(0, Math.floor(this.node.scrollTop / height) - this.ahead);
    const last = Math.min(
      this._items.length,
      Math.ceil((this.node.scrollTop + this.node.clientHeight) / height) + this.ahead
    );
    if (first === this.first && last === this.last && !this.stale) {
      return;
    }
    const moved = !this.stale;
    [this.first, this.last, this.stale] = [first, last, false];
    const focused = document.activeElement;
    this.put(this._items.slice(first, last), first, moved);
    if (focused instanceof HTMLElement && focused !== document.activeElement && this.node.contains(focused)) {
      focused.focus({ preventScroll: true }); // moving an element takes its focus away
    }
  };

  /** Keep the rows of items that are still visible, so that they keep the focus. */
  private put(items: readonly T[], first: number, moved: boolean): void {
    const keys = items.map(this.props.key);
    const seen = new Set(keys);
    for (const [key, row] of this.rows) {
      if (!seen.has(key)) {
        this.rows.delete(key);
        row.node.remove();
        this.spare.push(row);
      }
    }
    let before: Element | null = null;
    items.forEach((item, offset) => {
      const key = keys[offset] ?? '';
      const kept = this.rows.get(key);
      const row = kept ?? this.spare.pop() ?? this.props.create();
      this.rows.set(key, row);
      this.place(row, first + offset);
      if (!kept || !moved) {
        row.show(item);
      }
      before = this.insertAfter(before, row.node);
    });
    this.keys = keys;
    this.markStop(keys);
  }

  private insertAfter(before: Element | null, node: HTMLElement): Element {
    const next = before ? before.nextSibling : this.sizer.firstChild;
    if (next !== node) {
      this.sizer.insertBefore(node, next);
    }
    return node;
  }

  private place({ node }: VirtualRow<T>, index: number): void {
    node.style.transform = `translateY(${index * this.props.height}px)`;
    setAttribute(node, 'data-index', index);
    if (this.props.role === 'grid') {
      setAttribute(node, 'aria-rowindex', index + 2); // the headings are the first row
      return;
    }
    setAttribute(node, 'aria-posinset', index + 1);
    setAttribute(node, 'aria-setsize', this._items.length);
  }

  /** Let the tab key reach one row: the row that had the focus, else the first visible one. */
  private markStop(keys: readonly string[]): void {
    const stop =
      this.active !== null && this.rows.has(this.active)
        ? this.active
        : (keys[Math.min(this.ahead, this.first)] ?? keys[0]);
    for (const [key, { stops }] of this.rows) {
      stops.forEach(element => setAttribute(element, 'tabindex', key === stop ? 0 : -1));
    }
  }

  private onClick(event: Event): void {
    const item = this.itemOf(event);
    if (item !== undefined) {
      this.props.onclick(item, event);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const item = this.itemOf(event);
    if (this.props.onenter && item !== undefined && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      this.props.onenter(item, event);
      return;
    }
    const step = stepOfKey(event.key, false);
    const row = document.activeElement?.closest('[data-index]');
    if (step === null || !row || !this.node.contains(row)) {
      return;
    }
    event.preventDefault();
    this.focus(Math.min(this._items.length - 1, Math.max(0, Number(row.getAttribute('data-index')) + step)));
  }

  private _items: readonly T[] = [];
  private active: string | null = null;
  private keys: readonly string[] = [];
  private first = 0;
  private last = 0;
  private stale = false;
  private readonly sizer = h('div', { class: 'nbf-Sizer' });
  private readonly rows = new Map<string, R>();
  private readonly spare: R[] = [];
  private readonly ahead: number;
  private readonly resizes: ResizeObserver;
}
