import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { Widget } from '@lumino/widgets';
import { h } from '../ui/dom';
import type { Translate } from '../ui/language';
import { type Answer, Refusal } from './channel';
import { askInTurn, reachKernel, sayRefusal, tellCells } from './kernel';
import type { Lab } from './lab';
import { writeLine } from './line';
import type { FlowNotebook } from './notebook';
import { sayDone } from './toast';

/** Describes the script to write. */
interface Script {
  readonly file: string; // a path relative to the notebook's folder
  readonly target: string;
}

/** Writes the notebook as a script, and shows the script. */
export async function exportScript(lab: Lab, notebook: FlowNotebook): Promise<void> {
  const { trans } = lab;
  const what = trans('Export');
  const script = await askForScript(notebook, trans);
  const kernel = script && (await reachKernel(lab, notebook, trans('The kernel writes the script.')));
  if (!script || !kernel) {
    return;
  }
  const words = ['export', script.file, '--target', script.target];
  const write = (...more: string[]): Promise<Answer> =>
    askInTurn(lab, kernel, [tellCells(notebook), writeLine([...words, ...more])], what);
  try {
    const answer = await writeOver(write, () => askToOverwrite(script.file, trans));
    if (answer) {
      sayDone(what, answer.text.trim(), trans);
      await open(lab, notebook, script.file);
    }
  } catch (error) {
    sayRefusal(lab, notebook, what, error);
  }
}

/** Writes the script; an existing file is overwritten only if the user agrees. */
async function writeOver(
  write: (...more: string[]) => Promise<Answer>,
  mayOverwrite: () => Promise<boolean>
): Promise<Answer | null> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'TargetExists') {
      throw error;
    }
    return (await mayOverwrite()) ? write('--force') : null;
  }
}

async function askToOverwrite(file: string, trans: Translate): Promise<boolean> {
  const { button } = await showDialog({
    title: trans('Overwrite file?'),
    body: trans('"%1" already exists, are you sure you want to overwrite it?', file),
    buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.warnButton({ label: trans('Overwrite') })]
  });
  return button.accept;
}

async function askForScript(notebook: FlowNotebook, trans: Translate): Promise<Script | null> {
  const stem = PathExt.basename(notebook.path, PathExt.extname(notebook.path));
  const { button, value } = await showDialog({
    title: trans('Export %1 as a script', notebook.name),
    body: new ScriptForm(`${stem}.py`, trans),
    buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.okButton({ label: trans('Export') })],
    focusNodeSelector: 'input'
  });
  return button.accept ? value : null;
}

/** Shows the file in the editor, if the kernel has written it where the server can read it. */
async function open(lab: Lab, notebook: FlowNotebook, file: string): Promise<void> {
  const folder = PathExt.dirname(notebook.panel.context.path);
  const path = PathExt.join(folder, file);
  const { content } = await lab.app.serviceManager.contents.get(folder);
  if (PathExt.dirname(file) !== '' || isListed(content, PathExt.basename(file))) {
    await lab.app.commands.execute('docmanager:open', { path });
  }
}

const isListed = (content: unknown, name: string): boolean =>
  Array.isArray(content) && content.some(item => item?.name === name);

class ScriptForm extends Widget implements Dialog.IBodyWidget<Script> {
  constructor(file: string, trans: Translate) {
    super();
    this.addClass('nbf-ExportForm');
    this.file = h('input', { type: 'text', class: 'jp-mod-styled', value: file, required: true, spellcheck: 'false' });
    this.target = h(
      'select',
      { class: 'jp-mod-styled' },
      h('option', { value: 'nbflow' }, trans('nbflow: runs with nbflow alone')),
      h('option', { value: 'metaflow' }, trans('Metaflow: imports from metaflow'))
    );
    this.node.append(
      h('label', {}, trans('File, in the folder of the notebook'), this.file),
      h('label', {}, trans('Target'), this.target)
    );
  }

  getValue(): Script {
    return { file: this.file.value.trim(), target: this.target.value };
  }

  private readonly file: HTMLInputElement;
  private readonly target: HTMLSelectElement;
}
