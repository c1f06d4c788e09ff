/** Knows where the rows and columns of a sheet are, also of one that is higher than a browser can scroll. */

/** The greatest height of an element that every browser can scroll, in pixels. */
export const HIGHEST = 8_000_000;

/** Holds the widths of columns beside each other. */
export class Tracks {
  private readonly ends: number[];

  constructor(readonly widths: readonly number[]) {
    let end = 0;
    this.ends = widths.map(width => (end += width));
  }

  get total(): number {
    return this.ends.at(-1) ?? 0;
  }

  start(column: number): number {
    return (this.ends[column] ?? 0) - (this.widths[column] ?? 0);
  }

  /** Return the first column in sight, and the one after the last. */
  inside(left: number, right: number): readonly [number, number] {
    return [this.at(left), Math.min(this.widths.length, this.at(right) + 1)];
  }

  /** Return the column at a place. */
  private at(place: number): number {
    let [low, high] = [0, Math.max(0, this.ends.length - 1)];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle] ?? 0) > place) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}

/** Scrolls a content of any height by the scroll bar of an element whose height has a limit. */
export class LongScroll {
  offset = 0; // of the content, in pixels

  constructor(
    readonly content: number,
    readonly room: number
  ) {}

  /** The height that the scrolled element has. */
  get height(): number {
    return Math.min(this.content, HIGHEST);
  }

  get isScaled(): boolean {
    return this.content > HIGHEST;
  }

  /** The place of the scroll bar. */
  get top(): number {
    return Math.round(this.offset / this.scale);
  }

  /** Take the place of the scroll bar, unless it is there already: a pixel of it may be many of the content. */
  follow(top: number): void {
    if (Math.abs(top - this.top) >= 1) {
      this.move(top * this.scale);
    }
  }

  move(offset: number): void {
    this.offset = Math.min(Math.max(0, this.content - this.room), Math.max(0, offset));
  }

  private get scale(): number {
    const bar = this.height - this.room;
    return bar > 0 ? Math.max(1, (this.content - this.room) / bar) : 1;
  }
}
