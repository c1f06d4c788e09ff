import type { Cell } from '@jupyterlab/cells';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { h } from '../ui/dom';
import { count, duration } from '../ui/format';
import type { Translate } from '../ui/language';
import { failedText } from '../ui/words';
import { outputNodeOf } from './celloutputs';
import type { FlowNotebook } from './notebook';
import { areOf, type OutputFacts, readFacts } from './outputfacts';
import { Pause } from './pause';

/** The class of cells whose outputs are of another run than the badge speaks of. */
const OTHER = 'nbf-mod-otherRun';

/** Tells below the outputs of each step cell of which run they are; those of another run are dimmed. */
export class RunLines implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly notebook: FlowNotebook,
    private readonly trans: Translate,
    private readonly show: (step: string, run: number) => void
  ) {
    const { model, panel } = notebook;
    for (const signal of [model.shapeChanged, model.runsChanged, model.shownChanged]) {
      signal.connect(this.changes.poke, this.changes);
    }
    model.linesChanged.connect(this.changes.poke, this.changes);
    panel.content.modelContentChanged.connect(this.changes.poke, this.changes);
    this.place();
  }

  set visible(visible: boolean) {
    this.notebook.panel.content.toggleClass('nbf-mod-noRunLines', !visible);
  }

  dispose(): void {
    this.isDisposed = true;
    this.changes.dispose();
    [...this.lines.keys()].forEach(cell => this.remove(cell));
    Signal.disconnectReceiver(this);
  }

  private place(): void {
    const cells = this.notebook.panel.content.widgets;
    const present = new Set(cells);
    [...this.lines.keys()].filter(cell => !present.has(cell)).forEach(cell => this.remove(cell));
    for (const cell of cells) {
      const step = this.notebook.stepOf(cell);
      const facts = step ? readFacts(cell.model) : null;
      if (facts) {
        this.update(cell, step, facts);
      } else {
        this.remove(cell);
      }
    }
  }

  private update(cell: Cell, step: string, facts: OutputFacts): void {
    const outputs = outputNodeOf(cell, () => this.changes.poke());
    const line = this.lines.get(cell) ?? h('div', { class: 'nbf-RunLine nbf-Themed' });
    if (!outputs) {
      return;
    }
    this.lines.set(cell, line);
    if (outputs.nextElementSibling !== line) {
      outputs.after(line);
    }
    const other = this.otherRun(step, facts);
    cell.toggleClass(OTHER, other !== null);
    const said = other === null ? this.describe(facts) : this.describeOther(facts);
    const key = `${said} ${other ?? ''}`;
    if (line.dataset['said'] !== key) {
      line.dataset['said'] = key;
      line.replaceChildren(h('span', {}, said), ...(other ? [this.showButton(step, other)] : []));
    }
  }

  /** Return the run that the badge speaks of, if it is another one; 0 if the outputs are of another notebook's run. */
  private otherRun(step: string, facts: OutputFacts): number | null {
    const { model } = this.notebook;
    const line = model.line(step);
    if (model.shown || !line || line.status === 'running' || line.status === 'waiting') {
      return null;
    }
    const known = model.runs?.find(run => run.number === facts.run);
    const isStrange = known !== undefined && !areOf(facts, known);
    return isStrange || (line.run !== null && line.run !== facts.run) ? (line.run ?? 0) : null;
  }

  private describe(facts: OutputFacts): string {
    const { trans } = this;
    const failed = failedText({ total: facts.tasks, failed: facts.failed }, trans);
    const tasks = facts.tasks > 1 ? trans('%1 tasks', count(facts.tasks)) : this.origin(facts);
    const parts = [trans('run %1', facts.run), failed ? `${tasks}, ${failed}` : tasks];
    const isEnded = facts.status !== 'running';
    const isTold = facts.status === 'cancelled' || (facts.status === 'failed' && !failed);
    return [
      ...parts,
      ...(isTold ? [trans(facts.status)] : []),
      isEnded ? duration(facts.seconds) : trans('running')
    ].join(' · ');
  }

  /** Say where the result of the only task comes from. */
  private origin({ place, source, status }: OutputFacts): string {
    const { trans } = this;
    if (source !== null) {
      return trans('from run %1', source);
    }
    if (status === 'reused') {
      return trans('stored result'); // the kernel has written above from which run
    }
    return place === 'kernel' ? trans('kernel') : trans('worker');
  }

  private describeOther(facts: OutputFacts): string {
    const known = this.notebook.model.runs?.find(run => run.number === facts.run);
    return known && areOf(facts, known)
      ? this.trans('from run %1', facts.run)
      : this.trans('from a run that this notebook does not have');
  }

  private showButton(step: string, run: number): HTMLButtonElement {
    const label = this.trans('show run %1', run);
    return h('button', { type: 'button', 'data-action': 'show-run', onclick: () => this.show(step, run) }, label);
  }

  private remove(cell: Cell): void {
    this.lines.get(cell)?.remove();
    this.lines.delete(cell);
    cell.removeClass(OTHER);
  }

  private readonly changes = new Pause(() => this.place(), 50, 200);
  private readonly lines = new Map<Cell, HTMLElement>();
}
