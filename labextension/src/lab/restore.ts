import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { Widget } from '@lumino/widgets';
import type { RestorePreview, TaskGrid } from '../state/protocol';
import { h } from '../ui/dom';
import { ask, Refusal } from './channel';
import { askInTurn, explain, isFree, reachKernel, sayRefusal } from './kernel';
import type { Lab } from './lab';
import { writeLine } from './line';
import type { FlowNotebook } from './notebook';
import { askForChoice, type Choice, heading } from './preview';

/** The choice of `%flow restore`: restore all names, and remove those that the checkpoint does not have. */
const WHOLE: Choice = { names: null, keep: false };

const UNDO_FOR = 15_000; // milliseconds for which Undo is offered after a restore

/** Shows what a restore would change, restores if the user agrees, and offers to undo it. */
export async function restore(lab: Lab, notebook: FlowNotebook, address: string): Promise<void> {
  const chosen = await chooseTask(lab, notebook, address);
  if (chosen !== null) {
    await new Restore(lab, notebook, chosen).begin();
  }
}

const WHOLE_STEP = /^(?:(\d+)\/)?([\p{L}_][\p{L}\p{N}_]*)$/u;

/** Ask which item of a foreach is meant if the address names all of them; null if the user takes none. */
async function chooseTask(lab: Lab, notebook: FlowNotebook, address: string): Promise<string | null> {
  const [, run, step = ''] = WHOLE_STEP.exec(address) ?? [];
  if (!notebook.model.facts(step)?.scope.length) {
    return address;
  }
  const { tasks } = await notebook.archive.grid(step, run === undefined ? null : Number(run)).catch(() => NO_TASKS);
  const stored = tasks.filter(({ status }) => status === 'done' || status === 'reused');
  if (stored.length < 2) {
    return address;
  }
  const names = stored.map(({ label, item }) => (item ? `${label} · ${item}` : label));
  const { button, value } = await InputDialog.getItem({
    title: lab.trans('Restore which item of %1?', step),
    label: lab.trans('The step has run once for each item.'),
    items: names,
    okLabel: lab.trans('Restore…')
  });
  const task = button.accept ? stored[names.indexOf(value ?? '')] : undefined;
  return task ? `${task.run}/${task.label}` : null;
}

const NO_TASKS: Pick<TaskGrid, 'tasks'> = { tasks: [] };

export async function undo(lab: Lab, notebook: FlowNotebook): Promise<void> {
  const what = lab.trans('Undo');
  const kernel = notebook.kernel;
  if (!kernel) {
    const text = lab.trans('%1 has no kernel, so there is no restore to undo', notebook.name);
    Notification.warning(text, { autoClose: 8000 });
    return;
  }
  try {
    const { text } = await askInTurn(lab, kernel, ['undo'], what);
    Notification.success(text.trim(), { autoClose: 5000 });
  } catch (error) {
    sayRefusal(lab, notebook, what, error);
  } finally {
    notebook.refresh();
  }
}

class Restore {
  constructor(
    private readonly lab: Lab,
    private readonly notebook: FlowNotebook,
    private readonly address: string
  ) {}

  async begin(): Promise<void> {
    const why = this.lab.trans('Checkpoints are restored in a kernel.');
    const kernel = await reachKernel(this.lab, this.notebook, why);
    try {
      await (kernel && this.into(kernel));
    } catch (error) {
      sayRefusal(this.lab, this.notebook, this.what, error);
    }
  }

  private async into(kernel: Kernel.IKernelConnection): Promise<void> {
    const preview = this.look(kernel);
    preview.catch(() => undefined); // the code that awaits it handles the error
    const first = isFree(kernel) ? await preview : await this.wait(preview);
    const choice = first === 'blind' ? WHOLE : first && (await askForChoice(first, this.lab.trans));
    if (choice) {
      await this.trusting(kernel, () => this.perform(kernel, choice));
    }
  }

  private async look(kernel: Kernel.IKernelConnection): Promise<RestorePreview> {
    const answer = await ask(kernel, [writeLine(['restore', this.address, '--dry-run', '--wire'])]);
    if (!isPreview(answer.data)) {
      throw new Refusal('', this.lab.trans('nbflow in the kernel has another version than this panel: update it'));
    }
    return answer.data;
  }

  /** Wait for the preview, which needs a free kernel; the user may choose to restore without it. */
  private async wait(preview: Promise<RestorePreview>): Promise<RestorePreview | 'blind' | null> {
    const { trans } = this.lab;
    const dialog = new Dialog({
      title: this.what,
      body: trans(
        'Queued: the kernel is busy. As soon as it is free, you see here what would change. ' +
          'Or let nbflow restore then without showing it; you can undo that.'
      ),
      buttons: [
        Dialog.cancelButton({ label: trans('Cancel') }),
        Dialog.okButton({ label: trans('Restore when free') })
      ],
      defaultButton: 0
    });
    const pressed = dialog.launch().then(({ button }): 'blind' | null => (button.accept ? 'blind' : null));
    try {
      return await Promise.race([preview, pressed]);
    } finally {
      dialog.dispose();
    }
  }

  private async perform(kernel: Kernel.IKernelConnection, { names, keep }: Choice): Promise<void> {
    const { lab, notebook, address } = this;
    const words = ['restore', address, ...(keep ? ['--keep'] : []), ...(names ?? [])];
    const { text } = await askInTurn(lab, kernel, [writeLine(words)], this.what);
    notebook.refresh();
    Notification.success(withoutMagic(text), {
      autoClose: UNDO_FOR,
      actions: [{ label: lab.trans('Undo'), callback: () => void undo(lab, notebook) }]
    });
  }

  /** Do the work; if the store is not trusted, ask whether to trust it, and do the work again. */
  private async trusting(kernel: Kernel.IKernelConnection, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== 'Untrusted') {
        throw error;
      }
      if (await this.askForTrust(error)) {
        await askInTurn(this.lab, kernel, ['trust'], this.what);
        await work();
      }
    }
  }

  private async askForTrust(refusal: Refusal): Promise<boolean> {
    const { trans } = this.lab;
    const [who = ''] = explain(this.lab, this.notebook, refusal).split(': look at it with');
    const meaning = trans(
      'If you trust this store, everything that it holds now may run code in your kernel, with your permissions, ' +
        'whenever it is restored or reused. Trust it only if you know where it comes from.'
    );
    const { button } = await showDialog({
      title: trans('Trust this checkpoint?'),
      body: new Widget({ node: h('div', { class: 'nbf-Trust' }, h('p', {}, `${who}.`), h('p', {}, meaning)) }),
      buttons: [
        Dialog.cancelButton({ label: trans('Cancel') }),
        Dialog.warnButton({ label: trans('Trust and restore') })
      ],
      defaultButton: 0
    });
    return button.accept;
  }

  private get what(): string {
    return heading(this.address, this.lab.trans);
  }
}

/** Removes the advice to type `undo`, because the toast has a button for it. */
const withoutMagic = (text: string): string => text.replace(/ · %\w+ undo reverts it/, '').trim();

function isPreview(data: unknown): data is RestorePreview {
  return typeof data === 'object' && data !== null && 'address' in data && 'added' in data && 'strangers' in data;
}
