/** Shows all facts about the selected step or task. */
import type { ArtifactLine, StepFacts, StepLine, TaskGrid, TaskLine, TaskState } from '../state/protocol';
import type { ValueAddress } from '../state/values';
import { iconButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h, setAttribute, setText } from '../ui/dom';
import { count, now } from '../ui/format';
import { outdatedIcon, showStatus, statusIcon } from '../ui/icons';
import { ItemText } from '../ui/item';
import type { Translate } from '../ui/language';
import { Section } from '../ui/section';
import { ago, lineTime, statusWord, summary, taskTime } from '../ui/words';
import { about } from './about';
import { Aside } from './aside';
import { type ArtifactOpener, artifactList } from './artifacts';
import type { Compared } from './comparison';
import { type DetailActions, DetailButtons } from './detailbuttons';
import { type Failed, failure } from './failure';
import type { ShowOutputs } from './host';
import { OutputSection } from './outputs';
import { type TaskActions, Tasks } from './tasks';

export interface DetailProps {
  readonly trans: Translate;
  readonly actions: DetailActions | null;
  readonly taskActions: TaskActions | null;
  readonly showOutputs: ShowOutputs;
  readonly onJump: ((cell: string, ...line: [number?]) => void) | null;
  readonly onStep: (step: string) => void;
  readonly onTask: (task: TaskLine) => void;
  readonly onCompare: (tasks: readonly TaskLine[]) => void;
  readonly onTab: (() => void) | null;
  readonly onOpen: ((address: ValueAddress) => void) | null;
  readonly onPrepare: (type: string) => void;
  readonly onClose: () => void;
}

/** Holds what is known so far; the facts of a task arrive later than those of its step. */
export interface DetailState {
  readonly facts: StepFacts;
  readonly line: StepLine;
  readonly chosen: number | null; // the task that was selected in the table
  readonly tasks: TaskGrid | null;
  readonly task: TaskState | null;
  readonly failed: TaskState | null; // the first failed task, while no task is chosen
  readonly trouble: string;
}

