/** Shows a comparison in the place of the table that it was asked for in, until it is closed. */
import type { Component } from '../ui/component';
import { h } from '../ui/dom';
import { type Compared, Comparison } from './comparison';
import type { Host } from './host';

export class Aside implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly table: HTMLElement,
    private readonly host: Pick<Host, 'trans' | 'showOutputs'>
  ) {
    this.node = h('div', { class: 'nbf-Aside' }, table, this.place);
  }

  show(found: Compared | null): void {
    this.comparison?.dispose();
    this.comparison = found && new Comparison(found, { ...this.host, onClose: () => this.show(null) });
    this.place.replaceChildren(...(this.comparison ? [this.comparison.node] : []));
    this.table.hidden = found !== null;
    this.place.querySelector('button')?.focus();
  }

  dispose(): void {
    this.isDisposed = true;
    this.comparison?.dispose();
  }

  private comparison: Comparison | null = null;
  private readonly place = h('div', { class: 'nbf-DiffHost' });
}
