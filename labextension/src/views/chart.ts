/** Draws columns of a table as a chart: two as a scatter plot, more as parallel coordinates. */
import { axisTitle, type Cell, cellText, isInstants, isNumeric, numberOf, sortedPlaces } from '../state/table';
import type { Component } from '../ui/component';
import { h } from '../ui/dom';
import type { Translate } from '../ui/language';
import type { ShowOutputs } from './host';

const MIME = 'application/vnd.vegalite.v5+json'; // as JupyterLab shows it
const [HEIGHT, NARROWEST, WIDTH_STEP] = [180, 160, 20]; // pixels; not every change of the width draws the chart again

/**
 * Is an empty picture. JupyterLab makes one of each chart that has none, and draws the chart again; if that is not to be
 * seen, the picture stays empty, and it draws without end.
 */
const NO_PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export interface ChartColumn {
  readonly label: string;
  readonly cells: readonly Cell[];
}

type Spec = Readonly<Record<string, unknown>>;

export class Chart implements Component {
  readonly node = h('div', { class: 'nbf-Chart', hidden: true });
  isDisposed = false;

  constructor(
    private readonly trans: Translate,
    private readonly showOutputs: ShowOutputs
  ) {
    this.watching.observe(document.body, { attributeFilter: ['data-jp-theme-name'] });
    this.measuring.observe(this.node);
  }

