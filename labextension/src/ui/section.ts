/** A part of the detail that can be folded; it stays folded while its content changes. */
import { h } from './dom';

export function section(title: string, ...content: Node[]): HTMLDetailsElement {
  return h('details', { class: 'nbf-Section', open: true }, h('summary', { class: 'nbf-Summary' }, title), ...content);
}

/** A section whose content is made again only when what it shows has changed. */
export class Section<T> {
  readonly node: HTMLDetailsElement;

  constructor(
    title: string,
    private readonly make: (value: T) => Node | null
  ) {
    this.node = section(title, this.content);
    this.node.hidden = true;
  }

  /** What was unfolded in it, by name, is unfolded again. */
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
