/** Shows when the tasks of a run ran: one row for each step, which unfolds to one row for each task. */
import { distinguish, type Piece } from '../state/items';
import type { FlowShape, RunLine, StepStatus, TaskLine } from '../state/protocol';
import type { Component } from '../ui/component';
import { closest, h, setAttribute, setText } from '../ui/dom';
import { count, duration, now } from '../ui/format';
import { showStatus, signIcon, statusIcon } from '../ui/icons';
import { cutNames, ItemText } from '../ui/item';
import type { Translate } from '../ui/language';
import { VirtualList, type VirtualRow } from '../ui/virtual';
import { statusWord, taskCost, taskTime } from '../ui/words';
import { empty } from './notices';
import { taskKey } from './tasks';

export interface TimelineProps {
  readonly trans: Translate;
  readonly onSelect: (step: string, task: TaskLine | null) => void;
}

interface Span {
  readonly began: number;
  readonly ended: number;
}

/** Describes a row: a step with its tasks, or one task. */
export interface TimelineRow {
  readonly step: string;
  readonly task: TaskLine | null;
  readonly tasks: readonly TaskLine[];
  readonly status: StepStatus;
  readonly span: Span | null;
}

export class Timeline implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: TimelineProps) {
    const { trans } = props;
    this.list = new VirtualList<TimelineRow>({
      class: 'nbf-TimelineList',
      role: 'tree',
      label: trans('Timeline'),
      height: 24,
      key: row => (row.task ? taskKey(row.task) : row.step),
      onclick: (row, event) => this.click(row, event),
      onenter: row => props.onSelect(row.step, row.task),
      create: () =>
        new Bar(trans, { whole: () => this.whole, isOpen: step => this.open.has(step), cut: row => this.cut(row) })
    });
    this.list.node.addEventListener('keydown', event => this.key(event));
    this.node = h('div', { class: 'nbf-Timeline' }, this.head, this.list.node, this.nothing);
    this.show(null, null, []);
  }

  show(run: RunLine | null, shape: FlowShape | null, tasks: readonly TaskLine[]): void {
    this.run = run;
    this.steps = groupByStep(shape, tasks);
    this.cutName = cutNames(this.steps.map(one => one.step));
    this.cuts = new Map(this.steps.map(one => [one.step, distinguish(one.tasks.map(task => task.item))]));
    this.nothing.replaceChildren(this.empty());
    this.nothing.hidden = this.steps.length > 0;
    this.head.hidden = this.list.node.hidden = this.steps.length === 0;
    this.arrange();
  }

  tick(): void {
    if (this.run?.finished === null) {
      this.arrange();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.list.dispose();
  }

  private empty(): HTMLElement {
    const { trans } = this.props;
    return this.run
      ? empty(trans('Nothing to draw'), trans('No task of this run has begun.'))
      : empty(trans('No runs yet'), trans('Run the flow to see here when each task ran.'));
  }

  private arrange(): void {
    const time = now();
    this.whole = wholeSpan(this.steps.flatMap(({ tasks }) => span(tasks, time) ?? []));
    this.list.items = this.steps.flatMap(({ step, tasks }) => {
      const row = stepRow(step, tasks, time);
      return this.open.has(step) ? [row, ...tasks.map(task => taskRow(task, time))] : [row];
    });
    this.drawAxis();
  }

  private cut({ step, task }: TimelineRow): readonly Piece[] {
    if (!task) {
      return this.cutName(step);
    }
    const text = task.item || task.label;
    return this.cuts.get(task.step)?.(text) ?? [{ text, common: false }];
  }

  private drawAxis(): void {
    const { began, ended } = this.whole;
    const marks = ticks(ended - began).map(seconds => {
      const mark = h('span', { class: 'nbf-Tick' }, seconds ? duration(seconds).replace(/\.0+ s/, ' s') : '0');
      mark.style.left = `${(100 * seconds) / (ended - began)}%`;
      return mark;
    });
    this.axis.replaceChildren(...marks);
  }

  private click(row: TimelineRow, event: Event): void {
    const onArrow = closest(event, '.nbf-Twisty') !== null;
    if (!row.task && (onArrow || row.tasks.length > 1)) {
      this.fold(row.step, !this.open.has(row.step));
    }
    if (!onArrow) {
      this.props.onSelect(row.step, row.task ?? (row.tasks.length === 1 ? (row.tasks[0] ?? null) : null));
    }
  }

  private key(event: KeyboardEvent): void {
    const row = this.list.itemOf(event);
    if (row && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      event.preventDefault();
      this.fold(row.step, event.key === 'ArrowRight' && row.tasks.length > 1);
    }
  }

  private fold(step: string, isOpen: boolean): void {
    if (isOpen) {
      this.open.add(step);
    } else {
      this.open.delete(step);
    }
    this.arrange();
  }

  private run: RunLine | null = null;
  private whole: Span = { began: 0, ended: 1 };
  private steps: { step: string; tasks: readonly TaskLine[] }[] = [];
  private cutName = cutNames([]);
  private cuts = new Map<string, ReturnType<typeof distinguish>>();
  private readonly open = new Set<string>();
  private readonly list: VirtualList<TimelineRow>;
  private readonly axis = h('div', { class: 'nbf-Axis', 'aria-hidden': 'true' });
  private readonly head = h('div', { class: 'nbf-TimelineHead' }, this.axis);
  private readonly nothing = h('div');
}

