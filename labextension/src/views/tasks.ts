/** Lists the tasks of a foreach by their items: failed tasks first, then running ones, then the slowest. */
import { distinguish, type Piece } from '../state/items';
import type { StepStatus, TaskLine } from '../state/protocol';
import type { Component } from '../ui/component';
import { h, setAttribute, setText } from '../ui/dom';
import { count, now } from '../ui/format';
import { showStatus, statusIcon } from '../ui/icons';
import { ItemText } from '../ui/item';
import type { Translate } from '../ui/language';
import { VirtualList, type VirtualRow } from '../ui/virtual';
import { statusWord, taskTime } from '../ui/words';

const URGENCY: Record<StepStatus, number> = {
  failed: 0,
  cancelled: 1,
  running: 2,
  waiting: 3,
  stale: 4,
  done: 5,
  reused: 5,
  skipped: 6,
  missing: 7
};

const ROWS = 9; // the number of visible rows
const ROWS_BESIDE_ONE = 5; // the number of visible rows while one task is open

export interface TasksProps {
  readonly trans: Translate;
  readonly onSelect: (task: TaskLine) => void;
}

export class Tasks implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: TasksProps) {
    const { trans } = props;
    this.list = new VirtualList({
      class: 'nbf-TaskList',
      role: 'listbox',
      label: trans('Tasks'),
      height: 24,
      key: taskKey,
      onclick: props.onSelect,
      onenter: props.onSelect,
      create: () =>
        new TaskRow(
          trans,
          () => this.selected,
          item => this.cut(item)
        )
    });
    this.onlyFailed = h('input', { type: 'checkbox', onchange: () => this.arrange() });
    this.node = h(
      'div',
      { class: 'nbf-Tasks' },
      h('div', { class: 'nbf-TasksHead' }, this.total, h('label', {}, this.onlyFailed, trans('failed only'))),
      this.list.node,
      this.none
    );
  }

  show(tasks: readonly TaskLine[], selected: number | null): void {
    this.tasks = tasks;
    this.cut = distinguish(tasks.map(task => task.item));
    this.selected = selected;
    this.arrange();
  }

  tick(): void {
    if (this.tasks.some(task => task.status === 'running')) {
      this.list.refresh();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.list.dispose();
  }

  private arrange(): void {
    const failed = this.tasks.filter(task => task.status === 'failed');
    const shown = this.onlyFailed.checked ? failed : this.tasks;
    this.list.items = sortTasks(shown);
    this.list.node.style.height = `${24 * Math.min(this.selected === null ? ROWS : ROWS_BESIDE_ONE, Math.max(1, shown.length))}px`;
    const words = failed.length
      ? this.props.trans('%1 tasks, %2 failed', count(this.tasks.length), count(failed.length))
      : this.props.trans('%1 tasks', count(this.tasks.length));
    setText(this.total, words);
    this.list.node.hidden = shown.length === 0;
    this.none.hidden = shown.length > 0;
    setText(
      this.none,
      this.onlyFailed.checked ? this.props.trans('No task failed.') : this.props.trans('No tasks yet.')
    );
  }

  private tasks: readonly TaskLine[] = [];
  private selected: number | null = null;
  private cut = distinguish([]);
  private readonly list: VirtualList<TaskLine>;
  private readonly onlyFailed: HTMLInputElement;
  private readonly total = h('span', { class: 'nbf-TasksTotal' });
  private readonly none = h('p', { class: 'nbf-Empty', hidden: true });
}

export function sortTasks(tasks: readonly TaskLine[]): TaskLine[] {
  return [...tasks].sort(
    (one, other) =>
      URGENCY[one.status] - URGENCY[other.status] || seconds(other) - seconds(one) || one.number - other.number
  );
}

const seconds = (task: TaskLine): number => task.seconds ?? 0;

export const taskKey = (task: TaskLine): string => `${task.run}/${task.number}/${task.label}`;

class TaskRow implements VirtualRow<TaskLine> {
  readonly node: HTMLElement;
  readonly stops: readonly HTMLElement[];

  constructor(
    private readonly trans: Translate,
    private readonly selected: () => number | null,
    private readonly cut: (item: string) => readonly Piece[]
  ) {
    this.node = h('div', { class: 'nbf-Task', role: 'option' }, this.icon, this.item.node, this.label, this.time);
    this.stops = [this.node];
  }

  show(task: TaskLine): void {
    const time = taskTime(task, now());
    const word = statusWord(task.status, this.trans);
    setAttribute(this.node, 'data-task', task.number);
    setAttribute(this.node, 'data-status', task.status);
    setAttribute(this.node, 'aria-selected', String(task.number === this.selected()));
    setAttribute(this.node, 'aria-label', [task.item || task.label, word, time].filter(Boolean).join(', '));
    setAttribute(this.node, 'title', [`${task.label} · ${task.item}`, word, task.reason].filter(Boolean).join('\n'));
    showStatus(this.icon, task.status);
    this.item.show(task.item || task.label, this.cut(task.item || task.label));
    setText(this.label, task.item ? task.label.slice(task.step.length) : '');
    setText(this.time, time);
  }

  private readonly icon = statusIcon('missing');
  private readonly item = new ItemText();
  private readonly label = h('span', { class: 'nbf-TaskLabel' });
  private readonly time = h('span', { class: 'nbf-Time' });
}
