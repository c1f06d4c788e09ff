/** Shows runs or tasks side by side, the oldest first: values, figures, the first rows of tables, and code. */
import type { Change, Displays, FrameHeads, RunComparison, TaskGrid, TaskLine, TaskState } from '../state/protocol';
import { type Cell, cellText } from '../state/table';
import { iconButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h } from '../ui/dom';
import { extent } from '../ui/format';
import type { Translate } from '../ui/language';
import { section } from '../ui/section';
import { tableHead } from '../ui/tablehead';
import type { ShowOutputs } from './host';

/** Holds what differs between runs or tasks; each list of values has one for each of `titles`. */
export interface Compared extends Omit<RunComparison, 'runs'> {
  readonly title: string;
  readonly titles: readonly string[];
  readonly given: string; // what they were given, for a heading: parameters or items
}

export function comparedRuns(found: RunComparison, trans: Translate): Compared {
  const titles = found.runs.map(run => trans('run %1', run.number));
  const title = [trans('Run %1', found.runs[0]?.number ?? ''), ...titles.slice(1)].join(' → ');
  return { ...found, title, titles, given: trans('Parameters') };
}

/** Compares tasks of a step: their items and scalars as the table has them, and their other artifacts. */
export function comparedTasks(tasks: readonly TaskState[], grid: TaskGrid, trans: Translate): Compared {
  const { columns, tasks: listed, cells } = grid;
  const rows = tasks.map(({ task }) => cells[listed.findIndex(one => one.number === task.number)] ?? []);
  const scalars = new Set(columns.filter(({ from_item }) => !from_item).map(({ name }) => name));
  const values = columns.map((column, place) =>
    change(
      column.name,
      rows.map(row => shown(row[place] ?? null))
    )
  );
  const isItem = columns.map(column => column.from_item);
  const held = tasks.map(({ artifacts }) => new Map(artifacts.map(one => [one.name, one])));
  const names = [...new Set(held.flatMap(one => [...one.keys()]))];
  const texts = names
    .filter(name => !scalars.has(name) && !columns.some(column => column.name === name))
    .map(name =>
      change(
        name,
        held.map(one => describe(one.get(name)))
      )
    );
  return {
    title: titlesOf(tasks.map(({ task }) => task)).join(' · '),
    titles: titlesOf(tasks.map(({ task }) => task)),
    given: trans('Items'),
    parameters: values.filter((one, place) => isItem[place] && differs(one)),
    artifacts: [...values.filter((one, place) => !isItem[place] && differs(one)), ...texts.filter(differs)],
    displays: [
      { name: tasks[0]?.task.step ?? '', outputs: tasks.map(({ outputs }) => outputs.filter(isRich)) },
      ...names.map(name => ({ name, outputs: held.map(one => picture(one.get(name)?.image ?? '')) }))
    ].filter(({ outputs }) => outputs.some(one => one.length > 0)),
    frames: names
      .map(name => ({ name, heads: held.map(one => one.get(name)?.head ?? '') }))
      .filter(({ heads }) => heads.some(Boolean)),
    code: [],
    environment: []
  };
}

const titlesOf = (tasks: readonly TaskLine[]): string[] => tasks.map(({ label }) => label);
const shown = (cell: Cell): string => (cell === null ? '-' : cellText(cell));
const change = (name: string, values: readonly string[]): Change => ({ name, values, note: '' });
const differs = ({ values }: Change): boolean => new Set(values).size > 1;
const describe = (one: Parameters<typeof extent>[0] | undefined): string => (one ? extent(one) || one.text : '-');

type Output = Readonly<Record<string, unknown>>;

const isRich = ({ data }: Output): boolean =>
  typeof data === 'object' && data !== null && Object.keys(data).some(mime => mime !== 'text/plain');

const picture = (image: string): readonly Output[] =>
  image ? [{ output_type: 'display_data', data: { 'image/png': image }, metadata: {} }] : [];

export interface ComparisonProps {
  readonly trans: Translate;
  readonly showOutputs: ShowOutputs;
  readonly onClose: () => void;
}