/** Returns the steps in document order; steps that the graph no longer has come last. */
function groupByStep(
  shape: FlowShape | null,
  tasks: readonly TaskLine[]
): { step: string; tasks: readonly TaskLine[] }[] {
  const groups = new Map<string, TaskLine[]>((shape?.steps ?? []).map(step => [step.name, []]));
  for (const task of tasks) {
    const group = groups.get(task.step);
    if (group) {
      group.push(task);
    } else {
      groups.set(task.step, [task]);
    }
  }
  return [...groups].filter(([, group]) => group.length).map(([step, group]) => ({ step, tasks: group }));
}

function stepRow(step: string, tasks: readonly TaskLine[], time: number): TimelineRow {
  return { step, task: null, tasks, status: worst(tasks), span: span(tasks, time) };
}

function taskRow(task: TaskLine, time: number): TimelineRow {
  return { step: task.step, task, tasks: [], status: task.status, span: span([task], time) };
}

/** Returns the times of tasks that ran in this run; a reused task has none. */
function span(tasks: readonly TaskLine[], time: number): Span | null {
  let [began, ended] = [Infinity, -Infinity];
  for (const task of tasks) {
    if (task.started !== null) {
      began = Math.min(began, beginning(task, task.started));
      ended = Math.max(ended, task.finished ?? (task.status === 'running' ? time : task.started));
    }
  }
  return began <= ended ? { began, ended } : null;
}

/** Returns when the body of a task began; before that it may wait for a worker. */
function beginning(task: TaskLine, started: number): number {
  return task.finished !== null && task.seconds ? Math.max(started, task.finished - task.seconds) : started;
}

/** Returns the time from the first beginning to the last end. */
function wholeSpan(spans: readonly Span[]): Span {
  const began = Math.min(...spans.map(one => one.began));
  const ended = Math.max(...spans.map(one => one.ended));
  return spans.length ? { began, ended: Math.max(ended, began + 0.001) } : { began: 0, ended: 1 };
}

/** The statuses in the order in which one of them stands for all tasks of a step. */
const ORDER: Record<StepStatus, number> = {
  failed: 0,
  running: 1,
  cancelled: 2,
  waiting: 3,
  stale: 4,
  missing: 5,
  done: 6,
  reused: 7,
  skipped: 8
};

