/** Draws icons in 16 × 16 pixels. Every status has its own shape, so that colours are not needed to tell them apart. */
import type { RunStatus, StepStatus } from '../state/protocol';
import { setAttribute, svg } from './dom';

/** Describes an icon: `fill` is an area, `line` a stroke, `cut` a stroke in the colour of the background. */
interface Drawing {
  readonly fill?: string;
  readonly line?: string;
  readonly cut?: string;
  readonly dash?: boolean;
}

const RING = 'M8 2.25a5.75 5.75 0 1 0 0 11.5a5.75 5.75 0 1 0 0-11.5z';
const DISC = 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13z';
const CHECK = 'M5 8.3l2.1 2.1L11.2 6';
const CROSS = 'M5.7 5.7l4.6 4.6m0-4.6l-4.6 4.6';
const OCTAGON = 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z';

const STATUS: Record<StepStatus, Drawing> = {
  missing: { line: RING, dash: true },
  waiting: { line: `${RING}M8 4.8V8l2 1.4` },
  running: { line: 'M13.75 8A5.75 5.75 0 1 1 8 2.25', fill: 'M6.6 5.4v5.2L10.8 8z' },
  done: { fill: DISC, cut: CHECK },
  reused: { line: `${RING}${CHECK}` },
  skipped: { line: `${RING}M4.3 11.7l7.4-7.4` },
  stale: {
    line: 'M13.2 6.2A5.6 5.6 0 1 0 13.6 9M13.6 2.6v3.8H9.8',
    fill: 'M8 6.8a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3z'
  },
  failed: { fill: OCTAGON, cut: CROSS },
  cancelled: { line: RING, fill: 'M5.8 5.8h4.4v4.4H5.8z' }
};

const LIFECYCLE: Record<RunStatus, Drawing> = {
  running: STATUS.running,
  succeeded: STATUS.done,
  failed: STATUS.failed,
  cancelled: STATUS.cancelled,
  crashed: { fill: 'M8 1.5l6.8 12.2H1.2z', cut: 'M8 6v3.6M8 11.2v.6' }
};

