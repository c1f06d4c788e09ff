import type { Lab } from './lab';
import type { FlowNotebook } from './notebook';

/** Show a cell, and put the cursor on a line of it, counted from 1. */
export async function jumpTo(lab: Lab, notebook: FlowNotebook, id: string, line?: number): Promise<void> {
  const { content } = notebook.panel;
  const cell = notebook.cell(id);
  if (!cell) {
    return;
  }
  lab.app.shell.activateById(notebook.panel.id);
  content.activeCellIndex = content.widgets.indexOf(cell);
  content.deselectAll();
  await content.scrollToCell(cell, 'smart');
  await cell.ready;
  if (line === undefined) {
    content.mode = 'command';
    return;
  }
  content.mode = 'edit';
  const last = (cell.editor?.lineCount ?? 1) - 1;
  cell.editor?.setCursorPosition({ line: Math.min(Math.max(0, line - 1), last), column: 0 });
  cell.editor?.focus();
}
