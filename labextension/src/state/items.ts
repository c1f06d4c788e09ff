/** Finds the parts in which foreach items differ: of `rate=0.1, leaves=4` only the numbers, if the rest is common. */

/** Describes a piece of an item's text; a common piece may be shortened where there is little room. */
export interface Piece {
  readonly text: string;
  readonly common: boolean;
}

const MOST = 200; // the number of items that are compared; all are of one kind

/** Returns a function that cuts an item's text into pieces; items of different structure stay whole. */
export function distinguish(items: readonly string[]): (item: string) => readonly Piece[] {
  const cut = items.slice(0, MOST).map(tokens);
  const length = cut[0]?.length ?? 0;
  const alike = cut.length > 1 && cut.every(one => one.length === length);
  const common = alike ? Array.from({ length }, (_, place) => new Set(cut.map(one => one[place])).size === 1) : [];
  return item => pieces(tokens(item), common);
}

const tokens = (text: string): string[] => text.match(/[\p{L}\p{N}_.+-]+|[^\p{L}\p{N}_.+-]+/gu) ?? [];

/** Merges neighbours of the same kind into one piece. */
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
