/** Folds what makes a large graph unreadable: bodies of foreachs, long chains, and many steps side by side. Pure. */
import type { FlowShape, StepFacts, StepLine, StepStatus } from '../state/protocol';
import { shorten } from '../ui/format';
import { sharedEnds } from '../ui/item';

export const LARGE = 15; // the number of steps above which a graph is folded
const CHAIN = 3; // the least steps between the ends of a chain that are folded
const SIDE_BY_SIDE = 5; // the least steps with the same inputs that are folded
const ROUNDS = 20;
const TAIL = 7; // characters at the end of a name that stay

/** Describes boxes that stand for several steps: each is called like its first step. */
export interface Folded {
  readonly shape: FlowShape;
  /** The steps in each box that stands for several. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** The box of each step. */
  readonly boxOf: ReadonlyMap<string, string>;
}

interface Node {
  readonly facts: StepFacts;
  readonly members: readonly string[];
}

/** Returns the graph with folded parts, except for those that the user has opened; they are named by their boxes. */
export function fold(shape: FlowShape, open: ReadonlySet<string>): Folded {
  let nodes: readonly Node[] = shape.steps.map(facts => ({ facts, members: [facts.name] }));
  for (let round = 0; round < ROUNDS; round++) {
    const groups = apart([...bodies(nodes), ...chains(nodes), ...siblings(nodes)], open);
    if (groups.length === 0) {
      break;
    }
    nodes = groups.reduce(join, nodes);
  }
  return described(shape, nodes);
}

/** Returns the graph as it is. */
export const whole = (shape: FlowShape): Folded =>
  described(
    shape,
    shape.steps.map(facts => ({ facts, members: [facts.name] }))
  );

function described(shape: FlowShape, nodes: readonly Node[]): Folded {
  const many = nodes.filter(node => node.members.length > 1);
  return {
    shape: { ...shape, steps: nodes.map(node => node.facts) },
    members: new Map(many.map(node => [node.facts.name, node.members])),
    boxOf: new Map(nodes.flatMap(node => node.members.map(name => [name, node.facts.name])))
  };
}

/** Returns the groups that have no step in common with one before, and that the user has not opened. */
function apart(groups: readonly Group[], open: ReadonlySet<string>): Group[] {
  const taken = new Set<string>(open);
  return groups.filter(group => {
    const isFree = !group.some(node => taken.has(node.facts.name));
    if (isFree) {
      group.forEach(node => taken.add(node.facts.name));
    }
    return isFree;
  });
}

type Group = readonly Node[];

/** Returns the steps of each outermost foreach. */
function bodies(nodes: readonly Node[]): Group[] {
  const inside = bucket(nodes, ({ facts }) => facts.scope[0] ?? null);
  return inside.filter(group => group.length > 1);
}

/** Returns the middle of each run of steps of which each reads only the one before, which nothing else reads. */
function chains(nodes: readonly Node[]): Group[] {
  const readers = readersOf(nodes);
  const next = (node: Node): Node | undefined => {
    const [only, other] = readers.get(node.facts.name) ?? [];
    return only && !other && only.facts.upstream.length === 1 && areAlike(node, only) ? only : undefined;
  };
  const continued = new Set(nodes.map(next));
  const runs = nodes.filter(node => !continued.has(node)).map(node => follow(node, next));
  return runs.map(run => run.slice(1, -1)).filter(group => group.length >= CHAIN);
}

/** Tells whether two boxes stand for one step each, of the same foreachs. */
const areAlike = (one: Node, other: Node): boolean =>
  one.members.length === 1 && other.members.length === 1 && one.facts.scope.join() === other.facts.scope.join();

function follow(first: Node, next: (node: Node) => Node | undefined): Group {
  const found: Node[] = [];
  for (let node: Node | undefined = first; node; node = next(node)) {
    found.push(node);
  }
  return found;
}

/** Returns steps that wait for the same steps, so that none waits for another, and that are read in the same way. */
function siblings(nodes: readonly Node[]): Group[] {
  const readers = readersOf(nodes);
  const alike = bucket(nodes, ({ facts, members }) => {
    const above = facts.upstream.map(edge => edge.step).sort();
    const below = (readers.get(facts.name) ?? []).map(reader => reader.facts.upstream.length).sort();
    return above.length && members.length === 1 ? JSON.stringify([above, below, facts.scope]) : null;
  });
  return alike.filter(group => group.length >= SIDE_BY_SIDE);
}

function readersOf(nodes: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    node.facts.upstream.forEach(({ step }) => push(readers, step, node));
  }
  return readers;
}

