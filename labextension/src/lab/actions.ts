import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';
import type { RepairLine, RunLine } from '../state/protocol';
import type { ValueAddress } from '../state/values';
import type { Actions, Part } from '../views/host';
import type { ViewName } from '../views/panel';
import { isEdit, repairLabel } from '../views/repairs';
import { askNow, convert, offerUndo } from './convert';
import { exportScript } from './exporting';
import { identify, separate } from './identity';
import { jumpTo } from './jump';
import { askInTurn, reachKernel, sayRefusal, tellCells } from './kernel';
import type { Lab } from './lab';
import { writeLine, writeParameters } from './line';
import type { FlowNotebook } from './notebook';
import { applyEdits } from './notebookedits';
import { activeRun } from './progress';
import { restore, undo } from './restore';
import { brief, sayError } from './toast';

/** Performs actions on the flow of one notebook with its kernel. */
export class FlowActions implements Actions {
  constructor(
    private readonly lab: Lab,
    private readonly notebook: FlowNotebook,
    readonly openAsTab: (view: ViewName) => void,
    private readonly askForParameters: () => void,
    readonly openValue: (address: ValueAddress) => void
  ) {}

  /** Run the flow. A notebook without steps has none: offer to make one. */
  async run({ fresh, ...limits }: Part, parameters: Readonly<Record<string, string>>): Promise<void> {
    if (!this.notebook.findsSteps()) {
      return this.convert();
    }
    const words = Object.entries(limits).flatMap(([option, value]) => [`--${option}`, value]);
    await this.start(['run', ...(fresh ? ['--fresh'] : []), ...words, ...writeParameters(parameters)]);
  }

  async resume(run: number | null, without?: string): Promise<void> {
    const limits = without === undefined ? [] : ['--without-failed', without];
    await this.start(['resume', ...(run === null ? [] : [String(run)]), ...limits]);
  }

  async rerun(address: string): Promise<void> {
    await this.start(['rerun', address]);
  }

  async debug(address: string): Promise<void> {
    const told = await this.perform(['debug', ...(address ? [address] : [])], this.lab.trans('Debug'));
    if (told !== null) {
      const [bound = ''] = told.split('\n');
      Notification.info(brief(this.lab.trans('%1. Execute its cell to run it here.', bound)), { autoClose: 8000 });
      this.jumpToStep(stepOf(told));
    }
  }

  /** Stop the run: interrupt its cell, or cancel it if it runs in the background. */
  async cancel(): Promise<void> {
    const { model, kernel } = this.notebook;
    const run = activeRun(model);
    const place = run ? await this.notebook.feed.find(run.number) : 'beside';
    if (place === 'cell') {
      await kernel?.interrupt();
    } else if (place === 'beside') {
      await this.perform(['cancel'], this.lab.trans('Stop'));
    } else {
      const text = 'Run %1 goes on elsewhere, in a shell or in another kernel: stop it there';
      Notification.warning(this.lab.trans(text, run?.number ?? ''), { autoClose: 8000 });
    }
  }

  restore(address: string): Promise<void> {
    return restore(this.lab, this.notebook, address);
  }

  undo(): Promise<void> {
    return undo(this.lab, this.notebook);
  }

  async tag(run: number, name: string): Promise<void> {
    await this.perform(['tag', String(run), name], this.lab.trans('Tag run %1', run));
  }

  async shareRuns(flow: string): Promise<void> {
    await separate(this.notebook);
    await this.perform(['notebook', '--runs-of', flow], this.lab.trans('Keep the runs'));
  }

  async startEmpty(): Promise<void> {
    await separate(this.notebook);
    this.notebook.refresh();
  }

  async note(run: RunLine): Promise<void> {
    const title = this.lab.trans('Note on run %1', run.number);
    const { button, value } = await InputDialog.getText({ title, text: run.note });
    if (button.accept) {
      await this.perform(['note', String(run.number), ...(value?.trim() ? ['--', value.trim()] : ['--clear'])], title);
    }
  }

  async pin(run: number, pinned: boolean): Promise<void> {
    await this.perform(['pin', String(run), ...(pinned ? [] : ['--off'])], this.lab.trans('Pin run %1', run));
  }

