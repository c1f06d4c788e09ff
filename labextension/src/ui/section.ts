/** Makes sections that can be folded; a section stays folded while its content changes. */
import { h } from './dom';

export function section(title: string, ...content: Node[]): HTMLDetailsElement {
  return h('details', { class: 'nbf-Section', open: true }, h('summary', { class: 'nbf-Summary' }, title), ...content);
}

/** Shows a section, and makes its content again only when the facts have changed. */
export class Section<T> {
  readonly node: HTMLDetailsElement;

  constructor(
    title: string,
    private readonly make: (value: T) => Node | null
  ) {
    this.node = section(title, this.content);
    this.node.hidden = true;
  }

  /** Unfold again the parts, by name, that were unfolded before. */
  show(value: T): void {
    const text = JSON.stringify(value);
    if (text === this.text) {
      return;
    }
    this.text = text;
    const open = new Set(names(this.content, 'details[open][data-name]'));
    const made = this.make(value);
    this.content.replaceChildren(...(made ? [made] : []));
    this.node.hidden = made === null;
    for (const part of this.content.querySelectorAll('details[data-name]')) {
      part.toggleAttribute('open', open.has(part.getAttribute('data-name') ?? ''));
    }
  }

  private text = '';
  private readonly content = h('div', { class: 'nbf-SectionBody' });
}

const names = (parent: HTMLElement, selector: string): string[] =>
  [...parent.querySelectorAll(selector)].map(part => part.getAttribute('data-name') ?? '');
