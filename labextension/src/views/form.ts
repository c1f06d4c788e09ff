/** Shows the parameters of the flow as a form; an empty field stands for the value of the cell. */
import type { Choices } from '../state/choices';
import type { ParameterField } from '../state/protocol';
import { iconButton, textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { h, setAttribute } from '../ui/dom';
import type { Translate } from '../ui/language';

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface FormProps {
  readonly trans: Translate;
  readonly onChoose: (choices: Choices) => void;
  readonly onRun: () => void;
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
      onclick: () => props.onChoose({})
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
        oninput: () => props.onChoose(this.values),
        onsubmit: event => {
          event.preventDefault();
          props.onRun();
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

  /** Show the parameters. */
  show(fields: readonly ParameterField[]): void {
    if (JSON.stringify(fields) === JSON.stringify(this.shown)) {
      return;
    }
    this.inputs = new Map(fields.map(field => [field.name, makeInput(field, this.props.trans)]));
    this.shown = fields;
    this.fields.replaceChildren(...fields.map(field => this.row(field)));
  }

  /** Fill in the chosen values; what the user is typing stays as it is. */
  fill(choices: Choices): void {
    for (const [name, input] of this.inputs) {
      const text = choices[name] ?? '';
      if (fromInput(input) !== text) {
        input.value = text;
      }
    }
  }

  /** The typed values, without those of empty fields. */
  private get values(): Choices {
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
    required: field.required,
    spellcheck: 'false',
    ...kind
  });
}

function area(field: ParameterField, hint: string): Input {
  return h('textarea', {
    class: 'nbf-Input',
    name: field.name,
    rows: 2,
    placeholder: field.default || hint,
    required: field.required,
    spellcheck: 'false'
  });
}

function select(field: ParameterField, choices: readonly string[], trans: Translate): Input {
  const none = field.required ? trans('choose …') : trans('default: %1', field.default);
  const options = [h('option', { value: '' }, none), ...choices.map(choice => h('option', { value: choice }, choice))];
  return h('select', { class: 'nbf-Input', name: field.name, required: field.required }, ...options);
}