  async remove(runs: readonly number[]): Promise<void> {
    const { trans } = this.lab;
    const title = runs.length === 1 ? trans('Delete run %1?', runs[0] ?? '') : trans('Delete %1 runs?', runs.length);
    const { button } = await showDialog({
      title,
      body: trans('Its results that no other run needs are deleted too. This cannot be undone.'),
      buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.warnButton({ label: trans('Delete') })],
      defaultButton: 0
    });
    if (button.accept) {
      await this.perform(['delete', ...runs.map(String)], title);
    }
  }

  jump(cell: string, line?: number): void {
    void jumpTo(this.lab, this.notebook, cell, line);
  }

  prepareValue(type: string): void {
    this.notebook.values.prepare(type);
  }

  report(run: number): void {
    window.open(this.notebook.archive.report(run), '_blank', 'noopener');
  }

  /** Do what a button says; a cell whose error offered to run steps first is executed after them. */
  async repair(repair: RepairLine, cell?: Cell): Promise<void> {
    const { kind, target } = repair;
    if (isEdit(repair)) {
      await this.mend(repair);
    } else if (kind === 'debug') {
      await this.debug(target);
    } else if (kind === 'set-parameters') {
      this.askForParameters();
    } else if (await this.start(kind === 'run-first' ? ['run', '--to', target] : ['rerun', target])) {
      await this.execute(cell); // it waits for the run
    }
  }

  convert(): Promise<void> {
    return convert(this.lab, this.notebook);
  }

  exportScript(): Promise<void> {
    return exportScript(this.lab, this.notebook);
  }

  /** Ask for a name, and tag the run with it. */
  async askForTag(run: number): Promise<void> {
    const { trans } = this.lab;
    const { value } = await InputDialog.getText({
      title: trans('Tag run %1', run),
      label: trans('Name'),
      required: true
    });
    if (value) {
      await this.tag(run, value);
    }
  }

  private jumpToStep(step: string): void {
    const facts = this.notebook.model.facts(step);
    if (facts) {
      this.jump(facts.cell);
    }
  }

  /** Start a run in the background, so that the kernel stays free. */
  private async start(words: readonly string[]): Promise<boolean> {
    identify(this.notebook);
    const [verb = '', ...rest] = words;
    this.notebook.failure.dismiss();
    return (await this.perform([verb, '--bg', ...rest], this.lab.trans('Flow'))) !== null;
  }

  private async execute(cell: Cell | undefined): Promise<void> {
    const { content, sessionContext } = this.notebook.panel;
    if (cell && !cell.isDisposed) {
      await NotebookActions.runCells(content, [cell], sessionContext);
    }
  }

  /** Change the cells in one transaction. The kernel is told before the next step is executed. */
  private async mend(repair: RepairLine): Promise<void> {
    const { lab, notebook } = this;
    const what = repairLabel(repair, lab.trans);
    try {
      const { edits } = await askNow(lab, notebook, () => notebook.archive.repair(repair));
      const shared = notebook.panel.content.model?.sharedModel;
      if (shared) {
        notebook.failure.dismiss();
        applyEdits(shared, edits);
        notebook.told = '';
        offerUndo(lab, notebook, lab.trans('Done: %1', what));
      }
    } catch (error) {
      sayError(what, error instanceof Error ? error.message : String(error), lab.trans);
    }
  }

  /** Return what the kernel printed; null if it failed, which is then shown to the user. */
  private async perform(words: readonly string[], what: string): Promise<string | null> {
    const { lab, notebook } = this;
    const kernel = await reachKernel(lab, notebook, lab.trans('The kernel starts the runs.'));
    if (!kernel) {
      return null;
    }
    try {
      const { text } = await askInTurn(lab, kernel, [tellCells(notebook), writeLine(words)], what);
      return text.trim();
    } catch (error) {
      sayRefusal(lab, notebook, what, error);
      return null;
    } finally {
      notebook.refresh();
    }
  }
}

/** Returns the step of an address: `fit` for `7/fit[3]`. */
const stepOf = (address: string): string => /^(?:\d+\/)?(\w+)/.exec(address)?.[1] ?? '';
