/** Shows two parts and a bar between them, which pointer and keyboard can move. The second part can be closed. */
import type { Component } from './component';
import { h, setAttribute } from './dom';

const WIDE = 720; // from this width in pixels on, the parts are side by side
const STEP = 0.04;
const [LEAST, MOST] = [0.15, 0.85];

export class Split implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    label: string,
    first: HTMLElement,
    private readonly second: HTMLElement
  ) {
    this.bar = h('div', {
      class: 'nbf-SplitBar',
      role: 'separator',
      tabindex: 0,
      'aria-label': label,
      'aria-valuemin': 15,
      'aria-valuemax': 85,
      onpointerdown: event => this.drag(event),
      onkeydown: event => this.key(event)
    });
    this.node = h('div', { class: 'nbf-Split' }, first, this.bar, second);
    this.resizes = new ResizeObserver(() => this.turn());
    this.resizes.observe(this.node);
    this.isOpen = false;
    this.share = 0.5;
  }

  set isOpen(open: boolean) {
    this.second.hidden = !open;
    this.bar.hidden = !open;
  }

  /** Tells whether the focus is in the second part. */
  get hasFocus(): boolean {
    return this.second.contains(document.activeElement);
  }

  get isOpen(): boolean {
    return !this.second.hidden;
  }

  dispose(): void {
    this.isDisposed = true;
    this.resizes.disconnect();
  }

  /** The share of the room that the first part has. */
  private set share(share: number) {
    this._share = Math.min(MOST, Math.max(LEAST, share));
    this.node.style.setProperty('--nbf-share', `${(100 * this._share).toFixed(1)}%`);
    setAttribute(this.bar, 'aria-valuenow', Math.round(100 * this._share));
  }

  private get isWide(): boolean {
    return this.node.hasAttribute('data-wide');
  }

  private turn(): void {
    const wide = this.node.clientWidth >= WIDE;
    this.node.toggleAttribute('data-wide', wide);
    setAttribute(this.bar, 'aria-orientation', wide ? 'vertical' : 'horizontal');
  }

  private drag(event: PointerEvent): void {
    const move = (at: PointerEvent): void => {
      const { left, top, width, height } = this.node.getBoundingClientRect();
      this.share = this.isWide ? (at.clientX - left) / width : (at.clientY - top) / height;
    };
    event.preventDefault();
    this.bar.focus();
    this.bar.setPointerCapture(event.pointerId);
    this.bar.addEventListener('pointermove', move);
    const end = (): void => this.bar.removeEventListener('pointermove', move);
    this.bar.addEventListener('lostpointercapture', end, { once: true });
  }

  private key(event: KeyboardEvent): void {
    const by = new Map([
      ['ArrowUp', -STEP],
      ['ArrowLeft', -STEP],
      ['ArrowDown', STEP],
      ['ArrowRight', STEP]
    ]).get(event.key);
    if (by !== undefined) {
      event.preventDefault();
      this.share = this._share + by;
    }
  }

  private _share = 0.5;
  private readonly bar: HTMLElement;
  private readonly resizes: ResizeObserver;
}
