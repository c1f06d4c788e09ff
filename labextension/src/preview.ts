import { Dialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import { h } from './dom';
import { size } from './format';
import type { Translate } from './host';
import type { NameLine, RestorePreview } from './protocol';

/** What the user wants of a checkpoint. `names` is null for all, `keep`: names that it lacks are not removed. */
export interface Choice {
  readonly names: readonly string[] | null;
  readonly keep: boolean;
}

/** Show the difference first; null when the user would rather not. */
export async function askForChoice(preview: RestorePreview, trans: Translate): Promise<Choice | null> {
  const body = new Difference(preview, trans);
  const dialog = new Dialog({
    title: trans('Restore %1', preview.address),
    body,
    buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.okButton({ label: trans('Restore') })]
  });
  dialog.addClass('nbf-RestoreDialog');
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

type Kind = 'added' | 'changed' | 'removed' | 'kept';

const SIGNS: Record<Kind, string> = { added: '+', changed: '±', removed: '−', kept: '=' };

/** The body of the dialog: a row for each name, chosen by its box. */
class Difference extends Widget implements Dialog.IBodyWidget<Choice> {
  constructor(
    private readonly preview: RestorePreview,
    private readonly trans: Translate
  ) {
    super();
    this.addClass('nbf-Difference');
    this.addClass('nbf-Themed');
    this.node.append(...this.sections());
  }

  getValue(): Choice {
    const names = [...this.boxes].filter(([, box]) => box.checked).map(([name]) => name);
    const isWhole = names.length === this.boxes.size;
    return { names: isWhole ? null : names, keep: this.remove !== null && !this.remove.checked };
  }

  private *sections(): Iterable<HTMLElement> {
    const { preview, trans } = this;
    const rows = [...this.rows(preview.added, 'added'), ...this.rows(preview.changed, 'changed'), ...this.strangers()];
    if (rows.length) {
      yield h('div', { class: 'nbf-DifferenceRows', role: 'group', 'aria-label': trans('Names') }, ...rows);
    } else {
      yield h('p', {}, trans('Every name holds that already.'));
    }
    yield* this.remarks();
  }

  private rows(lines: readonly NameLine[], kind: 'added' | 'changed'): HTMLElement[] {
    return lines.map(line => {
      const box = h('input', { type: 'checkbox' });
      box.checked = true;
      box.addEventListener('input', () => this.settle());
      this.boxes.set(line.name, box);
      return this.row(box, kind, line.name, line.type, this.values(line));
    });
  }

  private values({ text, now }: NameLine): HTMLElement {
    const then = h('span', { class: 'nbf-Then', title: text }, text);
    return now
      ? h('span', { class: 'nbf-Values' }, h('span', { class: 'nbf-Now', title: now }, now), ' → ', then)
      : h('span', { class: 'nbf-Values' }, then);
  }

  /** One box for all: they are removed together or kept together. */
  private *strangers(): Iterable<HTMLElement> {
    const { strangers } = this.preview;
    if (!strangers.length) {
      return;
    }
    const box = h('input', { type: 'checkbox' });
    box.checked = true;
    box.addEventListener('input', () => this.settle());
    this.remove = box;
    const what = this.trans('Remove my other names that steps had bound');
    yield this.row(box, 'removed', strangers.join(', '), '', h('span', { class: 'nbf-Values' }, what));
  }

  private row(box: HTMLInputElement, kind: Kind, name: string, type: string, values: HTMLElement): HTMLElement {
    const sign = h('span', { class: 'nbf-Sign', title: this.kindWord(kind), 'aria-label': this.kindWord(kind) }, SIGNS[kind]);
    return h(
      'label', { class: 'nbf-DifferenceRow', 'data-kind': kind },
      box, sign, h('code', { class: 'nbf-Name' }, name), h('span', { class: 'nbf-Type' }, type), values
    );
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
    yield h('dl', { class: 'nbf-Remarks' }, ...lines.filter(([, text]) => text).flatMap(([term, text]) => [
      h('dt', {}, term), h('dd', {}, text)
    ]));
    if (notes.length) {
      yield h('ul', { class: 'nbf-Notes' }, ...notes.map(note => h('li', {}, note)));
    }
  }

  private bytes(mapped: number, loaded: number): string {
    const parts = [
      ...(mapped ? [this.trans('%1 mapped, at once', size(mapped))] : []),
      ...(loaded ? [this.trans('%1 loaded', size(loaded))] : [])
    ];
    return parts.join(', ');
  }

  private kindWord(kind: Kind): string {
    const words: Record<Kind, string> = {
      added: this.trans('added'), changed: this.trans('changed'), removed: this.trans('removed'), kept: this.trans('kept')
    };
    return words[kind];
  }

  /** Of single names nothing is removed, and none at all cannot be restored. */
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
