/** Shows the text of a foreach item; the parts that all items share are shortened first. */
import type { Piece } from '../state/items';
import { h } from './dom';

const WHOLE = 16; // characters of a name that is not cut where it is shortened
const TAIL = 8; // characters at its end that stay: names of one flow often begin alike

/** Returns a function that cuts a name into pieces: what other names share is shortened where there is little room. */
export function cutNames(names: readonly string[]): (name: string) => readonly Piece[] {
  const groups = new Map<string, string[]>();
  names.forEach(name => groups.set(endsOf(name), [...(groups.get(endsOf(name)) ?? []), name]));
  const cuts = new Map([...groups].map(([ends, alike]) => [ends, alike.length > 1 ? cutMiddle(alike) : cutEnd]));
  return name => (name.length > WHOLE ? (cuts.get(endsOf(name)) ?? cutEnd)(name) : [{ text: name, common: false }]);
}

const endsOf = (name: string): string => name.slice(0, TAIL) + name.slice(-TAIL);

const cutEnd = (name: string): readonly Piece[] => [
  { text: name.slice(0, -TAIL), common: true },
  { text: name.slice(-TAIL), common: false }
];

/** Cuts names that begin and end alike around what is between the beginning and the end that all of them share. */
function cutMiddle(names: readonly string[]): (name: string) => readonly Piece[] {
  const { head, tail } = sharedEnds(names);
  return name => [
    { text: name.slice(0, head), common: true },
    { text: name.slice(head, name.length - tail), common: false },
    { text: name.slice(name.length - tail), common: true }
  ];
}

/** Returns how many characters all names share at their beginning, and then at their end. */
export function sharedEnds(names: readonly string[]): { readonly head: number; readonly tail: number } {
  const shortest = Math.min(...names.map(name => name.length));
  const first = names[0] ?? '';
  const shared = (at: (name: string, place: number) => string | undefined, most: number): number => {
    let length = 0;
    while (length < most && names.every(name => at(name, length) === at(first, length))) {
      length += 1;
    }
    return length;
  };
  const head = shared((name, place) => name[place], shortest);
  return { head, tail: shared((name, place) => name[name.length - 1 - place], shortest - head) };
}

export class ItemText {
  readonly node = h('span', { class: 'nbf-TaskItem' });

  show(pieces: readonly Piece[]): void {
    const shown = pieces.map(piece => piece.text).join('\n');
    if (shown !== this.shown) {
      this.shown = shown;
      const last = pieces.at(-1);
      this.node.replaceChildren(
        ...pieces.map(piece =>
          h('span', { 'data-common': piece.common, 'data-tail': piece.common && piece === last }, piece.text)
        )
      );
    }
  }

  private shown = '';
}
