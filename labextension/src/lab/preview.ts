import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import type { NameLine, RestorePreview } from '../state/protocol';
import { h } from '../ui/dom';
import { bareType, size } from '../ui/format';
import type { Translate } from '../ui/language';

/** Holds the user's choice. `names` is null for all names; `keep`: names that the checkpoint lacks stay. */
export interface Choice {
  readonly names: readonly string[] | null;
  readonly keep: boolean;
}

/** Returns the title, such as `Restore fit[3] of run 7`. */
export function heading(address: string, trans: Translate): string {
  const [task = '', run] = address.split('/').reverse();
  return run === undefined ? trans('Restore %1', task) : trans('Restore %1 of run %2', task, run);
}

/** Shows what would change, and returns the user's choice; null if the user cancels. */
export async function askForChoice(preview: RestorePreview, trans: Translate): Promise<Choice | null> {
  const body = new Difference(preview, trans);
  const dialog = new Dialog({
    title: heading(preview.address, trans),
    body,
    buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.okButton({ label: trans('Restore') })]
  });
  dialog.addClass('nbf-RestoreDialog');
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

type Kind = 'added' | 'changed' | 'removed';

const SIGNS: Record<Kind, string> = { added: '+', changed: '±', removed: '−' };

/** Shows the body of the dialog: a row with a check box for each name. */
class Difference extends Widget implements Dialog.IBodyWidget<Choice> {
  constructor(
    private readonly preview: RestorePreview,
    private readonly trans: Translate
  ) {
    super();
    this.addClass('nbf-Difference');
    this.addClass('nbf-Themed');
    this.node.append(...this.groups(), ...this.remarks());
  }

  getValue(): Choice {
    const names = [...this.boxes].filter(([, box]) => box.checked).map(([name]) => name);
    const isWhole = names.length === this.boxes.size;
    return { names: isWhole ? null : names, keep: this.remove !== null && !this.remove.checked };
  }

  private *groups(): Iterable<HTMLElement> {
    const { added, changed, strangers } = this.preview;
    yield* this.group(
      'added',
      added.map(line => this.nameRow(line, 'added'))
    );
    yield* this.group(
      'changed',
      changed.map(line => this.nameRow(line, 'changed'))
    );
    yield* this.group('removed', strangers.length ? [this.strangersRow(strangers)] : []);
    if (!added.length && !changed.length && !strangers.length) {
      yield h('p', {}, this.trans('Nothing would change: every name has the value of this checkpoint.'));
    }
  }

  private *group(kind: Kind, rows: readonly HTMLElement[]): Iterable<HTMLElement> {
    if (rows.length) {
      yield h(
        'fieldset',
        { class: 'nbf-DifferenceGroup', 'data-kind': kind },
        h('legend', {}, this.word(kind)),
        ...rows
      );
    }
  }

  private nameRow(line: NameLine, kind: Kind): HTMLElement {
    const box = this.box();
    this.boxes.set(line.name, box);
    return this.row(
      box,
      kind,
      h('code', { class: 'nbf-Name' }, line.name),
      h('span', { class: 'nbf-TypeName', title: line.type }, bareType(line.type)),
      this.values(line)
    );
  }

  private values({ text, now }: NameLine): HTMLElement {
    const held = h('span', { class: 'nbf-Held', title: text }, text);
    if (text === now) {
      return h('span', { class: 'nbf-Values' }, held, h('span', { class: 'nbf-Alike' }, this.trans('looks the same')));
    }
    const holds = now && h('s', { class: 'nbf-Holds', title: now }, now);
    return h('span', { class: 'nbf-Values' }, holds, holds && ' → ', held);
  }

  /** Return a row with one box for all these names: they are removed or kept together. */
  private strangersRow(names: readonly string[]): HTMLElement {
    this.remove = this.box();
    const what = this.trans(
      'Names that steps have bound and this checkpoint does not have. Clear the box to keep them.'
    );
    return this.row(
      this.remove,
      'removed',
      h('code', { class: 'nbf-Name' }, names.join(', ')),
      h('span', { class: 'nbf-Explained' }, what)
    );
  }

  private box(): HTMLInputElement {
    const box = h('input', { type: 'checkbox' });
    box.checked = true;
    box.addEventListener('input', () => this.settle());
    return box;
  }

  private row(box: HTMLInputElement, kind: Kind, ...cells: HTMLElement[]): HTMLElement {
    const sign = h('span', { class: 'nbf-Sign', 'aria-hidden': 'true' }, SIGNS[kind]);
    return h('label', { class: 'nbf-DifferenceRow', 'data-kind': kind }, box, sign, ...cells);
  }

  private *remarks(): Iterable<HTMLElement> {
    const { kept, defined, lost, notes, to_map, to_load } = this.preview;
    const { trans } = this;
    const lines: [string, string][] = [
      [trans('Unchanged'), kept.map(line => line.name).join(', ')],
      [trans('Defined again'), defined.join(', ')],
      [trans('Not restorable'), lost.join(', ')],
      [trans('To read'), this.bytes(to_map, to_load)]
    ];
    const told = lines.filter(([, text]) => text);
    yield h('dl', { class: 'nbf-Remarks' }, ...told.flatMap(([term, text]) => [h('dt', {}, term), h('dd', {}, text)]));
    if (notes.length) {
      yield h('ul', { class: 'nbf-Notes' }, ...notes.map(note => h('li', {}, note)));
    }
  }

  private bytes(mapped: number, loaded: number): string {
    const parts = [
      ...(mapped ? [this.trans('%1 mapped from disk', size(mapped))] : []),
      ...(loaded ? [this.trans('%1 loaded', size(loaded))] : [])
    ];
    return parts.join(', ');
  }

  private word(kind: Kind): string {
    const words: Record<Kind, string> = {
      added: this.trans('Added'),
      changed: this.trans('Changed'),
      removed: this.trans('Removed')
    };
    return words[kind];
  }

  /** Disable what cannot be combined: a restore of single names removes none, and needs at least one name. */
  private settle(): void {
    const boxes = [...this.boxes.values()];
    const isWhole = boxes.every(box => box.checked);
    if (this.remove) {
      this.remove.disabled = !isWhole;
    }
    const nothing = boxes.length > 0 && !boxes.some(box => box.checked);
    boxes[0]?.setCustomValidity(nothing ? this.trans('Choose at least one name') : '');
  }

  private readonly boxes = new Map<string, HTMLInputElement>();
  private remove: HTMLInputElement | null = null;
}
