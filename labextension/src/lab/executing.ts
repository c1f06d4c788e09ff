/** Keeps the kernel's idea of the notebook equal to the panel's, before a cell of the flow is executed. */
import { ask } from './channel';
import { identify } from './identity';
import { tellCells } from './kernel';
import { type FlowNotebook, isParametersText, isStepText } from './notebook';

/** Prepares for the execution of a cell, of which the request to the kernel follows. */
export function prepareFor(notebook: FlowNotebook, source: string): void {
  notebook.prepare();
  if (isParametersText(source)) {
    notebook.model.choose({}); // the kernel uses the values of the cell from then on
  } else if (isStepText(source)) {
    identify(notebook);
    tell(notebook);
  }
}

/** Tells the kernel the id and the chosen parameters, unless it knows them. */
function tell(notebook: FlowNotebook): void {
  const { kernel, id, choices } = notebook;
  const facts = JSON.stringify([kernel?.id, id, choices]);
  if (kernel && facts !== notebook.told) {
    notebook.told = facts;
    ask(kernel, [tellCells(notebook)]).catch(() => undefined); // the cell itself says what is wrong
  }
}
