import { Dialog, Notification } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { PlanChoices } from '../state/archive';
import type { FlowPlan } from '../state/protocol';
import { PlanView } from '../views/plan';
import type { Lab } from './lab';
import type { FlowNotebook } from './notebook';
import { applyEdits } from './notebookedits';
import { Pause } from './pause';
import { sayError } from './toast';

const PAUSE = 250; // milliseconds after a key stroke before the plan is made again
const TRIES = 5;
const UNDO_FOR = 20_000; // milliseconds for which Undo is offered

/** Describes a dialog that shows a plan. */
export interface PlanQuestion {
  readonly title: string;
  readonly accept: string;
  readonly only: readonly string[] | null;
  /** What becomes of these cells, before the user chooses. */
  readonly kinds: PlanChoices['kinds'];
}

/** Shows how the notebook becomes a flow, lets the user change it, and makes the flow: one undo restores all. */
export async function convert(lab: Lab, notebook: FlowNotebook): Promise<void> {
  const { trans } = lab;
  const title = trans('Turn %1 into a flow', notebook.name);
  const choices = await askForChoices(lab, notebook, { title, accept: trans('Convert'), only: null, kinds: {} });
  const plan = choices && (await make(lab, notebook, choices, title));
  if (plan) {
    offerUndo(lab, notebook, trans('%1 is a flow now. New steps: %2', notebook.name, plan.steps));
  }
}

/** Shows a plan. Returns what the user decides, null if the user cancels. */
export async function askForChoices(
  lab: Lab,
  notebook: FlowNotebook,
  { title, accept, only, kinds }: PlanQuestion
): Promise<PlanChoices | null> {
  const { trans } = lab;
  const body = new PlanBody(lab, notebook, only, kinds);
  const dialog = new Dialog({
    title,
    body,
    buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.okButton({ label: accept })]
  });
  dialog.addClass('nbf-PlanDialog');
  dialog.toggleClass('nbf-mod-wide', only === null);
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

/** Makes what a plan says, in one change. Returns the plan; null if nothing has changed. */
export async function make(
  lab: Lab,
  notebook: FlowNotebook,
  choices: PlanChoices,
  what: string
): Promise<FlowPlan | null> {
  try {
    const plan = await planNow(lab, notebook, choices);
    const shared = notebook.panel.content.model?.sharedModel;
    if (shared && plan.edits.length) {
      applyEdits(shared, plan.edits);
      return plan;
    }
  } catch (error) {
    sayError(what, error instanceof Error ? error.message : String(error), lab.trans);
  }
  return null;
}

/** Returns the plan for the text as it is when the answer arrives: others may edit the notebook, too. */
export const planNow = (lab: Lab, notebook: FlowNotebook, choices: PlanChoices): Promise<FlowPlan> =>
  askNow(lab, notebook, () => notebook.archive.plan(choices));

/** Returns the server's answer about the text as it is when the answer arrives. */
export async function askNow<T>(lab: Lab, notebook: FlowNotebook, ask: () => Promise<T>): Promise<T> {
  for (let tried = 0; tried < TRIES; tried++) {
    const text = textOf(notebook);
    const answer = await ask();
    if (text === textOf(notebook)) {
      return answer;
    }
  }
  throw new Error(lab.trans('the notebook keeps changing: try again when nobody edits it'));
}

const textOf = (notebook: FlowNotebook): string => JSON.stringify(notebook.cells());

/** Says what was done to the cells, with a button that takes it back. */
export function offerUndo(lab: Lab, notebook: FlowNotebook, text: string): void {
  const { trans } = lab;
  const after = textOf(notebook);
  const undo = (): void => {
    if (textOf(notebook) === after) {
      notebook.panel.content.model?.sharedModel.undo();
    } else {
      Notification.info(trans('The notebook was edited since: use Edit > Undo Cell Operation'), { autoClose: 8000 });
    }
  };
  Notification.success(text, { autoClose: UNDO_FOR, actions: [{ label: trans('Undo'), callback: undo }] });
}

/** Shows the plan in a dialog, and makes it again whenever the user decides something or the notebook changes. */
class PlanBody extends Widget implements Dialog.IBodyWidget<PlanChoices> {
  constructor(
    private readonly lab: Lab,
    private readonly notebook: FlowNotebook,
    only: readonly string[] | null,
    private readonly kinds: PlanChoices['kinds']
  ) {
    super();
    this.addClass('nbf-PlanBody');
    this.view = new PlanView({ trans: lab.trans, only, onChoice: () => this.follow() });
    this.pause = new Pause(() => void this.ask(), PAUSE, 4 * PAUSE);
    this.node.append(this.view.node);
    notebook.panel.content.modelContentChanged.connect(this.pause.poke, this.pause);
  }

  getValue(): PlanChoices {
    const { choices } = this.view;
    return { ...choices, kinds: { ...this.kinds, ...choices.kinds } };
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.notebook.panel.content.modelContentChanged.disconnect(this.pause.poke, this.pause);
      this.pause.dispose();
      this.view.dispose();
      super.dispose();
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    void this.ask().then(() => this.view.focus());
  }

  private follow(): void {
    this.recheck();
    this.pause.poke();
  }

  /** Have the dialog check its fields. */
  private recheck(): void {
    this.node.dispatchEvent(new Event('input'));
  }

  private async ask(): Promise<void> {
    const number = ++this.asked;
    try {
      const plan = await this.notebook.archive.plan(this.getValue());
      if (number === this.asked && !this.isDisposed) {
        this.view.show(plan);
      }
    } catch (error) {
      if (number === this.asked && !this.isDisposed) {
        this.view.fail(error instanceof Error && error.message ? error.message : this.lab.trans(NO_SERVER));
      }
    }
    this.recheck();
  }

  private asked = 0;
  private readonly view: PlanView;
  private readonly pause: Pause;
}

const NO_SERVER =
  'The Jupyter server has no nbflow: pip install jupyter-nbflow in its environment, then start it again.';