function worst(tasks: readonly TaskLine[]): StepStatus {
  return tasks.reduce<StepStatus>(
    (status, task) => (ORDER[task.status] < ORDER[status] ? task.status : status),
    'skipped'
  );
}

/** Returns about four round numbers of seconds, beginning with zero. */
export function ticks(length: number): number[] {
  const rough = length / 4;
  const unit =
    [
      0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200,
      86400
    ].find(step => step >= rough) ?? rough;
  return Array.from({ length: Math.floor(length / unit) + 1 }, (_, index) => Number((index * unit).toFixed(3)));
}

/** Holds what a row needs to know about the whole timeline. */
interface Around {
  readonly whole: () => Span;
  readonly isOpen: (step: string) => boolean;
  readonly cut: (row: TimelineRow) => readonly Piece[];
}

class Bar implements VirtualRow<TimelineRow> {
  readonly node: HTMLElement;
  readonly stops: readonly HTMLElement[];

  constructor(
    private readonly trans: Translate,
    private readonly around: Around
  ) {
    this.node = h(
      'div',
      { class: 'nbf-TimelineRow', role: 'treeitem' },
      h('span', { class: 'nbf-TimelineLabel' }, this.twisty, this.icon, this.name.node, this.number),
      h('span', { class: 'nbf-Track' }, this.bar, this.time)
    );
    this.stops = [this.node];
  }

  show(row: TimelineRow): void {
    const many = row.tasks.length > 1;
    const took = this.took(row);
    const word = statusWord(row.status, this.trans);
    const name = row.task ? row.task.item || row.task.label : row.step;
    setAttribute(this.node, 'data-step', row.step);
    setAttribute(this.node, 'data-task', row.task?.number);
    setAttribute(this.node, 'data-status', row.status);
    setAttribute(this.node, 'aria-level', row.task ? 2 : 1);
    const single = row.task ?? (many ? null : row.tasks[0]);
    const cost = single ? taskCost(single, this.trans) : [];
    setAttribute(this.node, 'aria-expanded', many ? String(this.around.isOpen(row.step)) : null);
    setAttribute(
      this.node,
      'aria-label',
      [name, word, many ? this.trans('%1 tasks', count(row.tasks.length)) : '', took].filter(Boolean).join(', ')
    );
    setAttribute(
      this.node,
      'title',
      [row.task ? `${row.task.label} · ${row.task.item}` : row.step, word, took, ...cost].filter(Boolean).join('\n')
    );
    this.twisty.style.visibility = many ? 'visible' : 'hidden';
    showStatus(this.icon, row.status);
    this.name.show(this.around.cut(row));
    setText(this.number, many ? `×${count(row.tasks.length)}` : '');
    setText(this.time, took || word);
    this.placeBar(row.span);
  }

  private took(row: TimelineRow): string {
    if (row.task ?? row.tasks.length === 1) {
      const task = row.task ?? row.tasks[0];
      return task && task.started !== null ? taskTime(task, now()) : '';
    }
    return row.span ? duration(row.span.ended - row.span.began) : '';
  }

  /** Show the time behind the bar; the track leaves room for it. */
  private placeBar(own: Span | null): void {
    const { began, ended } = this.around.whole();
    const share = (time: number): number => (100 * (time - began)) / (ended - began);
    const [left, right] = own ? [share(own.began), share(own.ended)] : [0, 0];
    this.bar.hidden = own === null;
    this.bar.style.left = `${left}%`;
    this.bar.style.width = `${right - left}%`;
    this.time.style.left = `${right}%`;
  }

  private readonly twisty = h('span', { class: 'nbf-Twisty', 'aria-hidden': 'true' }, signIcon('right'));
  private readonly icon = statusIcon('missing');
  private readonly name = new ItemText();
  private readonly number = h('span', { class: 'nbf-Count' });
  private readonly bar = h('span', { class: 'nbf-Bar' });
  private readonly time = h('span', { class: 'nbf-Time' });
}
