import { UUID } from '@lumino/coreutils';
import type { FlowNotebook } from './notebook';

/** Gives a notebook with steps an id, so that its runs are found after it was renamed; one that has an id keeps it. */
export function identify(notebook: FlowNotebook): void {
  if (!notebook.id && notebook.hasSteps) {
    notebook.id = UUID.uuid4();
  }
}

/** Makes a copied notebook one of its own: with another id, in its file too. */
export async function separate(notebook: FlowNotebook): Promise<void> {
  notebook.id = UUID.uuid4();
  await notebook.panel.context.save();
}
