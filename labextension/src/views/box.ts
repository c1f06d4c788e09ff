/** Draws a step in the graph. */
import type { StepFacts, StepLine } from '../state/protocol';
import { setAttribute, setText, svg } from '../ui/dom';
import { now } from '../ui/format';
import { showStatus, statusMark } from '../ui/icons';
import type { Area } from '../ui/viewport';
import { countText, failedText, joined, lineTime, statusWord, stepLabel, stepTooltip } from '../ui/words';
import { type Box, HEIGHT } from './drawing';
import type { FlowProps } from './view';

const NAMED = 20; // the number of folded steps that a tooltip names

/** Shows a step, or several that are folded: two lines of text, an icon, and a bar along its foot. */
export class StepBox {
  readonly group: SVGGElement;

  constructor(
    private readonly step: StepFacts,
    private readonly place: Box,
    private readonly props: FlowProps,
    private readonly members: readonly string[]
  ) {
    const { x, y, width } = place;
    const [left, top, height] = [-width / 2, -HEIGHT / 2, HEIGHT];
    const isFolded = members.length > 1;
    const splits = isFolded || step.scope.at(-1) === step.name; // a foreach and folded steps look like a pile
    this.icon = statusMark('missing', left + 9, -8);
    this.body = svg('rect', { class: 'nbf-BoxBody', x: left, y: top, width, height, rx: 5 });
    setAttribute(this.second, 'x', left + 32);
    this.group = svg(
      'g',
      {
        class: 'nbf-Box',
        role: 'button',
        tabindex: -1,
        'data-step': step.name,
        'data-folded': isFolded ? members.length : null,
        'aria-expanded': isFolded ? 'false' : null,
        'aria-pressed': 'false',
        transform: `translate(${x},${y})`
      },
      splits && svg('rect', { class: 'nbf-BoxBehind', x: left + 3, y: top + 3, width, height, rx: 5 }),
      this.body,
      this.icon,
      this.title,
      svg('text', { class: 'nbf-BoxName', x: left + 32, y: -3 }, place.label),
      this.second
    );
  }

  get area(): Area {
    const { x, y, width } = this.place;
    return { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT };
  }

  show(line: StepLine): void {
    this.take(line);
    this.redraw();
  }

  /** Take a new line, which is drawn later. */
  take(line: StepLine): void {
    this.line = line;
  }

  redraw(): void {
    const { trans } = this.props;
    const line = this.line;
    if (!line) {
      return;
    }
    setAttribute(this.group, 'data-status', line.status);
    setAttribute(this.body, 'data-status', line.status);
    this.body.toggleAttribute('data-outdated', line.outdated);
    const { members } = this;
    const ends = [members[0] ?? '', members.at(-1) ?? ''];
    const many = `${trans('%1 to %2, %3 steps', ...ends, members.length)}, ${statusWord(line.status, trans)}`;
    setAttribute(this.group, 'aria-label', members.length > 1 ? many : stepLabel(line, trans));
    showStatus(this.icon, line.status);
    this.showBar(line);
    this.tick(now());
  }

  /** Write the tooltip when the pointer is on the box: to write a thousand tooltips takes time. */
  explain(): void {
    if (this.line) {
      const { members } = this;
      const names = [...members.slice(0, NAMED), ...(members.length > NAMED ? ['…'] : [])];
      setText(
        this.title,
        members.length > 1 ? names.join('\n') : stepTooltip(this.line, this.step.mark, this.props.trans)
      );
    }
  }

  tick(time: number): void {
    const text = this.line ? this.secondLine(this.line, time) : '';
    if (text !== this.text) {
      this.text = text;
      this.second.textContent = text;
    }
  }

  private secondLine(line: StepLine, time: number): string {
    const { trans } = this.props;
    const counts = joined(countText(line), failedText(line, trans));
    const words = counts || (line.status === 'done' ? '' : statusWord(line.status, trans));
    return [words, line.outdated ? statusWord('stale', trans) : lineTime(line, time)].filter(Boolean).join(' · ');
  }

  /** Show the bar of a step with several tasks; most steps have none. */
  private showBar(line: StepLine): void {
    if (line.total <= 1 && !this.bars) {
      return;
    }
    this.bars ??= this.makeBars();
    const { done, failed } = this.bars;
    const width = this.place.width - 10;
    const part = (number: number): number => (line.total > 1 ? (width * number) / line.total : 0);
    const ok = part(line.done + line.reused + line.skipped);
    setAttribute(done, 'width', ok);
    setAttribute(failed, 'width', Math.max(line.failed && line.total > 1 ? 2 : 0, part(line.failed)));
    setAttribute(failed, 'x', -width / 2 + ok);
  }

  private makeBars(): { done: SVGRectElement; failed: SVGRectElement } {
    const make = (part: string): SVGRectElement =>
      svg('rect', {
        class: 'nbf-BoxBar',
        'data-part': part,
        x: -this.place.width / 2 + 5,
        y: HEIGHT / 2 - 5,
        width: 0,
        height: 2.5,
        rx: 1
      });
    const bars = { done: make('done'), failed: make('failed') };
    this.group.append(bars.done, bars.failed);
    return bars;
  }

  private line: StepLine | undefined;
  private text = '';
  private readonly icon: SVGGElement;
  private readonly body: SVGRectElement;
  private readonly title = svg('title');
  private readonly second = svg('text', { class: 'nbf-BoxSecond', y: 11 });
  private bars: { done: SVGRectElement; failed: SVGRectElement } | null = null;
}
