/** Loads Graphviz, compiled to wasm: 800 kB that are fetched when a graph is drawn for the first time. */
import type { FlowShape } from '../state/protocol';
import { type Direction, type Drawing, type Label, readPlain, toDot } from './drawing';

interface Engine {
  layout(dot: string, format: 'plain', engine: 'dot'): string;
}

let engine: Promise<Engine> | undefined;

const load = (): Promise<Engine> =>
  (engine ??= import('@hpcc-js/wasm-graphviz').then(module => module.Graphviz.load()));

export async function draw(shape: FlowShape, direction: Direction, label: Label): Promise<Drawing> {
  const graphviz = await load();
  return readPlain(graphviz.layout(toDot(shape, direction, label), 'plain', 'dot'), shape, label);
}
