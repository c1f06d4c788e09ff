/** Draws an array with two dimensions as a heat map. */
import type { HeatMap } from '../state/protocol';
import { cellText } from '../state/table';
import type { Component } from '../ui/component';
import { h, setText } from '../ui/dom';
import { count } from '../ui/format';
import type { Translate } from '../ui/language';

/** Are colours of viridis, from the lowest value to the highest. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37]
];

export class HeatView implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly trans: Translate,
    private readonly map: HeatMap
  ) {
    this.values = decode(map.data);
    const label = trans('Heat map of %1 rows and %2 columns', count(map.shape[0]), count(map.shape[1]));
    this.canvas = h('canvas', { class: 'nbf-Heat', role: 'img', 'aria-label': label });
    this.canvas.width = map.columns;
    this.canvas.height = map.rows;
    this.canvas.style.aspectRatio = `${Math.max(0.1, Math.min(10, map.columns / map.rows))}`;
    this.canvas.addEventListener('pointermove', event => this.tell(event));
    this.canvas.addEventListener('pointerleave', () => setText(this.told, this.resting()));
    this.draw();
    setText(this.told, this.resting());
    const [low, high] = [map.low === null ? '' : cellText(map.low), map.high === null ? '' : cellText(map.high)];
    const scale = h('div', { class: 'nbf-HeatScale' }, h('span', {}, low), this.ramp(), h('span', {}, high));
    this.node = h(
      'div',
      { class: 'nbf-HeatView' },
      h('div', { class: 'nbf-HeatBar' }, scale, this.told),
      h('div', { class: 'nbf-HeatRoom' }, this.canvas)
    );
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private draw(): void {
    const { low, high, rows, columns } = this.map;
    const context = this.canvas.getContext('2d');
    if (!context || low === null || high === null) {
      return;
    }
    const image = context.createImageData(columns, rows);
    this.values.forEach((value, place) => {
      if (!Number.isNaN(value)) {
        const part = high > low ? (Math.min(high, Math.max(low, value)) - low) / (high - low) : 0.5;
        image.data.set([...colour(part), 255], place * 4);
      }
    });
    context.putImageData(image, 0, 0);
  }

  private ramp(): HTMLElement {
    const ramp = h('span', { class: 'nbf-HeatRamp', 'aria-hidden': 'true' });
    ramp.style.background = `linear-gradient(to right, ${COLOURS.map(one => `rgb(${one.join()})`).join()})`;
    return ramp;
  }

  private resting(): string {
    const [down, across] = this.map.step;
    return down * across > 1 ? this.trans('Each point is the mean of %1 × %2 cells', down, across) : '';
  }

  private tell(event: PointerEvent): void {
    const { rows, columns, step, shape } = this.map;
    const box = this.canvas.getBoundingClientRect();
    const row = Math.min(rows - 1, Math.floor(((event.clientY - box.top) / box.height) * rows));
    const column = Math.min(columns - 1, Math.floor(((event.clientX - box.left) / box.width) * columns));
    const value = this.values[row * columns + column];
    const place = `[${span(row, step[0], shape[0])}, ${span(column, step[1], shape[1])}]`;
    setText(this.told, `${place} ${value === undefined ? '' : Number.isNaN(value) ? 'NaN' : cellText(value)}`);
  }

  private readonly canvas: HTMLCanvasElement;
  private readonly values: Float32Array;
  private readonly told = h('span', { class: 'nbf-HeatTold' });
}

function decode(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
}

function colour(part: number): readonly [number, number, number] {
  const place = part * (COLOURS.length - 1);
  const [one = [0, 0, 0], other = one] = [COLOURS[Math.floor(place)], COLOURS[Math.ceil(place)]];
  const rest = place - Math.floor(place);
  const mix = (left: number, right: number): number => Math.round(left + (right - left) * rest);
  return [mix(one[0], other[0]), mix(one[1], other[1]), mix(one[2], other[2])];
}

function span(point: number, step: number, length: number): string {
  const last = Math.min(length, (point + 1) * step);
  return step === 1 ? String(point) : `${point * step}:${last}`;
}
