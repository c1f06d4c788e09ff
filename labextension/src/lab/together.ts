import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import type { Choices } from '../state/choices';
import type { FlowNotebook } from './notebook';

/** The name under which a page tells the others that edit the same notebook; it is not saved. */
const FIELD = 'nbflow';

/** What a page has chosen, or has heard of; the greatest number is the newest choice, made after the run `after`. */
interface Told {
  readonly number: number;
  readonly choices: Choices;
  readonly after: number;
}

const isTold = (value: unknown): value is Told =>
  typeof value === 'object' && value !== null && 'number' in value && 'choices' in value;

/**
 * Gives all pages that edit a notebook together the same chosen parameters, as long as the returned object lives.
 *
 * A page on its own only tells itself.
 */
export function shareChoices(notebook: FlowNotebook): IDisposable {
  const { model, panel } = notebook;
  const awareness = panel.content.model?.sharedModel.awareness;
  if (!awareness) {
    return new DisposableDelegate(() => undefined);
  }
  let known: Told = { number: 0, choices: {}, after: 0 };
  const isKnown = (choices: Choices): boolean => JSON.stringify(choices) === JSON.stringify(known.choices);
  const tell = (): void => {
    const { choices, chosenAfter: after } = model;
    if (choices && !isKnown(choices)) {
      known = { number: known.number + 1, choices, after };
      awareness.setLocalStateField(FIELD, known);
    }
  };
  const hear = (): void => {
    const all = [...awareness.getStates().values()].map(state => state[FIELD]).filter(isTold);
    const newest = all.reduce((one, other) => (other.number > one.number ? other : one), known);
    if (newest !== known) {
      known = newest;
      notebook.told = ''; // the kernel may have been told something else by another page
      model.choose(newest.choices, newest.after);
    }
  };
  model.choicesChanged.connect(tell);
  awareness.on('change', hear);
  hear();
  return new DisposableDelegate(() => {
    model.choicesChanged.disconnect(tell);
    awareness.off('change', hear);
  });
}
