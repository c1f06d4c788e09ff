/** Shows tabs, and makes each panel when it is first opened. */
import type { Component } from './component';
import { h, setAttribute } from './dom';
import { makeTabStop, rove } from './roving';

export interface Tab<Name extends string> {
  readonly name: Name;
  readonly label: string;
  readonly create: () => Component;
}

export class Tabs<Name extends string> implements Component {
  readonly node: HTMLElement;
  readonly bar: HTMLElement;
  isDisposed = false;

  constructor(
    label: string,
    private readonly tabs: readonly Tab<Name>[],
    private readonly onChange: (name: Name) => void
  ) {
    const id = `nbf-tabs-${++made}`;
    this.buttons = tabs.map(tab => this.button(id, tab));
    this.panels = tabs.map(tab =>
      h('div', {
        class: 'nbf-TabPanel',
        role: 'tabpanel',
        id: `${id}-${tab.name}-panel`,
        'aria-labelledby': `${id}-${tab.name}`,
        'data-view': tab.name,
        hidden: true
      })
    );
    this.bar = h(
      'div',
      { class: 'nbf-TabBar', role: 'tablist', 'aria-label': label, onkeydown: event => this.key(event) },
      ...this.buttons
    );
    this.node = h('div', { class: 'nbf-TabPanels' }, ...this.panels);
  }

  get current(): Name | null {
    return this._current;
  }

  set current(name: Name | null) {
    if (name === null || name === this._current) {
      return;
    }
    this._current = name;
    this.tabs.forEach((tab, index) => this.reveal(index, tab, tab.name === name));
    this.onChange(name);
  }

  dispose(): void {
    this.isDisposed = true;
    this.made.forEach(component => component.dispose());
    this.made.clear();
  }

  private reveal(index: number, tab: Tab<Name>, isCurrent: boolean): void {
    const [button, panel] = [this.buttons[index], this.panels[index]];
    if (!button || !panel) {
      return;
    }
    setAttribute(button, 'aria-selected', String(isCurrent));
    panel.hidden = !isCurrent;
    if (isCurrent) {
      makeTabStop(button, this.buttons);
      if (!this.made.has(tab.name)) {
        const component = tab.create();
        this.made.set(tab.name, component);
        panel.append(component.node);
      }
    }
  }

  private button(id: string, tab: Tab<Name>): HTMLElement {
    return h(
      'button',
      {
        class: 'nbf-ViewTab',
        role: 'tab',
        type: 'button',
        id: `${id}-${tab.name}`,
        tabindex: -1,
        'aria-selected': 'false',
        'aria-controls': `${id}-${tab.name}-panel`,
        'data-view': tab.name,
        onclick: () => (this.current = tab.name)
      },
      tab.label
    );
  }

  private key(event: KeyboardEvent): void {
    if (rove(event, this.buttons, true)) {
      this.current = this.tabs[this.buttons.findIndex(button => button === document.activeElement)]?.name ?? null;
    }
  }

  private _current: Name | null = null;
  private readonly buttons: HTMLElement[];
  private readonly panels: HTMLElement[];
  private readonly made = new Map<Name, Component>();
}

let made = 0; // makes ids that are unique in the page