  /** Draw the columns; nothing for fewer than two, or without rows. `names` are those of the rows. */
  show(columns: readonly ChartColumn[], names: readonly string[]): void {
    this.given = [columns, names];
    const [first, second] = columns;
    const drawn =
      first &&
      second &&
      names.length &&
      (columns.length === 2 ? scatter(first, second, names) : parallel(columns, names));
    this.node.hidden = !drawn;
    const spec = drawn ? { ...drawn, width: this.width, config: inColour(getComputedStyle(this.node).color) } : null;
    const text = JSON.stringify(spec);
    if (text === this.text) {
      return;
    }
    this.text = text;
    this.shown?.dispose();
    this.shown = null;
    this.node.replaceChildren();
    if (spec) {
      const host = h('div');
      this.node.append(host);
      const words = this.trans('Chart of %1', columns.map(({ label }) => label).join(', '));
      const data = { [MIME]: spec, 'image/png': NO_PICTURE, 'text/plain': words };
      this.shown = this.showOutputs(host, [{ output_type: 'display_data', data, metadata: {} }]);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.watching.disconnect();
    this.measuring.disconnect();
    this.shown?.dispose();
    this.shown = null;
  }

  /** The room for the chart, as it was last laid out: at the moment of a new theme there is none. */
  private get width(): number {
    this.room = this.node.clientWidth || this.room;
    return WIDTH_STEP * Math.floor(this.room / WIDTH_STEP);
  }

  private given: Parameters<Chart['show']> = [[], []];
  private readonly watching = new MutationObserver(() => this.show(...this.given)); // the theme has other colours
  private readonly measuring = new ResizeObserver(() => this.show(...this.given));
  private text = 'null';
  private room = NARROWEST;
  private shown: { dispose(): void } | null = null;
}

const FRAME: Spec = {
  $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
  height: HEIGHT,
  background: 'transparent',
  autosize: { type: 'fit', contains: 'padding' },
  usermeta: { embedOptions: { renderer: 'canvas', actions: false } }
};

/** Returns what makes axes and labels readable in every theme. */
const inColour = (colour: string): Spec => ({
  axis: {
    labelColor: colour,
    titleColor: colour,
    tickColor: colour,
    domainColor: colour,
    gridColor: colour,
    gridOpacity: 0.2
  },
  text: { fill: colour },
  view: { stroke: colour, strokeOpacity: 0.2 }
});

/** Returns a scatter plot; rows without a value in one of the columns are left out. */
export function scatter(x: ChartColumn, y: ChartColumn, names: readonly string[]): Spec {
  const [lefts, rights] = [drawn(x), drawn(y)];
  const values = names.flatMap((name, row) => {
    const [left = null, right = null] = [lefts[row], rights[row]];
    const [across, up] = [cellText(x.cells[row] ?? null), cellText(y.cells[row] ?? null)];
    return left === null || right === null ? [] : [{ name, x: left, y: right, across, up }];
  });
  return {
    ...FRAME,
    data: { values },
    mark: { type: 'point', filled: true, opacity: 0.7, size: 36 },
    encoding: {
      x: { field: 'x', ...axisOf(x) },
      y: { field: 'y', ...axisOf(y) },
      tooltip: [
        { field: 'name', title: 'task' },
        { field: 'across', title: x.label },
        { field: 'up', title: y.label }
      ]
    }
  };
}

/** Returns parallel coordinates: each column has an axis of its own, and each row is a line in the colour of its last. */
export function parallel(columns: readonly ChartColumn[], names: readonly string[]): Spec {
  const axes = columns.map(makeAxis);
  const shade = axes.at(-1);
  const values = names.flatMap((name, row) =>
    axes.flatMap(({ label, heights, cells }) => {
      const height = heights[row] ?? NaN;
      const text = cellText(cells[row] ?? null);
      return Number.isFinite(height) ? [{ name, axis: label, height, text, shade: shade?.heights[row] ?? 0 }] : [];
    })
  );
  const lines = {
    data: { values },
    mark: { type: 'line', opacity: Math.max(0.08, Math.min(0.7, 40 / names.length)), strokeWidth: 1.2 },
    encoding: {
      color: { field: 'shade', type: 'quantitative', legend: null, scale: { scheme: SHADES } },
      detail: { field: 'name' },
      tooltip: [
        { field: 'name', title: 'task' },
        { field: 'axis', title: 'column' },
        { field: 'text', title: 'value' }
      ]
    }
  };
  const x = { field: 'axis', type: 'nominal', sort: axes.map(({ label }) => label), title: null, axis: AXIS };
  const y = { field: 'height', type: 'quantitative', axis: null, scale: { domain: [-ROOM, 1 + ROOM] } };
  return { ...FRAME, encoding: { x, y }, layer: [lines, ends(axes, 0), ends(axes, 1)] };
}

const ROOM = 0.12; // the part of an axis that is kept free for the text at each of its ends

const SHADES: Spec = { name: 'viridis', extent: [0.1, 0.8] }; // which are seen on a light and on a dark page

const AXIS: Spec = { labelAngle: 0, grid: true, domain: false, ticks: false };

/** Writes what the lower (0) or the upper (1) end of each axis means. */
function ends(axes: readonly Axis[], end: 0 | 1): Spec {
  const baseline = end ? 'bottom' : 'top';
  return {
    data: { values: axes.map(axis => ({ axis: axis.label, height: end, end: axis.ends[end] })) },
    mark: { type: 'text', baseline, dy: end ? -3 : 3, fontSize: 10, limit: 80 },
    encoding: { text: { field: 'end', type: 'nominal' } }
  };
}

interface Axis {
  readonly label: string;
  readonly ends: readonly [string, string];
  readonly cells: readonly Cell[];
  readonly heights: readonly number[]; // from 0 to 1; NaN without a value
}

function makeAxis({ label, cells }: ChartColumn): Axis {
  const texts = names(cells);
  const numeric = isNumeric(cells) || isInstants(cells);
  const numbers = cells.map(cell => (numeric ? numberOf(cell) : cell === null ? NaN : texts.indexOf(cellText(cell))));
  const finite = numbers.filter(Number.isFinite);
  const [low, high] = [
    finite.reduce((a, b) => Math.min(a, b), Infinity),
    finite.reduce((a, b) => Math.max(a, b), -Infinity)
  ];
  const heights = numbers.map(number => (high > low ? (number - low) / (high - low) : number - low + 0.5));
  const end = (number: number): string => cellText(cells[numbers.indexOf(number)] ?? null);
  const named = [texts[0] ?? '', texts.at(-1) ?? ''] as const;
  return { label, ends: numeric ? [end(low), end(high)] : named, cells, heights };
}

/** Returns the different texts of cells, in their order. */
const names = (cells: readonly Cell[]): readonly string[] => [
  ...new Set(
    sortedPlaces(cells, false)
      .map(place => cellText(cells[place] ?? null))
      .filter(Boolean)
  )
];

/** Returns the type of an axis, its title and its scale. */
function axisOf({ label, cells }: ChartColumn): Spec {
  const title = axisTitle(label, cells);
  if (isInstants(cells)) {
    return { title, type: 'temporal', scale: { type: 'utc' } };
  }
  return isNumeric(cells)
    ? { title, type: 'quantitative', scale: { zero: false } }
    : { title, type: 'nominal', sort: names(cells) };
}

/** Returns what stands for each cell in a plot; null for nan and inf, which have no place. */
function drawn({ cells }: ChartColumn): readonly (number | string | null)[] {
  if (isInstants(cells)) {
    return cells.map(cell => (cell === null ? null : MILLISECONDS * numberOf(cell)));
  }
  return isNumeric(cells)
    ? cells.map(cell => (cell === null || typeof cell === 'string' ? null : numberOf(cell)))
    : cells.map(cell => cellText(cell) || null);
}

const MILLISECONDS = 1000; // in a second, as instants are told
