import type { Cell } from '@jupyterlab/cells';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { h, setAttribute, setText } from '../ui/dom';
import { outdatedIcon, showStatus, statusIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import { failedMark, stepLabel, stepTooltip } from '../ui/words';
import type { FlowNotebook } from './notebook';
import { Pause } from './pause';

/** The class of step cells, by which menus and style sheets find them. */
export const STEP_CELL = 'nbf-mod-step';

interface Badge {
  readonly cell: Cell;
  readonly button: HTMLButtonElement;
  readonly icon: SVGSVGElement;
  readonly outdated: SVGSVGElement;
  readonly failed: HTMLElement;
}

/** Shows the status of each step cell below its prompt; a click shows the step in the panel. */
export class Badges implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly notebook: FlowNotebook,
    private readonly trans: Translate,
    private readonly show: (step: string) => void
  ) {
    const { model, panel } = notebook;
    model.shapeChanged.connect(this.place, this);
    model.flowChanged.connect(this.place, this);
    model.linesChanged.connect((_, steps) => steps.forEach(step => this.update(step)), this);
    model.shownChanged.connect(this.place, this);
    panel.content.modelContentChanged.connect(this.moved.poke, this.moved);
    this.place();
  }

  set visible(visible: boolean) {
    this.notebook.panel.content.toggleClass('nbf-mod-noBadges', !visible);
  }

  dispose(): void {
    this.isDisposed = true;
    this.moved.dispose();
    this._badges.forEach((_, step) => this.remove(step));
    Signal.disconnectReceiver(this);
  }

  /** Place one badge for each step in its cell. An earlier run that is shown does not change them. */
  private place(): void {
    const steps = this.notebook.model.shown ? [] : (this.notebook.model.shape?.steps ?? []);
    const names = new Set(steps.map(step => step.name));
    for (const step of this._badges.keys()) {
      if (!names.has(step) && !this.notebook.model.shown) {
        this.remove(step);
      }
    }
    const cells = new Map(this.notebook.panel.content.widgets.map(cell => [cell.model.id, cell]));
    steps.forEach(({ name, cell }) => this.ensure(name, cells.get(cell)));
  }

  private ensure(step: string, cell: Cell | undefined): void {
    const known = this._badges.get(step);
    if (known?.cell !== cell || known?.button.parentElement !== cell?.node) {
      this.remove(step);
      if (cell) {
        this.add(step, cell);
      }
    }
    this.update(step);
  }

  private add(step: string, cell: Cell): void {
    const [icon, outdated] = [statusIcon('missing'), outdatedIcon()];
    const failed = h('span', { class: 'nbf-BadgeFailed' });
    const onclick = (): void => this.show(step);
    const button = h('button', { class: 'nbf-Badge nbf-Themed', type: 'button', onclick }, icon, outdated, failed);
    cell.addClass(STEP_CELL);
    cell.node.append(button);
    this._badges.set(step, { cell, button, icon, outdated, failed });
  }

  private remove(step: string): void {
    const badge = this._badges.get(step);
    this._badges.delete(step);
    badge?.button.remove();
    if (badge && ![...this._badges.values()].some(other => other.cell === badge.cell)) {
      badge.cell.removeClass(STEP_CELL);
    }
  }

  private update(step: string): void {
    const badge = this._badges.get(step);
    const line = this.notebook.model.line(step);
    if (badge && line && !this.notebook.model.shown) {
      showStatus(badge.icon, line.status);
      badge.outdated.classList.toggle('nbf-mod-off', !line.outdated);
      setText(badge.failed, failedMark(line));
      setAttribute(badge.button, 'data-status', line.status);
      setAttribute(badge.button, 'aria-label', stepLabel(line, this.trans));
      setAttribute(badge.button, 'title', stepTooltip(line, this.notebook.model.facts(step)?.mark ?? '', this.trans));
    }
  }

  private readonly moved = new Pause(() => this.place(), 50, 200);
  private readonly _badges = new Map<string, Badge>();
}
