/** Lists the steps in document order, beside lanes that show what they read. */
import type { FlowShape, StepFacts, StepLine, StepStatus } from '../state/protocol';
import { CountBar } from '../ui/bar';
import { h, setAttribute, setText } from '../ui/dom';
import { now } from '../ui/format';
import { outdatedIcon, showStatus, statusIcon } from '../ui/icons';
import { cutNames, ItemText } from '../ui/item';
import { VirtualList, type VirtualRow } from '../ui/virtual';
import { countText, failedText, lineTime, statusWord, stepLabel, stepTooltip } from '../ui/words';
import { LaneLines } from './lanes';
import { layLanes } from './layout';
import type { FlowProps, FlowView } from './view';

const ROW = 26;

/** The statuses that are written beside the name, because the icon alone may not be clear. */
const NOTED: Record<StepStatus, boolean> = {
  missing: false,
  waiting: false,
  running: false,
  done: false,
  reused: true,
  skipped: true,
  stale: true,
  failed: true,
  cancelled: true
};

/** Holds what a row shows as long as the graph is the same. */
interface Item {
  readonly step: StepFacts;
  readonly depth: number;
}

export class Steps implements FlowView {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(props: FlowProps) {
    this.list = new VirtualList<Item, Row>({
      class: 'nbf-StepList',
      role: 'list',
      label: props.trans('Steps'),
      height: ROW,
      ahead: 30,
      key: item => item.step.name,
      onclick: item => props.onSelect(item.step.name),
      create: () =>
        new Row(props, {
          line: step => this.line(step),
          isSelected: step => step === this.selected,
          cut: step => this.cut(step)
        })
    });
    this.list.underlay(this.lanes.node);
    this.node = h('div', { class: 'nbf-Steps' }, this.list.node);
  }

  draw(shape: FlowShape | null, line: (step: string) => StepLine | undefined): void {
    const lanes = shape ? layLanes(shape) : null;
    this.line = line;
    this.cut = cutNames((shape?.steps ?? []).map(step => step.name));
    this.list.items = (shape?.steps ?? []).map((step, row) => ({ step, depth: lanes?.rows[row]?.depth ?? 0 }));
    this.node.style.setProperty('--nbf-lanes', `${this.lanes.draw(lanes, ROW)}px`);
    this.select(this.selected);
  }

  update(lines: readonly StepLine[]): void {
    for (const line of lines) {
      this.list.shown.get(line.step)?.showLine(line);
    }
  }

  select(step: string | null): void {
    this.selected = step;
    const index = this.list.items.findIndex(item => item.step.name === step);
    if (index >= 0) {
      this.list.reveal(index);
    }
    if (step !== null) {
      this.list.makeStop(step);
    }
    this.list.shown.forEach(row => row.mark());
    this.lanes.light(step);
  }

  tick(time: number): void {
    this.list.shown.forEach(row => row.tick(time));
  }

  dispose(): void {
    this.isDisposed = true;
    this.list.dispose();
    this.node.remove();
  }

  private line: (step: string) => StepLine | undefined = () => undefined;
  private cut = cutNames([]);
  private selected: string | null = null;
  private readonly list: VirtualList<Item, Row>;
  private readonly lanes = new LaneLines();
}

/** Holds what a row needs to know about the whole list. */
interface Around {
  readonly line: (step: string) => StepLine | undefined;
  readonly isSelected: (step: string) => boolean;
  readonly cut: ReturnType<typeof cutNames>;
}

/** Shows one step: icon, name, header, bar, count and duration. */
class Row implements VirtualRow<Item> {
  readonly node: HTMLElement;
  readonly stops: readonly HTMLElement[];

  constructor(
    private readonly props: FlowProps,
    private readonly around: Around
  ) {
    this.button = h(
      'button',
      { class: 'nbf-Step', type: 'button', tabindex: -1 },
      this.icon,
      this.outdated,
      this.name,
      this.header,
      this.bar.node,
      this.note,
      this.count,
      this.failed,
      this.time
    );
    this.node = h('div', { role: 'listitem' }, this.button);
    this.stops = [this.button];
  }

  show({ step, depth }: Item): void {
    this.step = step;
    setAttribute(this.button, 'data-step', step.name);
    this.nameText.show(this.around.cut(step.name));
    setText(this.header, step.mark);
    this.button.style.setProperty('--nbf-depth', String(depth));
    this.mark();
    const line = this.around.line(step.name);
    if (line) {
      this.showLine(line);
    }
  }

  /** Tells whether this row is the selected one. */
  mark(): void {
    setAttribute(this.button, 'aria-current', this.around.isSelected(this.step?.name ?? '') ? 'true' : null);
  }

  showLine(line: StepLine): void {
    const { trans } = this.props;
    this.line = line;
    setAttribute(this.button, 'data-status', line.status);
    setAttribute(this.button, 'aria-label', stepLabel(line, trans));
    setAttribute(this.button, 'title', stepTooltip(line, this.step?.mark ?? '', trans));
    showStatus(this.icon, line.status);
    this.outdated.classList.toggle('nbf-mod-off', !line.outdated);
    this.bar.show(line);
    setAttribute(this.button, 'data-many', line.total > 1);
    setText(this.note, NOTED[line.status] && line.total === 1 ? statusWord(line.status, trans) : '');
    setText(this.count, countText(line));
    setText(this.failed, failedText(line, trans));
    this.tick(now());
  }

  tick(time: number): void {
    setText(this.time, this.line ? lineTime(this.line, time) : '');
  }

  private step: StepFacts | undefined;
  private line: StepLine | undefined;
  private readonly button: HTMLElement;
  private readonly nameText = new ItemText();
  private readonly name = h('span', { class: 'nbf-StepName' }, this.nameText.node);
  private readonly header = h('span', { class: 'nbf-Mark' });
  private readonly icon = statusIcon('missing');
  private readonly outdated = outdatedIcon();
  private readonly bar = new CountBar();
  private readonly note = h('span', { class: 'nbf-Note' });
  private readonly count = h('span', { class: 'nbf-Count' });
  private readonly failed = h('span', { class: 'nbf-FailedTasks' });
  private readonly time = h('span', { class: 'nbf-Time' });
}
