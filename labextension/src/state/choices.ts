/** Knows which parameters shall have another value in the next run than in their cell. */
import type { ParameterField } from './protocol';

/** Values by the names of parameters, as the user types them. */
export type Choices = Readonly<Record<string, string>>;

/**
 * Returns the choices after the server has read the notebook again.
 *
 * A choice ends when its parameter is gone or its cell is edited. A new run with another value makes that the choice,
 * because the kernel and the steps have its results.
 */
export function carryOver(
  choices: Choices,
  before: readonly ParameterField[],
  now: readonly ParameterField[]
): Choices {
  const known = new Map(before.map(field => [field.name, field]));
  const chosen = now.map(field => [field.name, choiceOf(field, known.get(field.name), choices[field.name])] as const);
  return Object.fromEntries(chosen.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function choiceOf(
  field: ParameterField,
  before: ParameterField | undefined,
  choice: string | undefined
): string | undefined {
  if (before && (before.default !== field.default || before.type !== field.type)) {
    return undefined;
  }
  return before?.value === field.value ? choice : valueOfRun(field);
}

/** Returns the value of the newest run, if it is not that of the cell. */
const valueOfRun = (field: ParameterField): string | undefined =>
  field.value === field.default ? undefined : field.value;
