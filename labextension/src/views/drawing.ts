/** Writes the graph as DOT, and reads Graphviz's answer as geometry. Pure. */
import type { FlowShape, StepFacts } from '../state/protocol';

export const HEIGHT = 38; // the height of a box

/** Returns what stands in the box of a step. */
export type Label = (step: string) => string;

/** Returns the width of a box, according to what stands in it. */
const widthOf = (label: string): number => Math.round(Math.min(200, Math.max(122, 46 + 7.4 * label.length)));

export type Direction = 'TB' | 'LR';

export interface Box {
  readonly step: string;
  readonly x: number; // the middle of the box
  readonly y: number;
  readonly width: number;
  readonly label: string;
}

export interface Curve {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}

/** Describes the frame around the steps of one foreach. */
export interface Frame {
  readonly foreach: string;
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly curves: readonly Curve[];
  readonly frames: readonly Frame[];
}

const INCH = 72;
const MARGIN = 14; // around the steps of a foreach

/** Returns the graph as DOT, with numbers as names, so that no name needs quotes. */
export function toDot(shape: FlowShape, direction: Direction, label: Label): string {
  const number = new Map(shape.steps.map((step, index) => [step.name, index]));
  const edges = shape.steps.flatMap((step, to) =>
    step.upstream.flatMap(edge => (number.has(edge.step) ? [`${number.get(edge.step)}->${to}`] : []))
  );
  const node = `node[shape=box,fixedsize=true,label="",height=${HEIGHT / INCH}]`;
  return (
    `digraph{rankdir=${direction};nodesep=0.2;ranksep=0.42;edge[arrowhead=none];${node};` +
    `${cluster(shape.steps, number, [], label)}${edges.join(';')}}`
  );
}

/** Returns the steps of one scope, and a cluster for each foreach directly in it. */
function cluster(
  steps: readonly StepFacts[],
  number: ReadonlyMap<string, number>,
  scope: readonly string[],
  label: Label
): string {
  const direct = steps.filter(step => step.scope.length === scope.length);
  const inner = new Map<string, StepFacts[]>();
  for (const step of steps) {
    const foreach = step.scope[scope.length];
    if (foreach !== undefined) {
      inner.set(foreach, [...(inner.get(foreach) ?? []), step]);
    }
  }
  const clusters = [...inner].map(
    ([foreach, members]) =>
      `subgraph cluster_${number.get(foreach) ?? foreach.length}_${scope.length}{margin=${MARGIN};${cluster(members, number, [...scope, foreach], label)}}`
  );
  return (
    direct.map(step => `${number.get(step.name)}[width=${widthOf(label(step.name)) / INCH}];`).join('') +
    clusters.join('')
  );
}

/** Reads Graphviz's `plain` format: one line for each step and edge, in inches, from the bottom up. */
export function readPlain(plain: string, shape: FlowShape, label: Label): Drawing {
  const lines = plain.split('\n').map(line => line.split(' '));
  const [, , width = '0', height = '0'] = lines[0] ?? [];
  const name = (number: string | undefined): string => shape.steps[Number(number)]?.name ?? '';
  const point = (x = '0', y = '0'): { x: number; y: number } => ({
    x: round(Number(x) * INCH),
    y: round((Number(height) - Number(y)) * INCH)
  });
  const boxes = lines
    .filter(([kind]) => kind === 'node')
    .map(([, number, x, y]) => ({ step: name(number), ...labelled(label(name(number))), ...point(x, y) }));
  const curves = lines
    .filter(([kind]) => kind === 'edge')
    .map(([, from, to, length, ...numbers]) => {
      const points = Array.from({ length: Number(length) }, (_, index) =>
        point(numbers[2 * index], numbers[2 * index + 1])
      );
      return { from: name(from), to: name(to), path: bezier(points) };
    });
  return { width: Number(width) * INCH, height: Number(height) * INCH, boxes, curves, frames: frames(shape, boxes) };
}

const labelled = (label: string): Pick<Box, 'label' | 'width'> => ({ label, width: widthOf(label) });

function bezier([first, ...rest]: readonly { x: number; y: number }[]): string {
  return first ? `M${first.x} ${first.y}C${rest.map(({ x, y }) => `${x} ${y}`).join(' ')}` : '';
}

/** Returns the frames of foreachs with more than one step; Graphviz keeps other steps out of a cluster. */
function frames(shape: FlowShape, boxes: readonly Box[]): Frame[] {
  const scopes = new Map(shape.steps.map(step => [step.name, step.scope]));
  const foreachs = [...new Set(shape.steps.flatMap(step => step.scope))];
  return foreachs
    .map(foreach => ({ foreach, inside: boxes.filter(box => scopes.get(box.step)?.includes(foreach)) }))
    .filter(({ inside }) => inside.length > 1)
    .map(({ foreach, inside }) => frame(foreach, inside, scopes))
    .sort((one, other) => one.depth - other.depth);
}

function frame(foreach: string, inside: readonly Box[], scopes: ReadonlyMap<string, readonly string[]>): Frame {
  const own = Math.max(0, ...inside.map(box => scopes.get(box.step)?.indexOf(foreach) ?? 0));
  const deepest = Math.max(0, ...inside.map(box => (scopes.get(box.step)?.length ?? 1) - 1));
  const margin = MARGIN - 4 + 6 * (deepest - own);
  const left = Math.min(...inside.map(box => box.x - box.width / 2)) - margin;
  const right = Math.max(...inside.map(box => box.x + box.width / 2)) + margin;
  const top = Math.min(...inside.map(box => box.y)) - HEIGHT / 2 - margin;
  const bottom = Math.max(...inside.map(box => box.y)) + HEIGHT / 2 + margin;
  return { foreach, depth: own, x: left, y: top, width: right - left, height: bottom - top };
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
