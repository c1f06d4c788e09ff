/** Shows the text of a foreach item; the parts that all items share are shortened first. */
import type { Piece } from '../state/items';
import { h } from './dom';

const WHOLE = 16; // characters of a name that is not cut where it is shortened
const TAIL = 8; // characters at its end that stay: names of one flow often begin alike

/** Cuts the name of a step into pieces, of which the first is shortened where there is little room. */
export const cutName = (name: string): readonly Piece[] =>
  name.length > WHOLE
    ? [
        { text: name.slice(0, -TAIL), common: true },
        { text: name.slice(-TAIL), common: false }
      ]
    : [{ text: name, common: false }];

export class ItemText {
  readonly node = h('span', { class: 'nbf-TaskItem' });

  show(text: string, pieces: readonly Piece[]): void {
    if (text !== this.text || pieces.length !== this.node.childElementCount) {
      this.text = text;
      const last = pieces.at(-1);
      this.node.replaceChildren(
        ...pieces.map(piece =>
          h('span', { 'data-common': piece.common, 'data-tail': piece.common && piece === last }, piece.text)
        )
      );
    }
  }

  private text = '';
}
