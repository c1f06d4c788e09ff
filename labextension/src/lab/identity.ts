import { UUID } from '@lumino/coreutils';
import { ask } from './channel';
import { tellCells } from './kernel';
import { type FlowNotebook, isStepText } from './notebook';

/** Gives a notebook with steps an id, so that its runs are found after it was renamed; one that has an id keeps it. */
export function identify(notebook: FlowNotebook): void {
  if (!notebook.id && notebook.hasSteps) {
    notebook.id = UUID.uuid4();
  }
}

/** Tells the kernel the id of a new flow before the first of its steps is executed. */
export function identifyBefore(notebook: FlowNotebook, source: string): void {
  if (notebook.id || !isStepText(source)) {
    return;
  }
  identify(notebook);
  if (notebook.kernel) {
    ask(notebook.kernel, [tellCells(notebook)]).catch(() => undefined); // the cell itself says what is wrong
  }
}

/** Makes a copied notebook one of its own: with another id, in its file too. */
export async function separate(notebook: FlowNotebook): Promise<void> {
  notebook.id = UUID.uuid4();
  await notebook.panel.context.save();
}
