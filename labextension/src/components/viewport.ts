/** A drawing that can be moved with the pointer and the wheel, made larger and smaller, and fitted. */
import type { IDisposable } from '@lumino/disposable';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SMALLEST = 0.05;
const LARGEST = 2.5;
const EDGE = 12; // of pixels that stay free around what was fitted

export class Viewport implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly content: SVGGElement
  ) {
    host.addEventListener('wheel', this.onWheel, { passive: false });
    host.addEventListener('pointerdown', this.onDown);
    host.addEventListener('pointermove', this.onMove);
    host.addEventListener('pointerup', this.onUp);
    host.addEventListener('pointercancel', this.onUp);
  }

  dispose(): void {
    this.isDisposed = true;
    this.host.removeEventListener('wheel', this.onWheel);
    this.host.removeEventListener('pointerdown', this.onDown);
    this.host.removeEventListener('pointermove', this.onMove);
    this.host.removeEventListener('pointerup', this.onUp);
    this.host.removeEventListener('pointercancel', this.onUp);
  }

  /** Make all of the drawing visible, but not larger than life, nor smaller than asked for. */
  fit(width: number, height: number, least = SMALLEST): void {
    const [across, down] = [this.host.clientWidth - 2 * EDGE, this.host.clientHeight - 2 * EDGE];
    if (across <= 0 || down <= 0 || width <= 0 || height <= 0) {
      return;
    }
    this.scale = clamp(Math.max(least, Math.min(1, across / width, down / height)));
    this.x = (this.host.clientWidth - width * this.scale) / 2;
    this.y = Math.max(EDGE, (this.host.clientHeight - height * this.scale) / 2);
    this.touched = false;
    this.apply();
  }

  /** Around the middle of what is seen. */
  zoom(factor: number): void {
    this.zoomAt(factor, this.host.clientWidth / 2, this.host.clientHeight / 2);
  }

  /** Move as little as needed to make an area visible. */
  reveal(area: Area): void {
    this.x += shift(this.x + area.x * this.scale, area.width * this.scale, this.host.clientWidth);
    this.y += shift(this.y + area.y * this.scale, area.height * this.scale, this.host.clientHeight);
    this.apply();
  }

  /** Whether the user moved it since it was fitted. */
  touched = false;

  private zoomAt(factor: number, x: number, y: number): void {
    const scale = clamp(this.scale * factor);
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.touched = true;
    this.apply();
  }

  private apply(): void {
    this.content.setAttribute(
      'transform',
      `translate(${this.x.toFixed(1)},${this.y.toFixed(1)}) scale(${this.scale.toFixed(4)})`
    );
  }

  private readonly onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = this.host.getBoundingClientRect();
      this.zoomAt(Math.exp(-event.deltaY / 200), event.clientX - left, event.clientY - top);
    } else {
      this.x -= event.shiftKey ? event.deltaY : event.deltaX;
      this.y -= event.shiftKey ? 0 : event.deltaY;
      this.touched = true;
      this.apply();
    }
  };

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button === 0 && event.target instanceof Element && !event.target.closest('[role="button"], button')) {
      this.host.setPointerCapture(event.pointerId);
      this.dragging = { x: event.clientX - this.x, y: event.clientY - this.y };
      this.host.toggleAttribute('data-dragging', true);
    }
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (this.dragging) {
      this.x = event.clientX - this.dragging.x;
      this.y = event.clientY - this.dragging.y;
      this.touched = true;
      this.apply();
    }
  };

  private readonly onUp = (): void => {
    this.dragging = null;
    this.host.toggleAttribute('data-dragging', false);
  };

  private x = 0;
  private y = 0;
  private scale = 1;
  private dragging: { x: number; y: number } | null = null;
}

const clamp = (scale: number): number => Math.min(LARGEST, Math.max(SMALLEST, scale));

/** How far to move so that [start, start + length] lies within [0, room]. */
function shift(start: number, length: number, room: number): number {
  if (start < EDGE) {
    return EDGE - start;
  }
  return Math.min(0, room - EDGE - start - length);
}
