/** Shows the tasks of a foreach as a table: a column for each key of the items, each scalar artifact, and the time. */
import { distinguish, type Piece } from '../state/items';
import type { StepStatus, TaskGrid, TaskLine } from '../state/protocol';
import { type Cell, cellText, passing, unknownNames } from '../state/table';
import { iconButton, textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h, setAttribute, setText } from '../ui/dom';
import { count, duration, now, size } from '../ui/format';
import { FIRST, Grid, type GridColumn, valueColumn } from '../ui/grid';
import { showStatus, statusIcon } from '../ui/icons';
import { ItemText } from '../ui/item';
import type { Translate } from '../ui/language';
import { type MenuItem, openMenu, type Place } from '../ui/menu';
import { statusWord, taskTime } from '../ui/words';
import { Chart } from './chart';
import type { ShowOutputs } from './host';

const HEIGHT = 24; // of a row, in pixels
const ROWS = 9; // the number of visible rows
const ROWS_BESIDE_ONE = 5; // the number of visible rows while one task is open

export interface TaskActions {
  readonly restore: (address: string) => void;
  readonly debug: (address: string) => void;
  readonly rerun: (address: string) => void;
  readonly resume: (run: number) => void;
  /** Go on with a run without the items of a step that failed. */
  readonly goOn: (run: number, step: string) => void;
}

export interface TasksProps {
  readonly trans: Translate;
  readonly actions: TaskActions | null;
  readonly showOutputs: ShowOutputs;
  readonly onSelect: (task: TaskLine) => void;
  readonly onCompare: (tasks: readonly TaskLine[]) => void;
  readonly onTab: (() => void) | null;
  /** Tells whether the table takes all the room that there is, and not that of a few rows. */
  readonly isWhole: boolean;
}

/** Holds a task with its cells; `place` counts the tasks in the order of their items. */
interface TaskRow {
  readonly task: TaskLine;
  readonly cells: readonly Cell[];
  readonly place: number;
}

const NOTHING: TaskGrid = { run: null, columns: [], tasks: [], cells: [] };