const SIGNS = {
  run: { fill: 'M4.5 2.8v10.4L13 8z' },
  stop: { fill: 'M4 4h8v8H4z' },
  down: { line: 'M4.5 6.5L8 10l3.5-3.5' },
  up: { line: 'M4.5 9.5L8 6l3.5 3.5' },
  parameters: {
    line: 'M2 4.5h5m4 0h3M2 11.5h2.5m4 0H14',
    fill: 'M9 2.7a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6zM6.5 9.7a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6z'
  },
  tab: { line: 'M6 3.5H3.5v9h9V10M9 3.5h3.5V7M12.2 3.8L7.5 8.5' },
  restore: { line: 'M3 8a5 5 0 1 0 1.6-3.7M3 2.8v2.7h2.7M8 5.6V8l1.8 1.2' },
  rerun: { line: 'M12.7 6A5.2 5.2 0 1 0 13.2 9M13 2.8V6H9.8' },
  debug: {
    line: 'M5.5 6.5a2.5 2.5 0 0 1 5 0v3a2.5 2.5 0 0 1-5 0zM5.5 8h-3m8 0h3M5.6 6L3.2 4.4M10.4 6l2.4-1.6M5.6 10.2l-2.4 1.6m7.2-1.6l2.4 1.6M8 4V2.4'
  },
  to: { line: 'M2.5 8h7M7 5l3 3-3 3M13 3.5v9' },
  from: { line: 'M3 3.5v9M6 8h7m-2.7-3l3 3-3 3' },
  cell: { line: 'M2.5 3.5h11v9h-11zM5.5 6.5L7.2 8 5.5 9.5M8.5 10H11' },
  fit: { line: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10' },
  target: { line: 'M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7zM8 1.8v2.7M8 11.5v2.7M1.8 8h2.7M11.5 8h2.7' },
  fold: { line: 'M3.5 5.5h9M3.5 8h9M3.5 10.5h9M8 1.5v2.4M6.6 2.8L8 4.2l1.4-1.4M8 14.5v-2.4M6.6 13.2L8 11.8l1.4 1.4' },
  plus: { line: 'M8 3.5v9M3.5 8h9' },
  minus: { line: 'M3.5 8h9' },
  close: { line: 'M4 4l8 8m0-8l-8 8' },
  back: { line: 'M7 3.5L2.8 8 7 12.5M3.2 8H13' },
  right: { line: 'M6.5 4.5L10 8l-3.5 3.5' },
  warning: { line: 'M8 2.2l6.3 11.3H1.7zM8 6.4v3.4M8 11.3v.5' },
  tag: { line: 'M2.5 2.5h5l6 6-5 5-6-6zM5.2 5.2v.1' },
  report: { line: 'M4 1.8h5.5L12.5 5v9.2H4zM9.2 2v3.3h3.1M6 8.2h4.5M6 10.8h4.5' },
  chart: { line: 'M2.5 2.5v11h11M5.5 10.5v-3M8.5 10.5v-6M11.5 10.5v-4.5' },
  pin: { line: 'M9.5 2.5l4 4-2.4.8-2.6 2.6-.4 2.6-4.6-4.6 2.6-.4 2.6-2.6zM5.6 10.4L2.5 13.5' },
  note: { line: 'M3 3h10v7l-3 3H3zM10 13v-3h3M5.5 6h5M5.5 8.5h3' },
  trash: { line: 'M3 4.5h10M6.5 4.2V2.8h3v1.4M4.5 4.5l.6 8.7h5.8l.6-8.7M6.8 7v4m2.4-4v4' },
  repair: {
    line: 'M13.3 4.6a3.2 3.2 0 0 1-4.4 3.6L4.6 12.5a1.3 1.3 0 0 1-1.9-1.9L7 6.3a3.2 3.2 0 0 1 3.7-4.3L9 3.9l.4 1.7 1.7.4z'
  },
  columns: { line: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10' },
  compare: { line: 'M5.5 3L3 5.5 5.5 8M3.3 5.5H13M10.5 8L13 10.5 10.5 13M12.7 10.5H3' }
} as const satisfies Record<string, Drawing>;

export type Sign = keyof typeof SIGNS;

/** Returns the icon of a status as a part of another drawing. */
export const statusMark = (status: StepStatus, x: number, y: number): SVGGElement =>
  svg('g', { class: 'nbf-Icon', 'data-status': status, transform: `translate(${x},${y})` }, ...shapes(STATUS[status]));

export const statusIcon = (status: StepStatus): SVGSVGElement => draw(STATUS[status], status);

/** Returns the icon that marks a failed step as stale as well. */
export function outdatedIcon(): SVGSVGElement {
  const icon = statusIcon('stale');
  icon.classList.add('nbf-mod-outdated', 'nbf-mod-off');
  return icon;
}

export const lifecycleIcon = (status: RunStatus): SVGSVGElement => draw(LIFECYCLE[status], status);
export const signIcon = (sign: Sign): SVGSVGElement => draw(SIGNS[sign], null);

function draw(drawing: Drawing, status: string | null): SVGSVGElement {
  const icon = svg('svg', {
    viewBox: '0 0 16 16',
    width: 16,
    height: 16,
    'aria-hidden': 'true',
    class: 'nbf-Icon',
    'data-status': status
  });
  icon.append(...shapes(drawing));
  return icon;
}

/** Returns the three paths of an icon; another status changes only their attributes. */
function shapes(drawing: Drawing): SVGPathElement[] {
  const [fill, line, cut] = [
    svg('path', { class: 'nbf-fill' }),
    svg('path', { class: 'nbf-line' }),
    svg('path', { class: 'nbf-cut' })
  ];
  redraw(drawing, fill, line, cut);
  return [fill, line, cut];
}

function redraw(drawing: Drawing, fill: Element, line: Element, cut: Element): void {
  setAttribute(fill, 'd', drawing.fill);
  setAttribute(line, 'd', drawing.line);
  setAttribute(line, 'stroke-dasharray', drawing.dash && '2.2 2.3');
  setAttribute(cut, 'd', drawing.cut);
}

/** Makes an existing icon show a status; does nothing if it shows the status already. */
export function showStatus(icon: SVGElement, status: StepStatus): void {
  const [fill, line, cut] = icon.children;
  if (icon.dataset['status'] !== status && fill && line && cut) {
    icon.dataset['status'] = status;
    redraw(STATUS[status], fill, line, cut);
  }
}
