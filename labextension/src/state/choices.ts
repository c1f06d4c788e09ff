/** Knows which parameters shall have another value in the next run than in their cell. */
import type { ParameterField } from './protocol';

/** A run, as far as choices go by it. */
export interface ChoosingRun {
  readonly number: number;
  readonly kind: string;
}

/** Returns the number of the newest of some runs; 0 without one. */
export const newestOf = (...runs: readonly (ChoosingRun | null | undefined)[]): number =>
  Math.max(0, ...runs.map(run => run?.number ?? 0));

/** Tells whether choices made after the run `after` are newer than a run. That of a kernel session may still change. */
export const areNewer = (after: number, run: ChoosingRun | null): boolean =>
  run !== null && run.kind !== 'interactive' && run.number <= after;

/** Values by the names of parameters, as the user types them. */
export type Choices = Readonly<Record<string, string>>;

/**
 * Returns the choices after the server has read the notebook again.
 *
 * A choice ends when its parameter is gone or its cell is edited. A new run with another value makes that the choice,
 * because the kernel and the steps have its results, unless the choices are newer.
 */
export function carryOver(
  choices: Choices,
  before: readonly ParameterField[],
  now: readonly ParameterField[],
  isNewer: boolean
): Choices {
  const known = new Map(before.map(field => [field.name, field]));
  const choose = (field: ParameterField): string | undefined =>
    choiceOf(field, known.get(field.name), choices[field.name], isNewer);
  const chosen = now.map(field => [field.name, choose(field)] as const);
  return Object.fromEntries(chosen.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function choiceOf(
  field: ParameterField,
  before: ParameterField | undefined,
  choice: string | undefined,
  isNewer: boolean
): string | undefined {
  if (before && (before.default !== field.default || before.type !== field.type)) {
    return undefined;
  }
  return isNewer || before?.value === field.value ? choice : valueOfRun(field);
}

/** Returns the value of the newest run, if it is not that of the cell. */
const valueOfRun = (field: ParameterField): string | undefined =>
  field.value === field.default ? undefined : field.value;
