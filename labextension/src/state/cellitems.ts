/** Reads the outputs under a foreach cell as items: each begins with a heading that names its task. */

type NotebookOutput = Readonly<Record<string, unknown>>;

/** Holds what one task of a foreach has displayed, without its heading. */
export interface CellItem {
  readonly task: string;
  readonly label: string;
  readonly failed: boolean;
  readonly outputs: readonly NotebookOutput[];
  /** The address of its first picture, "" if it has none. */
  readonly picture: string;
  /** The first words that it has displayed. */
  readonly words: string;
}

const IMAGES = ['image/png', 'image/jpeg', 'image/gif'];
const LONGEST = 120; // characters of the words of an item
const COLOURS = /\u001b\[[0-9;]*m/g;

export function readItems(outputs: readonly NotebookOutput[]): CellItem[] {
  const groups: { task: string; label: string; outputs: NotebookOutput[] }[] = [];
  for (const output of outputs) {
    const task = taskOf(output);
    if (task) {
      groups.push({ task, label: textOf(output), outputs: [] });
    } else {
      groups.at(-1)?.outputs.push(output);
    }
  }
  return groups.map(group => ({
    ...group,
    failed: group.outputs.some(output => output['output_type'] === 'error'),
    picture: group.outputs.map(pictureOf).find(Boolean) ?? '',
    words: group.outputs.map(textOf).join(' ').replace(COLOURS, '').trim().slice(0, LONGEST)
  }));
}

const isRecord = (value: unknown): value is NotebookOutput => typeof value === 'object' && value !== null;

const field = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

const plain = (value: unknown): string =>
  Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '';

const taskOf = (output: NotebookOutput): string => plain(field(field(output['metadata'], 'nbflow'), 'task'));

function pictureOf(output: NotebookOutput): string {
  const mime = IMAGES.find(name => field(output['data'], name) !== undefined);
  return mime ? `data:${mime};base64,${plain(field(output['data'], mime)).trim()}` : '';
}

function textOf(output: NotebookOutput): string {
  if (output['output_type'] === 'error') {
    return `${plain(output['ename'])}: ${plain(output['evalue'])}`;
  }
  return plain(output['text']) || plain(field(output['data'], 'text/plain'));
}
