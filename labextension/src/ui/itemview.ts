/** Shows what the items of a foreach have displayed: a grid of small pictures, and one item at a time. */
import type { CellItem } from '../state/cellitems';
import type { Component } from './component';
import { h } from './dom';
import type { Translate } from './language';

type Choice = 'grid' | 'all' | number;

interface ItemViewProps {
  readonly trans: Translate;
  /** Show the outputs of an item in a node; dispose what it returns. */
  readonly showItem: (host: HTMLElement, item: CellItem) => { dispose(): void };
  /** Whether the outputs of all items are shown one below another, in another place. */
  readonly onAll: (all: boolean) => void;
}

export class ItemView implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: ItemViewProps) {
    this.picker = h('select', {
      class: 'nbf-ItemPicker',
      'aria-label': props.trans('Item'),
      onchange: () => this.choose(readChoice(this.picker.value))
    });
    this.node = h('div', { class: 'nbf-Items nbf-Themed' }, h('div', { class: 'nbf-ItemBar' }, this.picker), this.body);
  }

  /** Show items; the one that is chosen stays chosen. Pictures are shown as a grid first. */
  show(items: readonly CellItem[]): void {
    this.items = items;
    const { trans } = this.props;
    const options = [
      h('option', { value: 'grid' }, trans('%1 items', items.length)),
      h('option', { value: 'all' }, trans('one below another')),
      ...items.map(({ label, failed }, index) => h('option', { value: index }, failed ? `✗ ${label}` : label))
    ];
    this.picker.replaceChildren(...options);
    const isGone = typeof this.chosen === 'number' && this.chosen >= items.length;
    const usual = items.some(item => item.picture) ? 'grid' : 'all';
    this.open(isGone ? usual : (this.chosen ?? usual));
  }

  dispose(): void {
    this.isDisposed = true;
    this.shown?.dispose();
    this.node.remove();
  }

  private choose(choice: Choice): void {
    this.chosen = choice;
    this.open(choice);
  }

  private open(choice: Choice): void {
    this.picker.value = String(choice);
    this.shown?.dispose();
    this.shown = null;
    this.props.onAll(choice === 'all');
    const item = typeof choice === 'number' ? this.items[choice] : undefined;
    const content = choice === 'grid' ? [this.grid()] : [];
    this.body.replaceChildren(...content);
    if (item) {
      const host = h('div', { class: 'nbf-ItemOutputs' });
      this.body.replaceChildren(host);
      this.shown = this.props.showItem(host, item);
    }
  }

  private grid(): HTMLElement {
    return h('div', { class: 'nbf-Thumbs', role: 'list' }, ...this.items.map((item, index) => this.thumb(item, index)));
  }

  private thumb(item: CellItem, index: number): HTMLElement {
    const { picture, words, label, failed } = item;
    const inside = picture ? h('img', { src: picture, alt: '' }) : h('span', { class: 'nbf-ThumbText' }, words);
    const onclick = (): void => this.choose(index);
    const title = failed ? `${label}\n${words}` : label;
    const button = h(
      'button',
      { class: 'nbf-Thumb', type: 'button', title, 'data-failed': failed, onclick },
      inside,
      h('span', { class: 'nbf-ThumbLabel' }, label)
    );
    return h('div', { role: 'listitem' }, button);
  }

  private chosen: Choice | null = null; // by the user
  private items: readonly CellItem[] = [];
  private shown: { dispose(): void } | null = null;
  private readonly body = h('div', { class: 'nbf-ItemBody' });
  private readonly picker: HTMLSelectElement;
}

const readChoice = (value: string): Choice => (value === 'grid' || value === 'all' ? value : Number(value));
