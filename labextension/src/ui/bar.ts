/** Shows the progress of a foreach as a bar, with failed tasks at its end. */
import type { StepLine } from '../state/protocol';
import { h } from './dom';

const PARTS = ['done', 'reused', 'skipped', 'running', 'failed'] as const;

export class CountBar {
  readonly node = h('span', { class: 'nbf-CountBar', 'aria-hidden': 'true' });

  constructor() {
    this.node.append(...PARTS.map(part => h('span', { 'data-part': part })));
  }

  /** Show new counts; only styles change, so that a thousand updates need no layout of text. */
  show(line: StepLine): void {
    this.node.hidden = line.total <= 1;
    PARTS.forEach((part, index) => {
      const child = this.node.children[index];
      if (child instanceof HTMLElement) {
        child.style.minWidth = line[part] ? '2px' : ''; // so that three of a thousand are visible
        child.style.width = `${(100 * line[part]) / Math.max(1, line.total)}%`;
      }
    });
  }
}
