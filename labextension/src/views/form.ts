/** Shows the parameters of the flow as a form; an empty field stands for the default. */
import type { ParameterField } from '../state/protocol';
import { iconButton, textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h, setAttribute } from '../ui/dom';
import type { Translate } from '../ui/language';

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface FormProps {
  readonly trans: Translate;
  readonly onRun: (values: Readonly<Record<string, string>>) => void;
  readonly onClose: () => void;
}

export class Form implements Component {
  readonly node: HTMLFormElement;
  isDisposed = false;

  constructor(private readonly props: FormProps) {
    const { trans } = props;
    const run = h(
      'button',
      { class: 'nbf-Button nbf-mod-accept', type: 'submit', 'data-action': 'run-with' },
      trans('Run with these')
    );
    const reset = textButton({
      label: trans('Defaults'),
      title: trans('Clear all fields, so that the defaults are used'),
      name: 'defaults',
      onclick: () => this.empty()
    });
    const close = iconButton({
      sign: 'close',
      label: trans('Close the form'),
      name: 'close-form',
      onclick: props.onClose
    });
    this.node = h(
      'form',
      {
        class: 'nbf-Form',
        'aria-label': trans('Parameters'),
        hidden: true,
        autocomplete: 'off',
        onsubmit: event => {
          event.preventDefault();
          props.onRun(this.values);
        },
        onkeydown: event => {
          if (event.key === 'Escape') {
            props.onClose();
          }
        }
      },
      this.fields,
      h('div', { class: 'nbf-FormButtons' }, run, reset, h('span', { class: 'nbf-Spacer' }), close)
    );
  }

  /** Show the parameters; typed values stay as long as their parameter exists. */
  show(fields: readonly ParameterField[]): void {
    if (JSON.stringify(fields) === JSON.stringify(this.shown)) {
      return;
    }
    const typed = this.inputs;
    this.inputs = new Map(fields.map(field => [field.name, makeInput(field, this.props.trans)]));
    for (const [name, input] of this.inputs) {
      const before = this.shown.find(field => field.name === name);
      const now = fields.find(field => field.name === name);
      const kept = before?.type === now?.type ? typed.get(name)?.value : undefined;
      if (kept) {
        input.value = kept;
      }
    }
    this.shown = fields;
    this.fields.replaceChildren(...fields.map(field => this.row(field)));
  }

  /** The typed values, without those of empty fields. */
  get values(): Readonly<Record<string, string>> {
    const typed = [...this.inputs].map(([name, input]) => [name, fromInput(input)] as const);
    return Object.fromEntries(typed.filter(([, value]) => value !== ''));
  }

  get isValid(): boolean {
    return this.node.checkValidity();
  }

  /** Put the focus into the first field that lacks a value, else into the first field. */
  focus(): void {
    const inputs = [...this.inputs.values()];
    (inputs.find(input => !input.validity.valid) ?? inputs[0])?.focus();
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private empty(): void {
    this.inputs.forEach(input => (input.value = ''));
  }

  private row(field: ParameterField): HTMLElement {
    const input = this.inputs.get(field.name) ?? null;
    const id = `nbf-form-${this.number}-${field.name}`;
    input?.setAttribute('id', id);
    if (input && field.help) {
      setAttribute(input, 'aria-describedby', `${id}-help`);
    }
    return h(
      'div',
      { class: 'nbf-Field', 'data-name': field.name },
      h(
        'label',
        { for: id },
        field.name,
        field.required && h('span', { class: 'nbf-Required' }, this.props.trans('required')),
        h('span', { class: 'nbf-Type' }, field.choices.length ? '' : field.type)
      ),
      input,
      field.help && h('p', { class: 'nbf-Help', id: `${id}-help` }, field.help)
    );
  }

  private readonly number = ++made;
  private shown: readonly ParameterField[] = [];
  private inputs = new Map<string, Input>();
  private readonly fields = h('div', { class: 'nbf-Fields' });
}

let made = 0; // makes ids unique: a page may have two forms, in the sidebar and in a tab

/** Returns the typed text; dates need no conversion, because browsers and Python both write ISO 8601. */
const fromInput = (input: Input): string => (input instanceof HTMLTextAreaElement ? input.value.trim() : input.value);

const KINDS: ReadonlyMap<string, (field: ParameterField) => Input> = new Map([
  ['int', (field: ParameterField): Input => text(field, { type: 'number', step: 1, inputmode: 'numeric' })],
  ['float', (field: ParameterField): Input => text(field, { type: 'number', step: 'any', inputmode: 'decimal' })],
  ['date', (field: ParameterField): Input => text(field, { type: 'date' })],
  ['datetime', (field: ParameterField): Input => text(field, { type: 'datetime-local', step: 1 })],
  ['list', (field: ParameterField): Input => area(field, '[1, 2, 3]')],
  ['dict', (field: ParameterField): Input => area(field, '{"key": "value"}')],
  ['Path', (field: ParameterField): Input => text(field, { type: 'text' }, 'folder/file')],
  ['File', (field: ParameterField): Input => text(field, { type: 'text' }, 'path of a file')]
]);

function makeInput(field: ParameterField, trans: Translate): Input {
  if (field.choices.length) {
    return select(field, field.choices, trans);
  }
  const type = baseType(field.type);
  if (type === 'bool') {
    return select(field, ['True', 'False'], trans);
  }
  return KINDS.get(type)?.(field) ?? text(field, { type: 'text' });
}

/** Returns the plain type: `int` for `int | None` and `Optional[int]`, `list` for `list[str]`. */
export function baseType(annotation: string): string {
  const inner = annotation
    .replace(/^(?:typing\.)?Optional\[(.*)\]$/, '$1')
    .replace(/\s*\|\s*None\b|\bNone\s*\|\s*/g, '');
  return inner.replace(/\[.*$/s, '').replace(/^.*\./, '').trim();
}

function text(
  field: ParameterField,
  kind: { type: string; step?: number | string; inputmode?: string },
  hint = ''
): Input {
  return h('input', {
    class: 'nbf-Input',
    name: field.name,
    placeholder: field.default || hint,
    value: given(field),
    required: field.required,
    spellcheck: 'false',
    ...kind
  });
}

function area(field: ParameterField, hint: string): Input {
  const input = h('textarea', {
    class: 'nbf-Input',
    name: field.name,
    rows: 2,
    placeholder: field.default || hint,
    required: field.required,
    spellcheck: 'false'
  });
  input.value = given(field);
  return input;
}

function select(field: ParameterField, choices: readonly string[], trans: Translate): Input {
  const none = field.required ? trans('choose …') : trans('default: %1', field.default);
  const options = [h('option', { value: '' }, none), ...choices.map(choice => h('option', { value: choice }, choice))];
  const input = h('select', { class: 'nbf-Input', name: field.name, required: field.required }, ...options);
  input.value = choices.includes(given(field)) ? given(field) : '';
  return input;
}

/** Returns the value of the newest run, if it is not the default. */
const given = (field: ParameterField): string => (field.value === field.default ? '' : field.value);