export class Tasks implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: TasksProps) {
    const { trans } = props;
    this.grid = new Grid<TaskRow>({
      trans,
      class: 'nbf-TaskList',
      rowClass: 'nbf-Task',
      label: trans('Tasks'),
      height: HEIGHT,
      key: ({ task }) => taskKey(task),
      onOpen: (row, event) => this.open(row, event),
      onMenu: (row, place) => this.openMenu(row, place),
      onPick: columns => this.plot(columns),
      mark: (node, row) => this.mark(node, row)
    });
    this.chart = new Chart(trans, props.showOutputs);
    this.filter = h('input', {
      class: 'nbf-Filter',
      type: 'search',
      placeholder: trans('Filter: r2>0.8'),
      'aria-label': trans('Filter the tasks'),
      title: trans('Words that a row must have, and conditions such as r2>0.8 or kind=tree'),
      oninput: () => this.arrange()
    });
    this.onlyFailed = h('input', { type: 'checkbox', onchange: () => this.arrange() });
    this.failedOnly = h('label', {}, this.onlyFailed, trans('failed only'));
    this.node = h(
      'div',
      { class: 'nbf-Tasks', 'data-whole': props.isWhole },
      h('div', { class: 'nbf-TasksHead' }, this.filter, this.total, this.failedOnly, ...this.makeButtons()),
      this.chart.node,
      this.grid.node,
      this.none
    );
  }

  show(given: TaskGrid | null, selected: number | null): void {
    this.given = given ?? NOTHING;
    this.selected = selected;
    this.rows = this.given.tasks.map((task, place) => ({ task, place, cells: this.given.cells[place] ?? [] }));
    this.columns = makeColumns(this.given, this.props.trans);
    const known = new Set(this.given.tasks.map(task => task.number));
    [...this.ticked].filter(number => !known.has(number)).forEach(number => this.ticked.delete(number));
    this.arrange();
  }

  tick(): void {
    if (this.rows.some(({ task }) => task.status === 'running')) {
      this.grid.refresh();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.grid.dispose();
    this.chart.dispose();
  }

  private makeButtons(): HTMLElement[] {
    const { trans, actions, onTab } = this.props;
    const step = (): string => this.rows[0]?.task.step ?? '';
    const run = (): number => this.given.run?.number ?? 0;
    this.again = textButton({
      sign: 'rerun',
      label: '',
      title: trans('Resume the run: what failed runs again, all that is stored is reused'),
      name: 'rerun-failed',
      onclick: () => actions?.resume(run())
    });
    this.goOn = textButton({
      sign: 'run',
      label: '',
      title: trans('Resume the run without the items that failed'),
      name: 'go-on',
      onclick: () => actions?.goOn(run(), step())
    });
    this.pick = iconButton({
      sign: 'chart',
      label: trans('Pick headings for a chart'),
      title: trans('Pick two headings for a scatter plot, or more for parallel coordinates'),
      name: 'chart',
      onclick: () => this.setPicking(this.pick.getAttribute('aria-pressed') !== 'true')
    });
    setAttribute(this.pick, 'aria-pressed', 'false');
    const tab = onTab && iconButton({ sign: 'tab', label: trans('Open as a tab'), name: 'tasks-tab', onclick: onTab });
    return [
      ...(actions ? [this.again, this.goOn] : []),
      h('span', { class: 'nbf-Spacer' }),
      this.pick,
      ...(tab ? [tab] : [])
    ];
  }

  private setPicking(picking: boolean): void {
    setAttribute(this.pick, 'aria-pressed', String(picking));
    this.grid.isPicking = picking;
  }

  private arrange(): void {
    const { trans } = this.props;
    const failed = this.rows.filter(({ task }) => task.status === 'failed').length;
    this.shown = this.filtered();
    this.grid.show(this.columns, this.shown);
    this.plot(this.grid.picked);
    if (!this.props.isWhole) {
      const most = this.selected === null ? ROWS : ROWS_BESIDE_ONE;
      this.grid.node.style.height = `${HEIGHT * (1 + Math.min(most, Math.max(1, this.shown.length)))}px`;
    }
    const [all, seen] = [this.rows.length, this.shown.length];
    const words = seen < all ? trans('%1 of %2 tasks', count(seen), count(all)) : trans('%1 tasks', count(all));
    setText(this.total, failed ? trans('%1, %2 failed', words, count(failed)) : words);
    this.showButtons(failed);
    this.grid.node.hidden = this.shown.length === 0;
    this.none.hidden = this.shown.length > 0;
    setText(this.none, this.nothing());
  }

  /** Say why no task is shown. */
  private nothing(): string {
    const { trans } = this.props;
    const [unknown] = unknownNames(this.filter.value, this.names);
    if (this.rows.length === 0) {
      return trans('No tasks yet.');
    }
    return unknown === undefined ? trans('No task is like that.') : trans('There is no column "%1".', unknown);
  }

  /** The names that conditions may use. */
  private get names(): readonly string[] {
    return [...this.columns.map(({ name }) => name), 'status'];
  }

  private showButtons(failed: number): void {
    const { trans } = this.props;
    const isOver = this.given.run !== null && this.given.run.finished !== null;
    const well = this.rows.filter(({ task }) => WELL.has(task.status)).length;
    this.failedOnly.hidden = failed === 0;
    this.again.hidden = failed === 0 || !isOver;
    this.goOn.hidden = failed === 0 || !isOver || well === 0 || this.given.run?.status === 'succeeded';
    setText(this.again.lastElementChild ?? this.again, trans('Rerun failed (%1)', count(failed)));
    setText(this.goOn.lastElementChild ?? this.goOn, trans('Go on with the %1', count(well)));
  }

  private filtered(): readonly TaskRow[] {
    const { trans } = this.props;
    const rows = this.onlyFailed.checked ? this.rows.filter(({ task }) => task.status === 'failed') : this.rows;
    return passing(this.filter.value, this.names, rows, row => ({
      cells: [...this.columns.map(({ cell }) => cell(row)), row.task.status],
      text: [row.task.label, row.task.item, statusWord(row.task.status, trans), ...row.cells.map(cellText)].join('\n')
    }));
  }

  private plot(picked: readonly string[]): void {
    const columns = this.columns.filter(({ name }) => picked.includes(name));
    this.chart.show(
      columns.map(({ label, cell }) => ({ label, cells: this.shown.map(cell) })),
      this.shown.map(({ task }) => task.label)
    );
  }

  private open(row: TaskRow, event: Event): void {
    const isTick = event instanceof KeyboardEvent ? event.key === ' ' : event instanceof MouseEvent && isChosen(event);
    if (isTick) {
      this.tickTask(row.task);
    } else {
      this.props.onSelect(row.task);
    }
  }

  private tickTask({ number }: TaskLine): void {
    if (!this.ticked.delete(number)) {
      this.ticked.add(number);
    }
    this.grid.refresh();
  }

  private openMenu({ task }: TaskRow, place: Place): void {
    const { trans } = this.props;
    const compared = this.rows
      .filter(row => row.task === task || this.ticked.has(row.task.number))
      .map(row => row.task);
    const isTicked = this.ticked.has(task.number);
    const items: MenuItem[] = [
      ...this.acting(task),
      {
        sign: 'compare',
        name: 'compare',
        label:
          compared.length > 1 ? trans('Compare %1 tasks', compared.length) : trans('Compare: mark another task first'),
        enabled: compared.length > 1,
        run: () => this.props.onCompare(compared)
      },
      {
        sign: isTicked ? 'minus' : 'plus',
        name: 'mark',
        label: isTicked ? trans('Take the mark away') : trans('Mark to compare'),
        enabled: true,
        run: () => this.tickTask(task)
      }
    ];
    openMenu(this.node, task.label, items, place);
  }

  private acting(task: TaskLine): MenuItem[] {
    const { trans, actions } = this.props;
    const isOver = task.status !== 'running' && task.status !== 'waiting';
    return actions
      ? [
          {
            sign: 'restore',
            name: 'restore',
            label: trans('Restore…'),
            enabled: WELL.has(task.status),
            run: () => actions.restore(`${task.run}/${task.label}`)
          },
          {
            sign: 'debug',
            name: 'debug',
            label: trans('Debug'),
            enabled: task.status === 'failed',
            run: () => actions.debug(`${task.run}/${task.label}`)
          },
          { sign: 'rerun', name: 'rerun', label: trans('Rerun'), enabled: isOver, run: () => actions.rerun(task.label) }
        ]
      : [];
  }

  private mark(node: HTMLElement, { task }: TaskRow): void {
    const word = statusWord(task.status, this.props.trans);
    const time = taskTime(task, now());
    setAttribute(node, 'data-task', task.number);
    setAttribute(node, 'data-status', task.status);
    setAttribute(node, 'data-ticked', this.ticked.has(task.number));
    setAttribute(node, 'aria-selected', String(task.number === this.selected));
    setAttribute(node, 'aria-label', [task.item || task.label, word, time].filter(Boolean).join(', '));
    setAttribute(node, 'title', [`${task.label} · ${task.item}`, word, task.reason].filter(Boolean).join('\n'));
  }

  private given = NOTHING;
  private rows: readonly TaskRow[] = [];
  private shown: readonly TaskRow[] = [];
  private columns: readonly GridColumn<TaskRow>[] = [];
  private selected: number | null = null;
  private again!: HTMLButtonElement;
  private goOn!: HTMLButtonElement;
  private pick!: HTMLButtonElement;
  private readonly ticked = new Set<number>();
  private readonly grid: Grid<TaskRow>;
  private readonly chart: Chart;
  private readonly filter: HTMLInputElement;
  private readonly onlyFailed: HTMLInputElement;
  private readonly failedOnly: HTMLElement;
  private readonly total = h('span', { class: 'nbf-TasksTotal', 'aria-live': 'polite' });
  private readonly none = h('p', { class: 'nbf-Empty', hidden: true });
}

