/** Shows the histogram and the statistics of a column; a click on a bar keeps its rows. */
import type { ColumnBar, ColumnStatistics, SheetColumn } from '../state/protocol';
import { cellText } from '../state/table';
import type { Pick, SheetCell } from '../state/values';
import { lyingBars, standingBars } from '../ui/bars';
import { iconButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h } from '../ui/dom';
import { count } from '../ui/format';
import type { Translate } from '../ui/language';

const TEXTS: readonly string[] = ['text', 'other', 'truth'];

export class ColumnPane implements Component {
  readonly node = h('aside', { class: 'nbf-ColumnPane', hidden: true });
  isDisposed = false;

  constructor(
    private readonly trans: Translate,
    private readonly onPick: (pick: Pick) => void,
    private readonly onClose: () => void
  ) {}

  /** Show a column; `found` is null while it is counted. */
  show(head: SheetColumn | null, number: number, found: ColumnStatistics | null): void {
    this.node.hidden = head === null;
    if (head) {
      const { trans } = this;
      const close = iconButton({ sign: 'close', label: trans('Close'), name: 'close-column', onclick: this.onClose });
      const name = head.label || trans('index');
      this.node.setAttribute('aria-label', trans('Column %1', name));
      this.node.replaceChildren(
        h('header', { class: 'nbf-ColumnHead' }, h('h3', { title: name }, name), h('span', {}, head.dtype), close),
        ...(found ? this.content(head.label, number, found) : [h('p', { class: 'nbf-Dim' }, trans('Counting…'))])
      );
    }
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private content(label: string, column: number, found: ColumnStatistics): HTMLElement[] {
    const isText = TEXTS.includes(found.kind);
    const word = (bar: ColumnBar): string => this.trans('%1: %2 rows', bar.label, count(bar.count));
    const pick = ({ label: text, low, high, closed }: ColumnBar): void =>
      this.onPick({ column, low, high, closed, label: pickLabel(label, text, isText) });
    const bars = isText ? lyingBars(found.bars, word, pick) : standingBars(found.bars, word, pick);
    return [
      bars,
      ...(isText || !found.bars.length ? [] : [this.ends(found)]),
      this.others(found),
      this.facts(found, label, column)
    ].filter(part => part !== null);
  }

  private ends(found: ColumnStatistics): HTMLElement {
    const text = (name: string): string => shownText(found.facts.find(([one]) => one === name)?.[1] ?? '');
    return h('p', { class: 'nbf-Ends' }, h('span', {}, text('min')), h('span', {}, text('max')));
  }

  private others({ others, distinct, bars }: ColumnStatistics): HTMLElement | null {
    const values = distinct - bars.length;
    const text = this.trans('%1 more values in %2 rows', count(values), count(others));
    return others > 0 && values > 0 ? h('p', { class: 'nbf-Dim' }, text) : null;
  }

  private facts(found: ColumnStatistics, label: string, column: number): HTMLElement {
    const { trans } = this;
    const missing: Pick = { column, low: null, high: null, closed: false, label: trans('%1 missing', label) };
    const none = h(
      'button',
      { class: 'nbf-MissingRows', type: 'button', 'data-action': 'missing', onclick: () => this.onPick(missing) },
      count(found.missing)
    );
    const rows: [string, Node | string][] = [
      [trans('rows'), count(found.rows)],
      [trans('missing'), found.missing ? none : '0'],
      [trans('distinct'), count(found.distinct)],
      ...found.facts.map(([name, cell]): [string, Node] => [
        trans(name),
        h('span', { title: cellWords(cell) }, shownText(cell))
      ])
    ];
    return h(
      'dl',
      { class: 'nbf-ColumnFacts' },
      ...rows.flatMap(([term, value]) => [h('dt', {}, term), h('dd', {}, value)])
    );
  }
}

const pickLabel = (column: string, bar: string, isText: boolean): string =>
  isText ? `${column} = ${bar}` : `${column}: ${bar}`;

/** Returns a cell as it is shown: a number with a few digits, a changed cell with both values. */
export function shownText(cell: SheetCell): string {
  if (typeof cell !== 'object') {
    return cellText(cell);
  }
  return cell.kind === 'changed' ? `${cell.text} ${cellText(cell.now)}` : cell.text;
}

/** Returns the whole text of a cell. */
export const cellWords = (cell: SheetCell): string => (typeof cell === 'object' ? cell.text : String(cell));
