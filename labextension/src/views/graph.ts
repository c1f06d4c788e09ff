/** Draws the steps as a graph, which is laid out once; after that only attributes change. */
import type { FlowShape, StepFacts, StepLine } from '../state/protocol';
import { iconButton } from '../ui/button';
import { closest, h, setAttribute, setText, svg } from '../ui/dom';
import type { Sign } from '../ui/icons';
import { makeTabStop } from '../ui/roving';
import { Minimap } from '../ui/minimap';
import { Viewport } from '../ui/viewport';
import { StepBox } from './box';
import type { Box, Direction, Drawing, Frame } from './drawing';
import { boxLabels, fold, type Folded, foldedLine, LARGE, whole } from './folding';
import { draw as layOut } from './graphviz';
import type { FlowProps, FlowView } from './view';

const WIDE = 1.4; // the ratio of width to height above which the flow goes from left to right
const AT_ONCE = 250; // the number of boxes that are drawn at once; more would be a noticeable pause
const READABLE = 0.72; // the least scale that fitting uses
const NARROW = 300; // pixels of width below which labels are short, so that two boxes stand side by side
const [SHORT, LONG] = [13, 21]; // the most characters of a label
const ROOMY = 480; // pixels of width from which there is room for an overview

export class FlowGraph implements FlowView {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: FlowProps) {
    const { trans } = props;
    this.content = svg('g');
    this.canvas = h(
      'div',
      {
        class: 'nbf-Canvas',
        onpointerover: event => this.boxes.get(closest(event, '.nbf-Box')?.getAttribute('data-step') ?? '')?.explain(),
        onclick: event => this.click(event),
        onkeydown: event => this.key(event)
      },
      svg('svg', { class: 'nbf-Drawing', role: 'group', 'aria-label': trans('Graph of the steps') }, this.content)
    );
    this.failure = h('p', { class: 'nbf-Empty', role: 'alert', hidden: true });
    this.zoomButton = iconButton({
      sign: 'target',
      label: trans('Zoom to the selected step'),
      name: 'target',
      onclick: () => this.zoomToSelected()
    });
    this.foldButton = iconButton({ sign: 'fold', label: '', name: 'fold', onclick: () => this.foldAll() });
    this.minimap = new Minimap(trans('Overview'), (x, y) => this.viewport.center(x, y));
    this.node = h('div', { class: 'nbf-Graph' }, this.canvas, this.failure, this.minimap.node, this.buttons());
    this.viewport = new Viewport(this.canvas, this.content, () => this.showSeen());
    this.resizes = new ResizeObserver(() => this.resized());
    this.resizes.observe(this.canvas);
  }

  draw(shape: FlowShape | null, line: (step: string) => StepLine | undefined): void {
    this.shape = shape;
    this.line = line;
    void this.layOut();
  }

  update(lines: readonly StepLine[]): void {
    for (const line of lines) {
      const name = this.boxOf(line.step);
      const box = this.boxes.get(name);
      if (box) {
        box.take(this.lineOf(name) ?? line);
        this.changed.add(box);
      }
    }
    this.drawChanged();
  }

  select(step: string | null): void {
    this.selected = step;
    const chosen = step === null ? null : this.boxOf(step);
    for (const [name, { group }] of this.boxes) {
      setAttribute(group, 'aria-pressed', name === chosen ? 'true' : 'false');
    }
    const touching = this.drawing?.curves.filter(curve => curve.from === chosen || curve.to === chosen) ?? [];
    setAttribute(this.lit, 'd', touching.map(curve => curve.path).join(''));
    this.zoomButton.disabled = chosen === null;
    const groups = this.groups();
    const box = this.boxes.get(chosen ?? '');
    const stop = box?.group ?? groups.find(group => group.getAttribute('tabindex') === '0') ?? groups[0];
    if (stop) {
      makeTabStop(stop, groups);
    }
    if (box) {
      this.viewport.reveal(box.area);
    }
  }

  tick(time: number): void {
    for (const box of this.boxes.values()) {
      box.tick(time);
    }
  }

  fit(): void {
    this.viewport.fit(this.drawing?.width ?? 0, this.drawing?.height ?? 0);
  }

  dispose(): void {
    this.isDisposed = true;
    cancelAnimationFrame(this.frame);
    this.resizes.disconnect();
    this.viewport.dispose();
    this.minimap.dispose();
    this.node.remove();
  }

  /** Drop a layout that is outdated, because the shape has changed while Graphviz was fetched. */
  private async layOut(): Promise<void> {
    const shape = this.shape;
    const direction = this.wanted();
    this.direction = direction;
    const folded = shape && (this.isFolded ? fold(shape, this.opened) : whole(shape));
    this.asked = folded;
    this.showFold(folded);
    if (!folded?.shape.steps.length) {
      return this.put({ width: 0, height: 0, boxes: [], curves: [], frames: [] }, folded);
    }
    try {
      this.isNarrow = this.canvas.clientWidth < NARROW;
      const length = this.isNarrow ? SHORT : LONG;
      const boxes = folded.shape.steps.map(({ name }) => [name, folded.members.get(name) ?? [name]] as const);
      const labels = boxLabels(new Map(boxes), length);
      const label = (step: string): string => labels.get(step) ?? step;
      const drawing = await layOut(folded.shape, direction, label);
      if (folded === this.asked && direction === this.direction && !this.isDisposed) {
        this.put(drawing, folded);
      }
    } catch (error) {
      this.failure.hidden = false;
      setText(this.failure, this.props.trans('The graph cannot be drawn here: %1', String(error)));
    }
  }

  private put(drawing: Drawing, folded: Folded | null): void {
    const facts = new Map(folded?.shape.steps.map(step => [step.name, step]));
    this.folded = folded;
    this.drawing = drawing;
    this.boxes.clear();
    this.changed.clear();
    const edges = svg('path', { class: 'nbf-Edge', d: drawing.curves.map(curve => curve.path).join('') }); // one path is drawn faster than a thousand
    const boxes = drawing.boxes.flatMap(box => {
      const known = facts.get(box.step);
      return known ? [this.box(known, box)] : [];
    });
    this.content.replaceChildren(...drawing.frames.map(frame), edges, this.lit, ...boxes.map(box => box.group));
    this.minimap.draw(
      boxes.map(box => box.area),
      drawing.width,
      drawing.height
    );
    this.place();
    this.select(this.selected);
  }

  /** Redraw visible boxes first, and the rest in the next frame. */
  private readonly drawChanged = (): void => {
    const isSeen = (box: StepBox): boolean => this.viewport.sees(box.area);
    const boxes = [...this.changed];
    const some = boxes.length > AT_ONCE ? [...boxes.filter(isSeen), ...boxes].slice(0, AT_ONCE) : boxes;
    for (const box of some) {
      if (this.changed.delete(box)) {
        box.redraw();
      }
    }
    cancelAnimationFrame(this.frame);
    this.frame = this.changed.size ? requestAnimationFrame(this.drawChanged) : 0;
  };

  /** Show the whole graph if it is readable then, else its beginning. */
  private place(): void {
    this.viewport.fit(this.drawing?.width ?? 0, this.drawing?.height ?? 0, READABLE);
    const first = this.boxes.get(this.boxOf(this.selected ?? this.shape?.steps[0]?.name ?? ''));
    if (first) {
      this.viewport.reveal(first.area);
    }
  }

  private box(step: StepFacts, place: Box): StepBox {
    const box = new StepBox(step, place, this.props, this.folded?.members.get(step.name) ?? [step.name]);
    this.boxes.set(step.name, box);
    const line = this.lineOf(step.name);
    if (line) {
      box.show(line);
    }
    return box;
  }

  /** Return the box of a step, which may be one of several in it. */
  private boxOf(step: string): string {
    return this.folded?.boxOf.get(step) ?? step;
  }

  /** Return the line of a box. */
  private lineOf(box: string): StepLine | undefined {
    const members = this.folded?.members.get(box);
    return members
      ? foldedLine(
          box,
          members.flatMap(step => this.line(step) ?? [])
        )
      : this.line(box);
  }

  /** Fold a large graph anew, or show all its steps. */
  private foldAll(): void {
    const isChanged = !this.isFolded || this.opened.size > 0;
    this.unfolded = !isChanged;
    this.opened.clear();
    void this.layOut();
  }

  private get isFolded(): boolean {
    return !this.unfolded && (this.shape?.steps.length ?? 0) > LARGE;
  }

  private showFold(folded: Folded | null): void {
    const canUnfold = this.isFolded && this.opened.size === 0;
    const label = canUnfold ? this.props.trans('Show every step') : this.props.trans('Fold chains and foreachs');
    this.foldButton.hidden = (this.shape?.steps.length ?? 0) <= LARGE || (canUnfold && !folded?.members.size);
    setAttribute(this.foldButton, 'title', label);
    setAttribute(this.foldButton, 'aria-label', label);
  }

  /** Show in the overview what is seen, where there is room for an overview. */
  private showSeen(): void {
    const isWhole = !this.canvas.hasAttribute('data-more') || this.canvas.clientWidth < ROOMY;
    this.minimap.show(this.viewport.seen, isWhole);
  }

  private zoomToSelected(): void {
    const box = this.boxes.get(this.boxOf(this.selected ?? ''));
    if (box) {
      this.viewport.zoomTo(box.area);
    }
  }

  /** Select a step, or open a box that stands for several. */
  private choose(box: string): void {
    if (this.folded?.members.has(box)) {
      this.opened.add(box);
      void this.layOut();
    } else {
      this.props.onSelect(box);
    }
  }

  private wanted(): Direction {
    return this.canvas.clientWidth > WIDE * this.canvas.clientHeight ? 'LR' : 'TB';
  }

  private resized(): void {
    const isOther = this.wanted() !== this.direction || this.canvas.clientWidth < NARROW !== this.isNarrow;
    if (isOther && this.drawing) {
      void this.layOut();
    } else if (!this.viewport.touched) {
      this.place();
    } else {
      this.viewport.measure();
    }
  }

  private click(event: Event): void {
    const step = closest(event, '.nbf-Box')?.getAttribute('data-step');
    if (step != null) {
      this.choose(step);
    }
  }

  private key(event: KeyboardEvent): void {
    const here = closest(event, '.nbf-Box')?.getAttribute('data-step');
    if (here == null) {
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.choose(here);
    } else if (event.key === '+' || event.key === '-') {
      this.viewport.zoom(event.key === '+' ? 1.25 : 0.8);
    } else if (event.key === '0') {
      this.fit();
    } else {
      this.go(event, here);
    }
  }

  /** Move along the edges with the arrow keys in the direction of the drawing, across them with the others. */
  private go(event: KeyboardEvent, here: string): void {
    const to = this.neighbour(event.key, here);
    const box = this.boxes.get(to ?? '');
    if (box) {
      event.preventDefault();
      makeTabStop(box.group, this.groups());
      box.group.focus();
      this.viewport.reveal(box.area);
    }
  }

  private neighbour(key: string, here: string): string | undefined {
    const across = this.direction === 'LR';
    switch (key) {
      case across ? 'ArrowRight' : 'ArrowDown':
        return this.drawing?.curves.find(curve => curve.from === here)?.to;
      case across ? 'ArrowLeft' : 'ArrowUp':
        return this.drawing?.curves.find(curve => curve.to === here)?.from;
      case across ? 'ArrowDown' : 'ArrowRight':
        return this.sibling(here, 1);
      case across ? 'ArrowUp' : 'ArrowLeft':
        return this.sibling(here, -1);
      case 'Home':
        return this.folded?.shape.steps[0]?.name;
      case 'End':
        return this.folded?.shape.steps.at(-1)?.name;
      default:
        return undefined;
    }
  }

  /** Return the next box of the same rank. */
  private sibling(here: string, by: 1 | -1): string | undefined {
    const across = this.direction === 'LR';
    const [rank, place] = across ? (['x', 'y'] as const) : (['y', 'x'] as const);
    const boxes = this.drawing?.boxes ?? [];
    const own = boxes.find(box => box.step === here);
    const others = boxes.filter(box => own && box[rank] === own[rank] && (box[place] - own[place]) * by > 0);
    return others.sort((one, other) => (one[place] - other[place]) * by)[0]?.step;
  }

  private groups(): SVGGElement[] {
    return [...this.boxes.values()].map(box => box.group);
  }

  private buttons(): HTMLElement {
    const { trans } = this.props;
    const button = (sign: Sign, label: string, onclick: () => void): HTMLButtonElement =>
      iconButton({ sign, label, name: sign, onclick });
    return h(
      'div',
      { class: 'nbf-ZoomButtons', role: 'group', 'aria-label': trans('Zoom') },
      button('plus', trans('Zoom in'), () => this.viewport.zoom(1.25)),
      button('minus', trans('Zoom out'), () => this.viewport.zoom(0.8)),
      button('fit', trans('Fit the graph'), () => this.fit()),
      this.zoomButton,
      this.foldButton
    );
  }

  private shape: FlowShape | null = null;
  private line: (step: string) => StepLine | undefined = () => undefined;
  private drawing: Drawing | null = null;
  private direction: Direction = 'TB';
  private selected: string | null = null;
  private readonly lit = svg('path', { class: 'nbf-Edge nbf-mod-lit' });
  private frame = 0;
  private readonly changed = new Set<StepBox>(); // boxes that are to be drawn again
  private readonly boxes = new Map<string, StepBox>();
  private folded: Folded | null = null; // what is drawn
  private asked: Folded | null = null; // what is laid out
  private unfolded = false;
  private isNarrow = false;
  private readonly opened = new Set<string>();
  private readonly foldButton: HTMLButtonElement;
  private readonly zoomButton: HTMLButtonElement;
  private readonly minimap: Minimap;
  private readonly canvas: HTMLElement;
  private readonly content: SVGGElement;
  private readonly failure: HTMLElement;
  private readonly viewport: Viewport;
  private readonly resizes: ResizeObserver;
}

const frame = ({ x, y, width, height, depth }: Frame): SVGRectElement =>
  svg('rect', { class: 'nbf-Scope', x, y, width, height, rx: 8, 'data-depth': depth });
