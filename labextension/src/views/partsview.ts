/** Shows the parts of a value as a tree that opens and closes; parts are read when they come into sight. */
import type { ValuePart } from '../state/protocol';
import type { Component } from '../ui/component';
import { h, setAttribute, setText } from '../ui/dom';
import { bareType, count } from '../ui/format';
import { signIcon } from '../ui/icons';
import { iconButton } from '../ui/button';
import type { Translate } from '../ui/language';
import { VirtualList, type VirtualRow } from '../ui/virtual';
import { reason } from './binding';

const PAGE = 200; // parts that are read at once
const INDENT = 16; // pixels

type Way = readonly number[];

/** Is a part in the tree, or the line that reads more parts of the same value. */
interface Line {
  readonly way: Way;
  readonly part: ValuePart | null;
  readonly more: number; // how many parts are not read yet
}

interface PartsViewProps {
  readonly trans: Translate;
  /** Reads parts of the part at the end of a way. */
  readonly read: (way: Way, first: number, last: number) => Promise<{ total: number; parts: readonly ValuePart[] }>;
  readonly onOpen: (way: Way) => void;
  readonly onFail: (text: string) => void;
}

export class PartsView implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: PartsViewProps) {
    this.list = new VirtualList<Line, PartRow>({
      class: 'nbf-Parts',
      role: 'tree',
      label: props.trans('Parts'),
      height: 24,
      key: line => `${line.way.join('.')}${line.part ? '' : '+'}`,
      onclick: (line, event) => this.click(line, event),
      onenter: line => (line.part?.parts ? this.turn(line) : this.follow(line)),
      create: () => new PartRow(props.trans, line => props.onOpen(line.way))
    });
    this.node = this.list.node;
    this.node.addEventListener('keydown', event => this.key(event));
    void this.unfold([]);
  }

  dispose(): void {
    this.isDisposed = true;
    this.list.dispose();
  }

  private click(line: Line, event: Event): void {
    if (event instanceof MouseEvent && event.detail > 1 && line.part) {
      this.props.onOpen(line.way);
    } else if (line.part?.parts) {
      this.turn(line);
    } else if (!line.part) {
      this.follow(line);
    }
  }

  private key(event: KeyboardEvent): void {
    const line = this.list.itemOf(event);
    const isOpen = line && this.open.has(line.way.join('.'));
    if (line?.part?.parts && event.key === (isOpen ? 'ArrowLeft' : 'ArrowRight')) {
      event.preventDefault();
      this.turn(line);
    }
  }

  private turn(line: Line): void {
    const key = line.way.join('.');
    if (this.open.delete(key)) {
      this.draw();
    } else {
      void this.unfold(line.way);
    }
  }

  private follow(line: Line): void {
    if (line.part) {
      this.props.onOpen(line.way);
    } else {
      void this.unfold(line.way);
    }
  }

  /** Read the first parts, or more parts, of the part at the end of a way. */
  private async unfold(way: Way): Promise<void> {
    const key = way.join('.');
    const isClosed = !this.open.has(key);
    this.open.add(key);
    const known = this.parts.get(key);
    if (known && isClosed && way.length) {
      this.draw();
      return;
    }
    const first = known?.parts.length ?? 0;
    try {
      const found = await this.props.read(way, first, first + PAGE);
      this.parts.set(key, { total: found.total, parts: [...(known?.parts ?? []), ...found.parts] });
      this.draw();
    } catch (error) {
      this.open.delete(key);
      this.props.onFail(reason(error));
    }
  }

  private draw(): void {
    this.list.items = [...this.lines([])].map(line => ({ ...line }));
    for (const row of this.list.shown.values()) {
      row.mark(this.open);
    }
  }

  private *lines(way: Way): Iterable<Line> {
    const known = this.parts.get(way.join('.'));
    for (const part of known?.parts ?? []) {
      const deeper = [...way, part.place];
      yield { way: deeper, part, more: 0 };
      if (this.open.has(deeper.join('.'))) {
        yield* this.lines(deeper);
      }
    }
    const more = known ? known.total - known.parts.length : 0;
    if (more > 0) {
      yield { way, part: null, more };
    }
  }

  private readonly list: VirtualList<Line, PartRow>;
  private readonly open = new Set<string>();
  private readonly parts = new Map<string, { total: number; parts: readonly ValuePart[] }>();
}

class PartRow implements VirtualRow<Line> {
  readonly node: HTMLElement;
  readonly stops: readonly HTMLElement[];

  constructor(
    private readonly trans: Translate,
    onOpen: (line: Line) => void
  ) {
    const label = trans('Open');
    this.button = iconButton({ sign: 'tab', label, name: 'open-part', onclick: () => this.line && onOpen(this.line) });
    this.button.addEventListener('click', event => event.stopPropagation());
    setAttribute(this.button, 'tabindex', -1);
    this.node = h(
      'div',
      { class: 'nbf-Part', role: 'treeitem' },
      this.twisty,
      this.key,
      this.type,
      this.text,
      this.button
    );
    this.twisty.append(signIcon('right'));
    this.stops = [this.node];
  }

  show(line: Line): void {
    const { part, way, more } = line;
    this.line = line;
    const depth = part ? way.length : way.length + 1;
    this.node.style.paddingLeft = `${8 + (depth - 1) * INDENT}px`;
    setAttribute(this.node, 'aria-level', depth);
    this.node.toggleAttribute('data-leaf', !part?.parts);
    this.button.hidden = part === null;
    setText(this.key, part?.key ?? this.trans('… %1 more', count(more)));
    setText(this.type, part ? bareType(part.type) : '');
    setText(this.text, part?.text ?? '');
    setAttribute(this.text, 'title', part?.text);
  }

  mark(open: ReadonlySet<string>): void {
    const isOpen = this.line?.part ? open.has(this.line.way.join('.')) : false;
    setAttribute(this.node, 'aria-expanded', this.line?.part?.parts ? String(isOpen) : null);
  }

  private line: Line | null = null;
  private readonly button: HTMLButtonElement;
  private readonly twisty = h('span', { class: 'nbf-Twisty', 'aria-hidden': 'true' });
  private readonly key = h('span', { class: 'nbf-PartKey' });
  private readonly type = h('span', { class: 'nbf-PartType' });
  private readonly text = h('span', { class: 'nbf-PartText' });
}