export class Comparison implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly found: Compared,
    private readonly props: ComparisonProps
  ) {
    const { trans, onClose } = props;
    const { title, given, parameters, artifacts, displays, frames, code, environment } = found;
    const close = {
      sign: 'close',
      label: trans('Close the comparison'),
      name: 'close-diff',
      onclick: onClose
    } as const;
    const parts = [
      this.changes(given, parameters),
      this.changes(trans('Artifacts'), artifacts),
      displays.length ? section(trans('Figures'), ...displays.map(one => this.figures(one))) : null,
      frames.length ? section(trans('First rows'), ...frames.map(one => this.heads(one))) : null,
      code.length ? section(trans('Code'), ...code.map(unifiedDiff)) : null,
      this.changes(trans('Environment'), environment)
    ].filter(part => part !== null);
    this.node = h(
      'section',
      { class: 'nbf-Diff', 'aria-label': trans('Difference of %1', found.titles.join(trans(' and '))) },
      h('header', { class: 'nbf-DiffHead' }, h('h3', {}, title), iconButton(close)),
      ...(parts.length ? parts : [h('p', { class: 'nbf-Empty' }, trans('Nothing differs that is stored.'))])
    );
  }

  dispose(): void {
    this.isDisposed = true;
    this.shown.forEach(one => one.dispose());
    this.node.remove();
  }

  private changes(title: string, rows: readonly Change[]): HTMLElement | null {
    if (!rows.length) {
      return null;
    }
    const head = ['', ...this.found.titles].map(text => h('th', { scope: 'col' }, text));
    const body = rows.map(row => h('tr', {}, h('th', { scope: 'row' }, row.name), ...this.values(row)));
    const table = h('table', { class: 'nbf-Changes' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...body));
    return section(title, scroll(title, table));
  }

  private values({ values, note }: Change): HTMLElement[] {
    if (!values.length) {
      const cell = h('td', { class: 'nbf-Now' }, note);
      cell.colSpan = this.found.titles.length;
      return [cell];
    }
    const last = values.length - 1;
    return values.map((value, place) => {
      const isNew = place > 0 && (value !== values[place - 1] || note !== '');
      const kind = place === 0 ? 'nbf-Then' : isNew ? 'nbf-Now' : '';
      return h(
        'td',
        { class: kind },
        value,
        note && place === last ? h('span', { class: 'nbf-Note' }, ` ${note}`) : null
      );
    });
  }

  private figures({ name, outputs }: Displays): HTMLElement {
    const parts = outputs.map(each => {
      const host = h('div', { class: 'nbf-Figure' });
      if (each.length) {
        this.shown.push(this.props.showOutputs(host, each));
      } else {
        host.append(h('p', { class: 'nbf-Empty' }, this.props.trans('none')));
      }
      return host;
    });
    return this.sideBySide(name, parts);
  }

  /** Show tables beside each other, and mark the cells that are not those of the table before. */
  private heads({ name, heads }: FrameHeads): HTMLElement {
    const tables = heads.map(tableHead);
    tables.forEach((table, place) => markCells(table, tables[place - 1] ?? null));
    const none = (): HTMLElement => h('p', { class: 'nbf-Empty' }, this.props.trans('none'));
    return this.sideBySide(
      name,
      tables.map(table => (table ? scroll(name, table) : none()))
    );
  }

  private sideBySide(name: string, parts: readonly HTMLElement[]): HTMLElement {
    const titled = parts.map((part, place) =>
      h('figure', { class: 'nbf-Side' }, h('figcaption', {}, `${name} · ${this.found.titles[place] ?? ''}`), part)
    );
    return h('div', { class: 'nbf-Sides', tabindex: 0, role: 'region', 'aria-label': name }, ...titled);
  }

  private readonly shown: { dispose(): void }[] = [];
}

const scroll = (label: string, content: HTMLElement): HTMLElement =>
  h('div', { class: 'nbf-Scroll', tabindex: 0, role: 'region', 'aria-label': label }, content);

function markCells(table: HTMLTableElement | null, before: HTMLTableElement | null): void {
  if (!table || !before) {
    return;
  }
  [...table.rows].forEach((row, place) => {
    [...row.cells].forEach((cell, index) => {
      const old = before.rows[place]?.cells[index]?.textContent;
      if (old !== cell.textContent) {
        cell.classList.add('nbf-Now');
        cell.title = old ?? '-';
      }
    });
  });
}

const KINDS: readonly (readonly [string, string])[] = [
  ['+++', 'file'],
  ['---', 'file'],
  ['@@', 'place'],
  ['+', 'added'],
  ['-', 'removed']
];

/** Returns a unified diff with coloured lines; the signs stay for those who do not see colours. */
export function unifiedDiff(text: string): HTMLElement {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => {
      const kind = KINDS.find(([start]) => line.startsWith(start))?.[1] ?? 'same';
      return h('span', { class: 'nbf-DiffLine', 'data-kind': kind }, line || ' ');
    });
  return h('pre', { class: 'nbf-Code', tabindex: 0 }, ...lines);
}
