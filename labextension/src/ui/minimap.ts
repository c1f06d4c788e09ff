/** Shows a whole drawing small, with a frame around the part that is seen; a press moves there. */
import type { Component } from './component';
import { h, setAttribute, svg } from './dom';
import type { Area } from './viewport';

export class Minimap implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    label: string,
    private readonly onMove: (x: number, y: number) => void
  ) {
    this.drawing = svg('svg', { class: 'nbf-MinimapDrawing', 'aria-hidden': 'true' }, this.parts, this.seen);
    this.node = h(
      'div',
      { class: 'nbf-Minimap', title: label, hidden: true, onpointerdown: event => this.move(event) },
      this.drawing
    );
    this.node.addEventListener('pointermove', event => event.buttons && this.move(event));
  }

  draw(areas: readonly Area[], width: number, height: number): void {
    this.width = Math.max(1, width);
    setAttribute(this.drawing, 'viewBox', `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`);
    const paths = areas.map(area => `M${area.x} ${area.y}h${area.width}v${area.height}h${-area.width}z`);
    setAttribute(this.parts, 'd', paths.join(''));
  }

  /** Frame the part that is seen; hidden if that is all. */
  show(seen: Area, isWhole: boolean): void {
    this.node.hidden = isWhole;
    setAttribute(this.seen, 'x', seen.x);
    setAttribute(this.seen, 'y', seen.y);
    setAttribute(this.seen, 'width', seen.width);
    setAttribute(this.seen, 'height', seen.height);
  }

  dispose(): void {
    this.isDisposed = true;
    this.node.remove();
  }

  private move(event: PointerEvent): void {
    const { left, top, width } = this.drawing.getBoundingClientRect();
    const scale = this.width / Math.max(1, width);
    event.preventDefault();
    this.onMove((event.clientX - left) * scale, (event.clientY - top) * scale);
  }

  private width = 1;
  private readonly drawing: SVGSVGElement;
  private readonly parts = svg('path', { class: 'nbf-MinimapParts' });
  private readonly seen = svg('rect', { class: 'nbf-MinimapSeen' });
}
