/** Draws the bars of a histogram. */
import { h, svg } from './dom';

export interface Bar {
  readonly label: string;
  readonly count: number;
}

/** Returns small bars for a heading, without words. */
export function smallBars(bars: readonly Bar[]): SVGSVGElement {
  const [width, height] = [bars.length * 4, 20];
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const shapes = bars.map(({ count }, place) => {
    const length = count ? Math.max(1, (count / most) * height) : 0;
    return svg('rect', { x: place * 4, y: height - length, width: 3, height: length });
  });
  const view = { viewBox: `0 0 ${Math.max(width, 4)} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' };
  return svg('svg', { class: 'nbf-SmallBars', ...view }, ...shapes);
}

/** Returns bars beside each other as buttons, for numbers and times. */
export function standingBars<B extends Bar>(
  bars: readonly B[],
  word: (bar: B) => string,
  onPick: (bar: B) => void
): HTMLElement {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return h(
    'div',
    { class: 'nbf-Histogram', role: 'group' },
    ...bars.map(bar => {
      const button = h('button', {
        type: 'button',
        class: 'nbf-HistogramBar',
        title: word(bar),
        'aria-label': word(bar),
        disabled: bar.count === 0,
        onclick: () => onPick(bar)
      });
      button.style.setProperty('--nbf-part', String(bar.count ? Math.max(0.02, bar.count / most) : 0));
      return button;
    })
  );
}

/** Returns bars one below another with their words, for texts. */
export function lyingBars<B extends Bar>(
  bars: readonly B[],
  word: (bar: B) => string,
  onPick: (bar: B) => void
): HTMLElement {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return h(
    'ul',
    { class: 'nbf-LyingBars' },
    ...bars.map(bar => {
      const button = h(
        'button',
        { type: 'button', class: 'nbf-LyingBar', title: word(bar), onclick: () => onPick(bar) },
        h('span', { class: 'nbf-BarLabel' }, bar.label || '""'),
        h('span', { class: 'nbf-BarCount' }, bar.count.toLocaleString('en-US'))
      );
      button.style.setProperty('--nbf-part', String(bar.count / most));
      return h('li', {}, button);
    })
  );
}