const WELL: ReadonlySet<StepStatus> = new Set<StepStatus>(['done', 'reused']);

const isChosen = (event: MouseEvent): boolean => event.ctrlKey || event.metaKey || event.shiftKey;

export const taskKey = (task: TaskLine): string => `${task.run}/${task.number}/${task.label}`;

function makeColumns({ columns, tasks }: TaskGrid, trans: Translate): readonly GridColumn<TaskRow>[] {
  const hasItems = columns.some(column => column.from_item);
  const taken = new Set<string>();
  const own = columns.map((column, index) => {
    const name = taken.has(column.name) ? trans('%1 afterwards', column.name) : column.name;
    taken.add(name);
    return {
      name,
      label: name,
      cell: (row: TaskRow) => row.cells[index] ?? null,
      best: column.best,
      class: column.from_item ? 'nbf-mod-item' : '',
      canBePicked: true
    };
  });
  const time: GridColumn<TaskRow> = {
    name: 'time',
    label: trans('Time'),
    cell: ({ task }) => task.seconds,
    text: ({ task }) => taskTime(task, now()),
    draw: (host, { task }) => setText(host, taskTime(task, now())),
    best: tasks.length > 1 ? 'lowest' : 'unknown',
    canBePicked: true
  };
  const costs = [
    valueColumn('memory', trans('Memory'), ({ task }: TaskRow) => task.memory, size),
    valueColumn('processor', trans('CPU'), ({ task }: TaskRow) => task.cpu_seconds, duration),
    valueColumn('host', trans('Host'), ({ task }: TaskRow) => task.host || null, String)
  ];
  const measured = [
    time,
    ...costs.filter(column => tasks.some(task => column.cell({ task, cells: [], place: 0 }) !== null))
  ];
  const apart = measured.map(column => (taken.has(column.name) ? { ...column, name: `${column.name} ` } : column));
  return [firstColumn(hasItems, tasks, trans), ...own, ...apart];
}

