/** Lets the user move and zoom a drawing with pointer and wheel, and fit it to its place. */
import type { IDisposable } from '@lumino/disposable';
import { setAttribute } from './dom';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SMALLEST = 0.05;
const LARGEST = 2.5;
const EDGE = 12; // pixels that stay free around a fitted drawing
const FOOT = 44; // pixels below it, for the buttons

export class Viewport implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly content: SVGGElement,
    private readonly onMoved: () => void = () => undefined
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

  /** Make the whole drawing visible, at most in its own size and at least in the scale `least`. */
  fit(width: number, height: number, least = SMALLEST): void {
    this.measure();
    this.size = { width, height };
    const [across, down] = [this.room.width - 2 * EDGE, this.room.height - EDGE - FOOT];
    if (across <= 0 || down <= 0 || width <= 0 || height <= 0) {
      return;
    }
    this.scale = clamp(Math.max(least, Math.min(1, across / width, down / height)));
    const [right, bottom] = [this.room.width - width * this.scale, this.room.height - height * this.scale];
    this.x = Math.max(EDGE, right / 2);
    this.y = Math.max(EDGE, Math.min(bottom / 2, bottom - FOOT));
    this.touched = false;
    this.apply();
  }

  /** Zoom around the middle of the visible part. */
  zoom(factor: number): void {
    this.zoomAt(factor, this.host.clientWidth / 2, this.host.clientHeight / 2);
  }

  /** Move as little as needed to make an area visible. */
  reveal(area: Area): void {
    this.x += shift(this.x + area.x * this.scale, area.width * this.scale, this.host.clientWidth);
    this.y += shift(this.y + area.y * this.scale, area.height * this.scale, this.host.clientHeight - FOOT + EDGE);
    this.apply();
  }

  /** Measure and remember the room: to ask for it at every move would lay out the page again. */
  measure(): void {
    this.room = { width: this.host.clientWidth, height: this.host.clientHeight };
    this.hint();
  }

  /** Show an area in its own size, in the middle. */
  zoomTo(area: Area): void {
    this.scale = 1;
    this.center(area.x + area.width / 2, area.y + area.height / 2);
  }

  /** Move a point of the drawing into the middle. */
  center(x: number, y: number): void {
    this.x = this.host.clientWidth / 2 - x * this.scale;
    this.y = this.host.clientHeight / 2 - y * this.scale;
    this.touched = true;
    this.apply();
  }

  /** The part of the drawing that is seen. */
  get seen(): Area {
    const { x, y, scale, room } = this;
    return { x: -x / scale, y: -y / scale, width: room.width / scale, height: room.height / scale };
  }

  /** Tell whether any part of an area is visible. */
  sees(area: Area): boolean {
    const [left, top] = [this.x + area.x * this.scale, this.y + area.y * this.scale];
    const { clientWidth, clientHeight } = this.host;
    return (
      left < clientWidth &&
      top < clientHeight &&
      left + area.width * this.scale > 0 &&
      top + area.height * this.scale > 0
    );
  }

  /** Tells whether the user has moved the drawing since it was fitted. */
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
    this.hint();
  }

  /** Mark the sides on which the drawing continues. */
  private hint(): void {
    const { x, y, scale, room, size } = this;
    const sides = [
      x < -1 && 'left',
      y < -1 && 'top',
      x + size.width * scale > room.width + 1 && 'right',
      y + size.height * scale > room.height + 1 && 'bottom'
    ];
    setAttribute(this.host, 'data-more', sides.filter(Boolean).join(' ') || null);
    this.onMoved();
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

  private room = { width: 0, height: 0 };
  private size = { width: 0, height: 0 };
  private x = 0;
  private y = 0;
  private scale = 1;
  private dragging: { x: number; y: number } | null = null;
}

const clamp = (scale: number): number => Math.min(LARGEST, Math.max(SMALLEST, scale));

/** Returns how far to move so that [start, start + length] lies within [0, room]. */
function shift(start: number, length: number, room: number): number {
  if (start < EDGE) {
    return EDGE - start;
  }
  return Math.min(0, room - EDGE - start - length);
}
