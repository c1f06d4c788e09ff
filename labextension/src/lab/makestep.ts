import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { Lab } from './lab';
import { type FlowNotebook, isStepText } from './notebook';

const NAME = '[A-Za-z_][A-Za-z0-9_]*';

/** Tells whether a cell is ordinary code, which can become a step. */
export function canBeStep(cell: Cell | null): boolean {
  const source = cell?.model.type === 'code' ? cell.model.sharedModel.source : '';
  return source.trim() !== '' && !isStepText(source) && !source.trimStart().startsWith('%%');
}

/** Puts a header on top of a cell; the proposed name comes from the names that the cell writes. */
export async function makeStep(lab: Lab, notebook: FlowNotebook, cell: Cell): Promise<void> {
  const { trans } = lab;
  const { name, header } = await propose(notebook, cell.model.sharedModel.source);
  const { value } = await InputDialog.getText({
    title: trans('Make this cell a step'),
    label: trans('Name of the step'),
    text: name,
    pattern: NAME,
    required: true,
    okLabel: trans('Make step')
  });
  if (!value) {
    return;
  }
  if (notebook.model.facts(value)) {
    Notification.error(trans('There is a step "%1" already: choose another name', value), { autoClose: 5000 });
    return makeStep(lab, notebook, cell);
  }
  cell.model.sharedModel.updateSource(0, 0, `${rename(header, name, value)}\n`);
}

/** Asks the server for a name; without an answer, the user has to replace `step`. */
async function propose(notebook: FlowNotebook, source: string): Promise<{ name: string; header: string }> {
  try {
    return await notebook.archive.proposeName(source);
  } catch {
    return { name: 'step', header: '%%step step' };
  }
}

/** Returns the header with another name after the word `step`. */
export function rename(header: string, name: string, other: string): string {
  const at = header.lastIndexOf(name);
  return header.slice(0, at) + other + header.slice(at + name.length);
}
