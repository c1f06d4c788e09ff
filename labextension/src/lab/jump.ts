import type { Lab } from './lab';
import type { FlowNotebook } from './notebook';

/**
 * Shows a cell. With a line, counted from 1, the cursor goes there; without one the focus stays, so that the panel can be
 * used by keyboard.
 */
export async function jumpTo(lab: Lab, notebook: FlowNotebook, id: string, line?: number): Promise<void> {
  const { panel } = notebook;
  const cell = notebook.cell(id);
  if (!cell) {
    return;
  }
  if (line !== undefined || !panel.isVisible) {
    lab.app.shell.activateById(panel.id);
  }
  panel.content.activeCellIndex = panel.content.widgets.indexOf(cell);
  panel.content.deselectAll();
  await panel.content.scrollToCell(cell, 'smart');
  if (line !== undefined) {
    await cell.ready;
    panel.content.mode = 'edit';
    const last = (cell.editor?.lineCount ?? 1) - 1;
    cell.editor?.setCursorPosition({ line: Math.min(Math.max(0, line - 1), last), column: 0 });
    cell.editor?.focus();
  }
}
