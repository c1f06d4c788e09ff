import type { Choices } from '../state/choices';
import type { Component } from '../ui/component';
import { h } from '../ui/dom';
import { signIcon } from '../ui/icons';
import type { Translate } from '../ui/language';

/** Shows each parameter that shall have another value than in its cell, with a button that returns to that value. */
export class Chips implements Component {
  readonly node = h('ul', { class: 'nbf-Chips', hidden: true });
  isDisposed = false;

  constructor(
    private readonly trans: Translate,
    private readonly onChoose: (choices: Choices) => void
  ) {
    this.node.setAttribute('aria-label', trans('Chosen parameters'));
  }

  show(choices: Choices): void {
    const entries = Object.entries(choices);
    this.node.hidden = entries.length === 0;
    this.node.replaceChildren(...entries.map(([name, value]) => this.chip(name, value, choices)));
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private chip(name: string, value: string, choices: Choices): HTMLElement {
    const label = this.trans('Use the value of the cell for %1', name);
    const remove = h(
      'button',
      {
        class: 'nbf-ChipRemove',
        type: 'button',
        title: label,
        'aria-label': label,
        'data-action': 'unchoose',
        onclick: () => this.onChoose(without(choices, name))
      },
      signIcon('close')
    );
    const text = h('span', { class: 'nbf-ChipText', title: `${name} = ${value}` }, `${name} ${value}`);
    return h('li', { class: 'nbf-Chip', 'data-name': name }, text, remove);
  }
}

const without = (choices: Choices, name: string): Choices =>
  Object.fromEntries(Object.entries(choices).filter(([other]) => other !== name));
