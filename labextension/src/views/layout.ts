/** Computes the lanes beside the list of steps, like those of a version history. Pure. */
import type { FlowShape } from '../state/protocol';

export interface LaneRow {
  readonly step: string;
  readonly lane: number;
  readonly depth: number; // the number of foreachs around it, itself not counted
}

/** Describes a line that leaves a step in its lane, goes down to the reader's row and bends into it. */
export interface LaneEdge {
  readonly from: number;
  readonly to: number;
  readonly joins: boolean;
}

export interface Lanes {
  readonly rows: readonly LaneRow[];
  readonly edges: readonly LaneEdge[];
  readonly width: number; // the number of lanes
}

/** Assigns lanes: a step keeps its lane until the last step that reads it, which may take the lane over. */
export function layLanes(shape: FlowShape): Lanes {
  const rowOf = new Map(shape.steps.map((step, row) => [step.name, row]));
  const edges = shape.steps.flatMap((step, to) =>
    step.upstream.flatMap(edge => {
      const from = rowOf.get(edge.step);
      return from === undefined || from === to ? [] : [{ from, to, joins: edge.joins }];
    })
  );
  const lanes = assignLanes(shape.steps.length, edges);
  const rows = shape.steps.map((step, row) => ({
    step: step.name,
    lane: lanes[row] ?? 0,
    depth: depth(step.scope, step.name)
  }));
  return { rows, edges, width: Math.max(0, ...lanes) + 1 };
}

const depth = (scope: readonly string[], name: string): number => scope.filter(outer => outer !== name).length;

function assignLanes(length: number, edges: readonly LaneEdge[]): number[] {
  const lastReader = new Map<number, number>();
  const readsFrom = new Map<number, number[]>();
  for (const { from, to } of edges) {
    lastReader.set(from, Math.max(to, lastReader.get(from) ?? 0));
    readsFrom.set(to, [...(readsFrom.get(to) ?? []), from]);
  }
  const taken: (number | undefined)[] = []; // lane -> the row that holds it
  const lanes: number[] = [];
  for (let row = 0; row < length; row++) {
    const ending = (readsFrom.get(row) ?? []).filter(from => lastReader.get(from) === row);
    ending.forEach(from => (taken[lanes[from] ?? 0] = undefined));
    const lane = ending.length ? Math.min(...ending.map(from => lanes[from] ?? 0)) : firstFree(taken);
    lanes.push(lane);
    taken[lane] = lastReader.has(row) ? row : undefined;
  }
  return lanes;
}

function firstFree(taken: readonly (number | undefined)[]): number {
  const free = taken.findIndex(row => row === undefined);
  return free < 0 ? taken.length : free;
}

/** Holds the width of a lane and the height of a row, in pixels. */
export interface Pitch {
  readonly lane: number;
  readonly row: number;
}

/** Returns the line of an edge as an SVG path. */
export function lanePath(edge: LaneEdge, rows: readonly LaneRow[], pitch: Pitch): string {
  const x = (row: number): number => ((rows[row]?.lane ?? 0) + 0.5) * pitch.lane;
  const y = (row: number): number => (row + 0.5) * pitch.row;
  const [left, right, top, bottom] = [x(edge.from), x(edge.to), y(edge.from), y(edge.to)];
  if (left === right) {
    return `M${left} ${top}V${bottom}`;
  }
  const bend = bottom - pitch.row;
  const middle = bottom - pitch.row / 2;
  return `M${left} ${top}V${bend}C${left} ${middle} ${right} ${middle} ${right} ${bottom}`;
}
