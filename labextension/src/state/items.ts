/** What tells the items of a foreach apart: of `rate=0.1, leaves=4` only the numbers, where all others begin alike. */

/** A piece of an item's text; a common one may be cut where there is little room. */
export interface Piece {
  readonly text: string;
  readonly common: boolean;
}

const MOST = 200; // items that are looked at; they are of one kind

/** How to cut the items' texts into pieces. Items that are built differently are left whole. */
export function distinguish(items: readonly string[]): (item: string) => readonly Piece[] {
  const cut = items.slice(0, MOST).map(tokens);
  const length = cut[0]?.length ?? 0;
  const alike = cut.length > 1 && cut.every(one => one.length === length);
  const common = alike ? Array.from({ length }, (_, place) => new Set(cut.map(one => one[place])).size === 1) : [];
  return item => pieces(tokens(item), common);
}

const tokens = (text: string): string[] => text.match(/[\p{L}\p{N}_.+-]+|[^\p{L}\p{N}_.+-]+/gu) ?? [];

/** Neighbours of one kind are one piece. */
function pieces(cut: readonly string[], common: readonly boolean[]): readonly Piece[] {
  if (cut.length !== common.length) {
    return [{ text: cut.join(''), common: false }];
  }
  const found: { text: string; common: boolean }[] = [];
  cut.forEach((text, place) => {
    const last = found.at(-1);
    const isCommon = common[place] ?? false;
    if (last?.common === isCommon) {
      last.text += text;
    } else {
      found.push({ text, common: isCommon });
    }
  });
  return found;
}
