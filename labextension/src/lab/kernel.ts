import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { type Answer, ask, Refusal } from './channel';
import type { Lab } from './lab';
import { writeLine } from './line';
import type { FlowNotebook } from './notebook';
import { sayError } from './toast';

const ENDED: readonly Kernel.Status[] = ['dead', 'terminating'];
const FREE: readonly Kernel.Status[] = ['idle', 'starting'];

/** Tells whether a kernel would handle a request at once. */
export const isFree = (kernel: Kernel.IKernelConnection): boolean => FREE.includes(kernel.status);

/** Returns the notebook's kernel, started if the user agrees; null if the user does not, or if it cannot start. */
export async function reachKernel(
  lab: Lab,
  notebook: FlowNotebook,
  why: string
): Promise<Kernel.IKernelConnection | null> {
  const { kernel } = notebook;
  if (kernel && !ENDED.includes(kernel.status)) {
    return refuseLanguage(lab, notebook) ? null : kernel;
  }
  const { trans } = lab;
  const { button } = await showDialog({
    title: trans('Start the kernel?'),
    body: kernel
      ? trans('The kernel of %1 has died. %2', notebook.name, why)
      : trans('%1 has no kernel. %2', notebook.name, why),
    buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.okButton({ label: trans('Start kernel') })]
  });
  return button.accept ? start(lab, notebook) : null;
}

async function start(lab: Lab, notebook: FlowNotebook): Promise<Kernel.IKernelConnection | null> {
  const { sessionContext } = notebook.panel;
  if (notebook.kernel) {
    await sessionContext.restartKernel();
  } else if (sessionContext.prevKernelName || sessionContext.kernelPreference.name) {
    await sessionContext.startKernel();
  }
  if (!notebook.kernel) {
    await lab.kernels.selectKernel(sessionContext);
  }
  return notebook.kernel && !refuseLanguage(lab, notebook) ? notebook.kernel : null;
}

function refuseLanguage(lab: Lab, notebook: FlowNotebook): boolean {
  const { specsManager } = notebook.panel.sessionContext;
  const spec = specsManager.specs?.kernelspecs[notebook.kernel?.name ?? ''];
  const isOther = spec !== undefined && spec.language.toLowerCase() !== 'python';
  if (isOther) {
    const text = '%1 runs %2 (%3), but nbflow needs a Python kernel: choose one with Kernel > Change Kernel';
    sayError(lab.trans('Flow'), lab.trans(text, notebook.name, spec.display_name, spec.language), lab.trans);
  }
  return isOther;
}

/** Executes lines in the kernel; while it is busy, tells the user that `what` waits. Rejects with a Refusal. */
export async function askInTurn(
  lab: Lab,
  kernel: Kernel.IKernelConnection,
  lines: readonly string[],
  what: string
): Promise<Answer> {
  const text = lab.trans('%1: queued, the kernel is busy. It follows when the cells before it have finished.', what);
  const id = isFree(kernel) ? undefined : Notification.emit(text, 'in-progress', { autoClose: false });
  try {
    return await ask(kernel, lines);
  } finally {
    if (id) {
      Notification.dismiss(id);
    }
  }
}

/** Shows why something was not done. */
export function sayRefusal(lab: Lab, notebook: FlowNotebook, what: string, error: unknown): void {
  notebook.failure.show(sayError(what, explain(lab, notebook, error), lab.trans));
}

export function explain(lab: Lab, notebook: FlowNotebook, error: unknown): string {
  if (error instanceof Refusal && error.kind === 'ModuleNotFoundError' && error.message.includes("'nbflow'")) {
    const name = notebook.panel.sessionContext.kernelDisplayName;
    return lab.trans(
      'the environment of kernel "%1" has no nbflow. Execute %pip install jupyter-nbflow in a cell, then try again',
      name
    );
  }
  return error instanceof Error ? error.message : String(error);
}

/** Returns the line that sends the notebook on the screen, saved or not, to the kernel. */
export const tellCells = (notebook: FlowNotebook): string => {
  const { path, id, choices } = notebook;
  return writeLine(['cells', JSON.stringify({ cells: notebook.cells(), path, id, choices })]);
};