/** Shows the status of a task and which it is: by its item if no other column tells it. */
function firstColumn(hasItems: boolean, tasks: readonly TaskLine[], trans: Translate): GridColumn<TaskRow> {
  const text = ({ task }: TaskRow): string =>
    (!hasItems && task.item) || task.label.slice(task.step.length) || task.label;
  const cut = distinguish(hasItems ? [] : tasks.map(task => task.item));
  const drawn = new WeakMap<HTMLElement, FirstCell>();
  const letters = Math.max(4, ...tasks.slice(0, 200).map(task => text({ task, cells: [], place: 0 }).length));
  return {
    name: 'task',
    label: trans('Task'),
    cell: row => row.place,
    text,
    draw: (host, row) => {
      const first = drawn.get(host) ?? new FirstCell(host);
      drawn.set(host, first);
      first.show(row.task.status, cut(text(row)));
    },
    class: FIRST,
    width: Math.min(hasItems ? 110 : 190, 42 + letters * 8)
  };
}

/** Draws an icon and a text, and keeps both while the row shows one task after another. */
class FirstCell {
  constructor(host: HTMLElement) {
    host.replaceChildren(this.icon, this.item.node);
  }

  show(status: StepStatus, pieces: readonly Piece[]): void {
    showStatus(this.icon, status);
    this.item.show(pieces);
  }

  private readonly icon = statusIcon('missing');
  private readonly item = new ItemText();
}
