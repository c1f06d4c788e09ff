/** Shows what can be done about a problem as a button. */
import type { RepairKind, RepairLine } from '../state/protocol';
import { textButton } from '../ui/button';
import { duration } from '../ui/format';
import type { Translate } from '../ui/language';

export interface RepairProps {
  readonly trans: Translate;
  readonly onRepair: (repair: RepairLine) => void;
}

type Words = (repair: RepairLine, trans: Translate) => string;

const runOf = (task: string): string => task.split('/')[0] ?? '';

const LABELS: Record<RepairKind, Words> = {
  'make-step': ({ number, above }, trans) =>
    above
      ? trans('Move cell %1 above cell %2 and make it a step', number, above)
      : trans('Make cell %1 a step', number),
  'move-cell': ({ number, above }, trans) => trans('Move cell %1 above cell %2', number, above),
  'split-cell': ({ line }, trans) => trans('Start a new cell at line %1', line),
  'write-line': ({ text }, trans) => trans('Write  %1', text),
  'add-option': ({ text }, trans) => trans('Add  %1', text),
  'remove-statement': ({ number, line }, trans) => trans('Remove line %1 of cell %2', line, number),
  'move-statement': ({ line }, trans) => trans('Move line %1 to an ordinary cell above', line),
  'move-import': (_, trans) => trans('Move the import up'),
  'add-import': ({ text }, trans) => trans('Add  %1', text),
  rename: ({ text, old }, trans) => trans('Write %1 for %2', text, old),
  'run-first': ({ steps, seconds }, trans) => {
    const [only = ''] = steps;
    const what = steps.length === 1 ? trans('Run %1 first', only) : trans('Run %1 steps first', steps.length);
    return seconds === null ? what : `${what} (${duration(seconds)})`;
  },
  'run-again': ({ target, steps: [step = ''] }, trans) => trans('Run %1 of run %2 again', step, runOf(target)),
  debug: ({ target }, trans) => trans('Debug %1', target),
  'set-parameters': ({ text }, trans) => trans('Set %1…', text)
};

const TITLES: Partial<Record<RepairKind, Words>> = {
  'make-step': ({ text }) => text,
  'run-first': ({ steps }, trans) => trans('Run %1, then this cell', steps.join(', ')),
  'run-again': ({ target }, trans) => trans('With the parameters of run %1; then this cell', runOf(target))
};

/** Tells whether a repair changes cells, so that an undo takes it back. */
export const isEdit = ({ kind }: RepairLine): boolean =>
  !['run-first', 'run-again', 'debug', 'set-parameters'].includes(kind);

export const repairLabel = (repair: RepairLine, trans: Translate): string => LABELS[repair.kind](repair, trans);

export function repairButton(repair: RepairLine, { trans, onRepair }: RepairProps): HTMLButtonElement {
  const button = textButton({
    sign: isEdit(repair) ? 'repair' : repair.kind === 'debug' ? 'debug' : 'run',
    label: repairLabel(repair, trans),
    title: TITLES[repair.kind]?.(repair, trans) ?? trans('One undo of the notebook takes it back'),
    name: repair.kind,
    onclick: () => onRepair(repair)
  });
  button.classList.add('nbf-Repair');
  return button;
}

/** Returns the repairs that a message holds; messages of other versions may have others, which are left out. */
export function readRepairs(message: unknown): readonly RepairLine[] {
  const found = isObject(message) && Array.isArray(message['repairs']) ? message['repairs'] : [];
  return found.filter(isRepair);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isRepair = (value: unknown): value is RepairLine =>
  isObject(value) && typeof value['kind'] === 'string' && value['kind'] in LABELS && Array.isArray(value['steps']);
