/** Lists the runs: a click shows a run in all views, and two ticked runs can be compared. */
import type { RunLine } from '../state/protocol';
import { textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { closest, h, setAttribute, setText } from '../ui/dom';
import { count, duration, moment, now, parameterText, ticking } from '../ui/format';
import { lifecycleIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import { VirtualList, type VirtualRow } from '../ui/virtual';
import { ago, lifecycleWord } from '../ui/words';
import { empty } from './notices';

export interface RunsProps {
  readonly trans: Translate;
  readonly onShow: (run: RunLine) => void;
  readonly onCompare: (then: number, now: number) => void;
}

export class Runs implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: RunsProps) {
    const { trans } = props;
    this.list = new VirtualList<RunLine>({
      class: 'nbf-RunList',
      role: 'list',
      label: trans('Runs'),
      height: 46,
      key: run => String(run.number),
      onclick: (run, event) => this.click(run, event),
      create: () => new Row(trans, { isTicked: run => this.ticked.has(run), isShown: run => run === this.shown })
    });
    this.compare = textButton({
      sign: 'compare',
      label: trans('Compare'),
      name: 'compare',
      onclick: () => this.onCompare()
    });
    this.nothing = empty(
      trans('No runs yet'),
      trans('Run the flow, or one step with Shift+Enter. Every run is kept here and can be restored.')
    );
    this.node = h(
      'div',
      { class: 'nbf-Runs' },
      h('div', { class: 'nbf-RunsHead' }, this.hint, this.compare),
      this.list.node,
      this.nothing
    );
    this.arrange();
  }

  show(runs: readonly RunLine[] | null, shown: number | null): void {
    this.shown = shown;
    this.list.items = runs ?? [];
    this.nothing.hidden = runs === null || runs.length > 0;
    this.list.node.hidden = runs?.length === 0;
    const known = new Set(runs?.map(run => run.number));
    [...this.ticked].filter(run => !known.has(run)).forEach(run => this.ticked.delete(run));
    this.arrange();
  }

  tick(): void {
    this.list.refresh();
  }

  dispose(): void {
    this.isDisposed = true;
    this.list.dispose();
  }

  private click(run: RunLine, event: Event): void {
    if (closest(event, '.nbf-RunTick')) {
      this.tickRun(run.number);
    } else if (closest(event, '.nbf-Run')) {
      this.props.onShow(run);
    }
  }

  /** Tick a run; a third one replaces the first. */
  private tickRun(run: number): void {
    if (!this.ticked.delete(run)) {
      this.ticked.add(run);
    }
    const [first] = this.ticked;
    if (this.ticked.size > 2 && first !== undefined) {
      this.ticked.delete(first);
    }
    this.list.refresh();
    this.arrange();
  }

  private onCompare(): void {
    const [then, now] = [...this.ticked].sort((one, other) => one - other);
    if (then !== undefined && now !== undefined) {
      this.props.onCompare(then, now);
    }
  }

  private arrange(): void {
    const { trans } = this.props;
    const [one, other] = [...this.ticked].sort((first, second) => first - second);
    this.compare.disabled = other === undefined;
    this.compare.parentElement?.toggleAttribute('hidden', this.list.items.length < 2);
    const words =
      one === undefined
        ? trans('Choose two runs to compare')
        : other === undefined
          ? trans('Run %1 and …', one)
          : trans('Runs %1 and %2', one, other);
    setText(this.hint, words);
  }

  private shown: number | null = null;
  private readonly ticked = new Set<number>();
  private readonly list: VirtualList<RunLine>;
  private readonly compare: HTMLButtonElement;
  private readonly hint = h('span', { class: 'nbf-Hint', 'aria-live': 'polite' });
  private readonly nothing: HTMLElement;
}

interface Marks {
  readonly isTicked: (run: number) => boolean;
  readonly isShown: (run: number) => boolean;
}

class Row implements VirtualRow<RunLine> {
  readonly node: HTMLElement;
  readonly stops: readonly HTMLElement[];

  constructor(
    private readonly trans: Translate,
    private readonly marks: Marks
  ) {
    this.button = h(
      'button',
      { class: 'nbf-Run', type: 'button' },
      this.icon,
      h('span', { class: 'nbf-RunFirst' }, this.name, this.kind, this.tags, this.time),
      h('span', { class: 'nbf-RunSecond' }, this.parameters, this.when)
    );
    this.node = h('div', { class: 'nbf-RunRow', role: 'listitem' }, this.box, this.button);
    this.stops = [this.button, this.box];
  }

  show(run: RunLine): void {
    const { trans } = this;
    const time = now();
    setAttribute(this.node, 'data-run', run.number);
    setAttribute(this.node, 'data-status', run.status);
    setAttribute(this.button, 'aria-current', this.marks.isShown(run.number) ? 'true' : null);
    setAttribute(this.button, 'aria-label', this.label(run, time));
    setAttribute(this.button, 'title', this.tooltip(run, time));
    this.box.checked = this.marks.isTicked(run.number);
    setAttribute(this.box, 'aria-label', trans('Compare run %1', run.number));
    if (this.icon.firstElementChild?.getAttribute('data-status') !== run.status) {
      this.icon.replaceChildren(lifecycleIcon(run.status));
    }
    setText(this.name, trans('Run %1', run.number));
    setText(this.kind, run.kind === 'run' ? '' : run.kind);
    this.tags.replaceChildren(...run.tags.map(tag => h('span', { class: 'nbf-Tag' }, tag)));
    setText(
      this.time,
      run.finished === null
        ? run.status === 'running'
          ? ticking(time - run.started)
          : ''
        : duration(run.finished - run.started)
    );
    setText(this.parameters, parameterText(run.parameters) || this.tasks(run));
    setText(this.when, ago(run.started, time, trans));
  }

  private label(run: RunLine, time: number): string {
    const { trans } = this;
    return [
      trans('Run %1', run.number),
      run.kind,
      lifecycleWord(run.status, trans),
      ago(run.started, time, trans),
      ...run.tags
    ].join(', ');
  }

  private tooltip(run: RunLine, time: number): string {
    const { trans } = this;
    const origin = run.origin === null ? '' : trans('resumed from run %1', run.origin);
    return [
      `${trans('Run %1', run.number)} · ${run.kind} · ${lifecycleWord(run.status, trans)}`,
      `${moment(run.started, time)}${run.user ? ` · ${run.user}` : ''}`,
      this.tasks(run),
      parameterText(run.parameters),
      origin
    ]
      .filter(Boolean)
      .join('\n');
  }

  private tasks(run: RunLine): string {
    const { trans } = this;
    const parts = [trans('%1 of %2 tasks', count(run.done + run.reused), count(run.total))];
    if (run.failed) parts.push(trans('%1 failed', count(run.failed)));
    if (run.reused) parts.push(trans('%1 reused', count(run.reused)));
    return parts.join(', ');
  }

  private readonly button: HTMLButtonElement;
  private readonly box = h('input', { type: 'checkbox', class: 'nbf-RunTick' });
  private readonly icon = h('span', { class: 'nbf-RunIcon' });
  private readonly name = h('span', { class: 'nbf-RunName' });
  private readonly kind = h('span', { class: 'nbf-Note' });
  private readonly tags = h('span', { class: 'nbf-Tags' });
  private readonly time = h('span', { class: 'nbf-Time' });
  private readonly parameters = h('span', { class: 'nbf-RunParameters' });
  private readonly when = h('span', { class: 'nbf-When' });
}