export class Detail implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: DetailProps) {
    const { trans } = props;
    this.tasks = new Tasks({
      trans,
      actions: props.taskActions,
      showOutputs: props.showOutputs,
      onSelect: props.onTask,
      onCompare: props.onCompare,
      onTab: props.onTab,
      isWhole: false
    });
    this.aside = new Aside(this.tasks.node, props);
    this.buttons = new DetailButtons(trans, props.actions, props.onJump);
    const { onJump, onTask, actions } = props;
    const failing = { trans, onJump, onTask, onDebug: actions?.debug ?? null };
    this.firstFailure = new Section(trans('Error'), failed => failed && failure(failed, failing));
    this.failure = new Section(trans('Error'), failed => failed && failure(failed, failing));
    this.outputs = new OutputSection(trans('Output'), props.showOutputs);
    this.artifacts = new Section(trans('Artifacts'), list =>
      list.length ? artifactList(list, trans('Artifacts'), trans, this.opener) : null
    );
    this.inputs = new Section(trans('Inputs'), list =>
      list.length ? artifactList(list, trans('Inputs'), trans, this.opener) : null
    );
    this.about = new Section(trans('About'), ({ facts, task }) => about(facts, task, trans, props.onStep));
    this.node = h(
      'section',
      { class: 'nbf-Detail', 'aria-label': trans('Selected step'), hidden: true },
      h(
        'header',
        { class: 'nbf-DetailHead' },
        h(
          'div',
          { class: 'nbf-DetailTitle' },
          this.icon,
          this.outdated,
          this.title,
          this.item.node,
          this.buttons.jump,
          iconButton({ sign: 'close', label: trans('Close the detail'), name: 'close-detail', onclick: props.onClose })
        ),
        this.facts,
        this.buttons.node
      ),
      h(
        'div',
        { class: 'nbf-DetailBody' },
        this.reasons,
        this.trouble,
        this.firstFailure.node,
        this.aside.node,
        this.failure.node,
        this.outputs.node,
        this.artifacts.node,
        this.inputs.node,
        this.about.node
      )
    );
  }

  show(state: DetailState): void {
    const { facts, line, chosen, tasks, task } = state;
    this.state = state;
    this.node.hidden = false;
    this.showHead(state);
    setText(this.trouble, state.trouble);
    this.trouble.hidden = !state.trouble;
    const isOne = line.total <= 1 && (tasks?.tasks.length ?? 0) <= 1;
    this.aside.node.hidden = isOne;
    this.tasks.show(isOne ? null : tasks, chosen);
    const first = chosen === null && !isOne ? firstFailed(state, this.props.trans) : null;
    this.showReasons(reasonsOf(state, first !== null || task?.failure != null), line);
    this.firstFailure.show(first);
    this.failure.show(task?.failure ? { fail: task.failure, one: task.task, count: '' } : null);
    this.outputs.show(task?.outputs ?? []);
    this.artifacts.show(task?.artifacts ?? []);
    this.inputs.show(task?.inputs ?? []);
    this.about.show({ facts, task });
    this.buttons.show(facts, line, chosen === null ? null : this.chosenTask(state), task);
  }

  /** Compare tasks in the place of their table, until that is closed. */
  compare(found: Compared | null): void {
    this.aside.show(found);
  }

  tick(time: number): void {
    if (this.state?.line.status === 'running') {
      this.showFacts(this.state, time);
      this.tasks.tick();
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.aside.dispose();
    this.tasks.dispose();
    this.outputs.dispose();
  }

  private chosenTask({ chosen, task, tasks }: DetailState): TaskLine | null {
    return task?.task.number === chosen
      ? (task?.task ?? null)
      : (tasks?.tasks.find(one => one.number === chosen) ?? null);
  }

  private showHead(state: DetailState): void {
    const task = this.chosenTask(state);
    setAttribute(this.node, 'data-step', state.facts.name);
    setAttribute(this.node, 'data-task', task?.number);
    setAttribute(this.node, 'data-status', task?.status ?? state.line.status);
    showStatus(this.icon, task?.status ?? state.line.status);
    this.outdated.classList.toggle('nbf-mod-off', task !== null || !state.line.outdated);
    this.title.replaceChildren(...breakable(task?.label ?? state.facts.name));
    this.item.show([{ text: task?.item ?? '', common: false }]);
    setAttribute(this.item.node, 'title', task?.item);
    setAttribute(this.title, 'title', task?.label ?? state.facts.name);
    this.showFacts(state, now());
  }

  /** Show the line below the title: `done · 3.2 s · run 7, 2 h ago`. */
  private showFacts(state: DetailState, time: number): void {
    const { trans } = this.props;
    const { line } = state;
    const task = this.chosenTask(state);
    const took = task ? taskTime(task, time) : lineTime(line, time);
    const run = state.task?.run ?? state.tasks?.run;
    const goesOn = run?.number === line.run && line.status === 'running';
    const parts = [
      task ? statusWord(task.status, trans) : summary(line, trans),
      took,
      run ? trans('run %1', run.number) + (goesOn ? '' : `, ${ago(run.started, time, trans)}`) : ''
    ];
    setText(this.facts, parts.filter(Boolean).join(' · '));
  }

  private showReasons(reasons: readonly string[], line: StepLine): void {
    setAttribute(this.reasons, 'data-status', line.status);
    this.reasons.hidden = reasons.length === 0;
    this.reasons.replaceChildren(...reasons.map(reason => h('li', {}, reason)));
  }

  /** Opens the artifacts that are shown: they are those of one run. */
  private get opener(): ArtifactOpener | null {
    const { onOpen, onPrepare } = this.props;
    return (
      onOpen && {
        open: ({ task, name }) => onOpen({ run: this.state?.task?.run.number ?? 0, task, name }),
        prepare: ({ type }) => onPrepare(type)
      }
    );
  }

  private state: DetailState | null = null;
  private readonly tasks: Tasks;
  private readonly aside: Aside;
  private readonly buttons: DetailButtons;
  private readonly firstFailure: Section<Failed | null>;
  private readonly failure: Section<Failed | null>;
  private readonly outputs: OutputSection;
  private readonly artifacts: Section<readonly ArtifactLine[]>;
  private readonly inputs: Section<readonly ArtifactLine[]>;
  private readonly about: Section<{ facts: StepFacts; task: TaskState | null }>;
  private readonly icon = statusIcon('missing');
  private readonly outdated = outdatedIcon();
  private readonly title = h('h2', { class: 'nbf-DetailName' });
  private readonly item = new ItemText();
  private readonly facts = h('p', { class: 'nbf-Facts' });
  private readonly reasons = h('ul', { class: 'nbf-Reasons', hidden: true });
  private readonly trouble = h('p', { class: 'nbf-Trouble', role: 'alert', hidden: true });
}

/** Returns the error of the first failed task, to show it without a search for the task. */
function firstFailed({ failed, line, tasks }: DetailState, trans: Translate): Failed | null {
  if (!failed?.failure || !tasks) {
    return null;
  }
  const number = tasks.tasks.filter(task => task.status === 'failed').length;
  const words = trans('%1 of %2 failed', count(number), count(Math.max(line.total, tasks.tasks.length)));
  return { fail: failed.failure, one: failed.task, count: words };
}

/** Returns the reasons for the status; the error of a failed step is omitted if it is shown anyway. */
function reasonsOf({ line, chosen, task }: DetailState, isErrorShown: boolean): readonly string[] {
  const own = line.status === 'failed' && isErrorShown ? line.reasons.slice(0, -1) : line.reasons;
  return [...new Set([...(chosen === null ? own : []), ...(task?.why ?? [])])];
}

/** Returns a name that may be broken into lines after each `_`. */
const breakable = (name: string): readonly (Node | string)[] =>
  name.split(/(?<=_)/).flatMap((part, at) => (at ? [h('wbr'), part] : [part]));