function bucket(nodes: readonly Node[], key: (node: Node) => string | null): Group[] {
  const found = new Map<string, Node[]>();
  for (const node of nodes) {
    const own = key(node);
    if (own !== null) {
      push(found, own, node);
    }
  }
  return [...found.values()];
}

function push(lists: Map<string, Node[]>, key: string, node: Node): void {
  const list = lists.get(key);
  if (list) {
    list.push(node);
  } else {
    lists.set(key, [node]);
  }
}

/** Puts one box in the place of a group, with the edges of all its steps. */
function join(nodes: readonly Node[], group: Group): readonly Node[] {
  const names = new Set(group.map(node => node.facts.name));
  const inside = nodes.filter(node => names.has(node.facts.name));
  const [first] = inside;
  if (!first) {
    return nodes;
  }
  const { name } = first.facts;
  const upstream = inside.flatMap(node => node.facts.upstream);
  const joined: Node = {
    facts: redirected({ ...first.facts, scope: [], mark: '', upstream }, names, name),
    members: inside.flatMap(node => node.members)
  };
  return nodes
    .filter(node => node === first || !names.has(node.facts.name))
    .map(node => (node === first ? joined : { ...node, facts: redirected(node.facts, names, name) }));
}

/** Returns the facts of a step with its edges from some steps as one edge from `name`, and none from itself. */
function redirected(facts: StepFacts, from: ReadonlySet<string>, name: string): StepFacts {
  const edges = facts.upstream.map(edge => (from.has(edge.step) ? { ...edge, step: name } : edge));
  const upstream = [...new Map(edges.map(edge => [edge.step, edge])).values()];
  return { ...facts, upstream: upstream.filter(edge => edge.step !== facts.name) };
}

/** Returns what stands in each box, so that no two boxes look alike. `boxes` maps a box to the names of its steps. */
export function boxLabels(boxes: ReadonlyMap<string, readonly string[]>, length: number): ReadonlyMap<string, string> {
  const labels = new Map([...boxes].map(([box, members]) => [box, boxLabel(members, length)]));
  const alike = new Map<string, string[]>();
  labels.forEach((label, box) => alike.set(label, [...(alike.get(label) ?? []), box]));
  for (const group of [...alike.values()].filter(group => group.length > 1)) {
    const { head } = sharedEnds(group);
    const cuts = group.map(box => aroundDifference(box, head, '', length));
    const areApart = new Set(cuts).size === cuts.length;
    group.forEach((box, at) =>
      labels.set(box, (areApart && cuts[at]) || aroundDifference(box, head, ` ${at + 1}`, length))
    );
  }
  return labels;
}

/** Shortens a name so that what follows its first `head` characters is seen; `mark` tells those apart that look alike. */
function aroundDifference(name: string, head: number, mark: string, length: number): string {
  const rest = name.slice(head);
  const room = length - 1;
  if (rest.length <= room - 1) {
    return `${name.slice(0, Math.max(1, room - rest.length))}…${rest}`;
  }
  return `…${rest.slice(0, room - mark.length - 1)}…${mark}`;
}

/** Returns what stands in a box: a name, or what several names have in common and how many they are. */
function boxLabel(members: readonly string[], length: number): string {
  const [first = '', ...others] = members;
  if (others.length === 0) {
    return cutMiddle(first, length);
  }
  let same = 0;
  while (same < first.length && others.every(name => name[same] === first[same])) {
    same++;
  }
  const end = ` ×${members.length}`;
  return shorten(`${same > 3 ? first.slice(0, same) : first}…`, length - end.length) + end;
}

/** Shortens a name in its middle: names of one flow often begin alike. */
const cutMiddle = (name: string, length: number): string =>
  name.length > length ? `${name.slice(0, length - 1 - TAIL)}…${name.slice(-TAIL)}` : name;

const WORST: readonly StepStatus[] = ['failed', 'running', 'waiting', 'cancelled', 'stale', 'missing'];
const OVER: ReadonlySet<StepStatus> = new Set(['done', 'reused', 'skipped']);

/** Returns one line for several steps: the status that matters most, and how many of them are up to date. */
export function foldedLine(step: string, lines: readonly StepLine[]): StepLine {
  const count = (is: (line: StepLine) => boolean): number => lines.filter(is).length;
  return {
    step,
    status: WORST.find(status => lines.some(line => line.status === status)) ?? 'done',
    total: lines.length,
    running: count(line => line.status === 'running'),
    done: count(line => OVER.has(line.status)),
    reused: 0,
    skipped: 0,
    failed: count(line => line.status === 'failed'),
    seconds: lines.reduce((sum, line) => sum + line.seconds, 0),
    began: null,
    run: null,
    reasons: [],
    outdated: false
  };
}
