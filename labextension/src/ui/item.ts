/** Shows the text of a foreach item; the parts that all items share are shortened first. */
import type { Piece } from '../state/items';
import { h } from './dom';

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
