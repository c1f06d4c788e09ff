import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { PlanChoices } from '../state/archive';
import type { FlowPlan, ProblemLine } from '../state/protocol';
import { h } from '../ui/dom';
import { askForChoices, make, planNow } from './convert';
import type { Lab } from './lab';
import { type FlowNotebook, isStepText } from './notebook';
import { sayError } from './toast';
import { Widget } from '@lumino/widgets';

const sourceOf = (cell: Cell): string => (cell.model.type === 'code' ? cell.model.sharedModel.source : '');

/** Tells whether a cell is ordinary code, which may become a step. */
export const canBeStep = (cell: Cell): boolean => sourceOf(cell).trim() !== '' && !isStepText(sourceOf(cell));

export const isStep = (cell: Cell): boolean => isStepText(sourceOf(cell));

/** Makes each of these cells a step, under a name that the user may change, and says why a cell cannot be one. */
export async function makeSteps(lab: Lab, notebook: FlowNotebook, cells: readonly Cell[]): Promise<void> {
  const { trans } = lab;
  const { only, kinds } = choose(cells, 'step');
  const isOne = cells.length === 1;
  const title = isOne ? trans('Make this cell a step') : trans('Make %1 cells steps', cells.length);
  const accept = isOne ? trans('Make step') : trans('Make steps');
  const choices = await askForChoices(lab, notebook, { title, accept, only, kinds });
  if (choices) {
    await make(lab, notebook, choices, title);
  }
}

/** Takes the headers away from step cells; if that breaks the flow, the user decides whether to do it. */
export async function makeOrdinary(lab: Lab, notebook: FlowNotebook, cells: readonly Cell[]): Promise<void> {
  const { trans } = lab;
  const title = cells.length === 1 ? trans('Make this step an ordinary cell') : trans('Make ordinary cells');
  const choices = choose(cells, 'scratch');
  try {
    const before = await planNow(lab, notebook, { ...choices, kinds: {} });
    const broken = newProblems(before, await planNow(lab, notebook, choices));
    if (broken.length === 0 || (await agrees(lab, title, broken))) {
      await make(lab, notebook, choices, title);
    }
  } catch (error) {
    sayError(title, error instanceof Error ? error.message : String(error), trans);
  }
}

function choose(cells: readonly Cell[], kind: PlanChoices['kinds'][string]): PlanChoices & { only: readonly string[] } {
  const only = cells.map(cell => cell.model.id);
  return { only, kinds: Object.fromEntries(only.map(id => [id, kind])), names: {}, parameters: [] };
}

function newProblems(before: FlowPlan, after: FlowPlan): readonly ProblemLine[] {
  const problems = (plan: FlowPlan): readonly ProblemLine[] => plan.rows.flatMap(row => row.problems);
  const known = new Set(problems(before).map(problem => problem.message));
  return problems(after).filter(problem => !problem.warning && !known.has(problem.message));
}

async function agrees({ trans }: Lab, title: string, problems: readonly ProblemLine[]): Promise<boolean> {
  const node = h(
    'div',
    { class: 'nbf-Trust' },
    h('p', {}, trans('The flow cannot run then:')),
    h('ul', {}, ...problems.map(({ where, message }) => h('li', {}, `${where}: ${message}`)))
  );
  const { button } = await showDialog({
    title,
    body: new Widget({ node }),
    buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.warnButton({ label: trans('Make ordinary') })]
  });
  return button.accept;
}
