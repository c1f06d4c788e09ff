import { UUID } from '@lumino/coreutils';
import type { FlowNotebook } from './notebook';

/**
 * Gives a notebook with steps an id, so that its runs are found after it was renamed; one that has an id keeps it. One
 * whose file was not saved with its id gets that again.
 */
export function identify(notebook: FlowNotebook): void {
  if (!notebook.id && notebook.hasSteps) {
    notebook.id = notebook.model.lostId || UUID.uuid4();
  }
}

/** Makes a copied notebook one of its own: with another id, in its file too. */
export async function separate(notebook: FlowNotebook): Promise<void> {
  notebook.id = notebook.model.lostId || UUID.uuid4();
  const { context } = notebook.panel;
  const saved = context.save();
  if (context.model.collaborative) {
    saved.catch(() => undefined); // its server may refuse, or never answer, while others edit; it saves by itself
  } else {
    await saved;
  }
}
