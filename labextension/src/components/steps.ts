/** The steps as a list in document order, beside the lanes of what they read. */
import { closest, h, setAttribute, setText, svg } from '../dom';
import { duration, now, ticking } from '../format';
import { showStatus, statusIcon } from '../icons';
import { lanePath, type Lanes, layLanes, type Pitch } from '../layout';
import type { FlowShape, StepFacts, StepLine, StepStatus } from '../protocol';
import { countText, statusWord, stepLabel, stepTooltip } from '../words';
import { CountBar } from './bar';
import { makeTabStop, rove } from './roving';
import type { FlowProps, FlowView } from './view';

const ROW = 26;
const LANE = 11;
const WIDEST = 88; // of all lanes together

/** Statuses that are written out beside the name: what a glance at the icon may not tell. */
const NOTED: Record<StepStatus, boolean> = {
  missing: false, waiting: false, running: false, done: false, reused: true, skipped: true, stale: true, failed: true,
  cancelled: true
};

export class Steps implements FlowView {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: FlowProps) {
    this.list = h('ol', { class: 'nbf-StepList', 'aria-label': props.trans('Steps'), role: 'list' });
    this.lanes = svg('svg', { class: 'nbf-Lanes', 'aria-hidden': 'true' });
    this.node = h('div', {
      class: 'nbf-Steps',
      onclick: event => this.click(event),
      onkeydown: event => void rove(event, this.buttons())
    }, this.lanes, this.list);
  }

  draw(shape: FlowShape | null, line: (step: string) => StepLine | undefined): void {
    this.rows.clear();
    const lanes = shape ? layLanes(shape) : null;
    const pitch = { row: ROW, lane: Math.min(LANE, WIDEST / (lanes?.width ?? 1)) };
    this.node.style.setProperty('--nbf-lanes', `${Math.ceil((lanes?.width ?? 0) * pitch.lane)}px`);
    const items = (shape?.steps ?? []).map((step, index) => this.item(step, lanes?.rows[index]?.depth ?? 0, line(step.name)));
    this.list.replaceChildren(...items);
    this.drawLanes(lanes, pitch);
    this.select(this.selected);
  }

  update(lines: readonly StepLine[]): void {
    for (const line of lines) {
      this.rows.get(line.step)?.show(line);
    }
  }

  select(step: string | null): void {
    this.selected = step;
    const row = this.rows.get(step ?? '') ?? [...this.rows.values()][0];
    for (const [name, { button }] of this.rows) {
      setAttribute(button, 'aria-current', name === step ? 'true' : null);
    }
    if (row) {
      makeTabStop(row.button, this.buttons());
    }
    for (const line of this.lanes.querySelectorAll('.nbf-lane')) {
      const touches = line.getAttribute('data-from') === step || line.getAttribute('data-to') === step;
      setAttribute(line, 'data-lit', touches);
    }
    if (step !== null) {
      row?.button.scrollIntoView({ block: 'nearest' });
    }
  }

  tick(time: number): void {
    for (const row of this.rows.values()) {
      row.tick(time);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.rows.clear();
    this.node.remove();
  }

  private item(step: StepFacts, depth: number, line: StepLine | undefined): HTMLElement {
    const row = new Row(step, depth, this.props);
    this.rows.set(step.name, row);
    if (line) {
      row.show(line);
    }
    return h('li', {}, row.button);
  }

  private drawLanes(lanes: Lanes | null, pitch: Pitch): void {
    const rows = lanes?.rows ?? [];
    const name = (row: number): string => rows[row]?.step ?? '';
    const paths = (lanes?.edges ?? []).map(edge =>
      svg('path', {
        class: 'nbf-lane', d: lanePath(edge, rows, pitch), 'data-from': name(edge.from), 'data-to': name(edge.to),
        'data-joins': edge.joins
      })
    );
    const dots = rows.map((row, index) =>
      svg('circle', { class: 'nbf-dot', cx: (row.lane + 0.5) * pitch.lane, cy: (index + 0.5) * pitch.row, r: Math.min(3, pitch.lane / 3) })
    );
    setAttribute(this.lanes, 'height', rows.length * pitch.row);
    this.lanes.replaceChildren(...paths, ...dots);
  }

  private buttons(): HTMLElement[] {
    return [...this.rows.values()].map(row => row.button);
  }

  private click(event: MouseEvent): void {
    const step = closest(event, '.nbf-Step')?.getAttribute('data-step');
    if (step != null) {
      this.props.onSelect(step);
    }
  }

  private readonly list: HTMLElement;
  private readonly lanes: SVGSVGElement;
  private readonly rows = new Map<string, Row>();
  private selected: string | null = null;
}

/** One step: icon, name, what its header says, bar, count, duration. */
class Row {
  readonly button: HTMLElement;

  constructor(private readonly step: StepFacts, depth: number, private readonly props: FlowProps) {
    this.button = h(
      'button',
      { class: 'nbf-Step', type: 'button', 'data-step': step.name, tabindex: -1 },
      this.icon, h('span', { class: 'nbf-StepName' }, step.name), h('span', { class: 'nbf-Mark' }, step.mark),
      this.bar.node, this.note, this.count, this.time
    );
    this.button.style.setProperty('--nbf-depth', String(depth));
  }

  show(line: StepLine): void {
    const { trans } = this.props;
    this.line = line;
    setAttribute(this.button, 'data-status', line.status);
    setAttribute(this.button, 'aria-label', stepLabel(line, trans));
    setAttribute(this.button, 'title', stepTooltip(line, this.step.mark, trans));
    showStatus(this.icon, line.status);
    this.bar.show(line);
    setText(this.note, NOTED[line.status] && line.total === 1 ? statusWord(line.status, trans) : '');
    setText(this.count, countText(line));
    this.tick(now());
  }

  tick(time: number): void {
    const line = this.line;
    if (!line) {
      return;
    }
    const runs = line.status === 'running' && line.began !== null;
    setText(this.time, runs ? ticking(elapsed(line, time)) : line.seconds > 0 ? duration(line.seconds) : '');
  }

  private line: StepLine | undefined;
  private readonly icon = statusIcon('missing');
  private readonly bar = new CountBar();
  private readonly note = h('span', { class: 'nbf-Note' });
  private readonly count = h('span', { class: 'nbf-Count' });
  private readonly time = h('span', { class: 'nbf-Time' });
}

/** Seconds that a running step took so far. */
export function elapsed(line: StepLine, time: number): number {
  return line.seconds + Math.max(0, time - (line.began ?? time));
}
