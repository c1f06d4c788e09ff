/** Shows what becomes of one cell, or of some that are merged, and lets the user change it. */
import type { PlannedKind, PlannedRow, ProblemLine } from '../state/protocol';
import { textButton } from '../ui/button';
import { h, setAttribute, setText } from '../ui/dom';
import { signIcon } from '../ui/icons';
import type { Translate } from '../ui/language';

const NAME = '[A-Za-z_][A-Za-z0-9_]*';

/** The kinds that a user can choose. The code decides whether an ordinary cell holds settings. */
const CHOICES: readonly PlannedKind[] = ['step', 'parameters', 'shared code', 'scratch'];

export interface PlanRowProps {
  readonly trans: Translate;
  readonly hasKinds: boolean;
  readonly onKind: (row: PlannedRow, kind: PlannedKind) => void;
  readonly onName: () => void;
  /** The user wants the cells of a row apart, or has had enough of that. */
  readonly onApart: (row: PlannedRow, apart: boolean) => void;
  readonly onFocus: (row: PlannedRow) => void;
}

export class PlanRow {
  readonly node: HTMLTableRowElement;
  readonly key: string;

  constructor(
    private row: PlannedRow,
    private readonly props: PlanRowProps
  ) {
    const { trans, hasKinds } = props;
    this.key = row.key;
    this.kind = h('select', {
      class: 'nbf-PlanKind nbf-Input',
      'aria-label': trans('What the cell becomes'),
      onchange: () => this.choose()
    });
    this.input = h('input', {
      class: 'nbf-PlanName nbf-Input',
      type: 'text',
      'aria-label': trans('Name of the step'),
      pattern: NAME,
      required: true,
      spellcheck: 'false',
      autocomplete: 'off'
    });
    this.input.addEventListener('input', () => this.rename());
    this.node = h(
      'tr',
      { class: 'nbf-PlanRow' },
      h('td', { class: 'nbf-PlanCell' }, this.number),
      h('td', { class: 'nbf-PlanWords' }, this.words),
      hasKinds && h('td', {}, this.kind),
      h('td', {}, this.input),
      this.why
    );
    this.node.addEventListener('focusin', () => props.onFocus(this.row));
  }

  /** The name in the field, "" if the row has none. */
  get name(): string {
    return this.row.renamable ? this.input.value.trim() : this.row.name;
  }

  /** The name in the plan that is shown. */
  get shownName(): string {
    return this.row.name;
  }

  /** The name that the user has typed, if a step can have it. */
  get chosenName(): string {
    return this.isNamed && this.row.renamable && new RegExp(`^${NAME}$`).test(this.name) ? this.name : '';
  }

  /** `isApart` tells that the user has taken the cell out of a row. */
  show(row: PlannedRow, isApart: boolean): void {
    this.row = row;
    this.isApart = isApart;
    const { trans } = this.props;
    const [first, last] = [row.numbers[0], row.numbers.at(-1)];
    setAttribute(this.node, 'data-kind', row.kind);
    setAttribute(this.node, 'data-step', row.name || null);
    setText(this.number, first === last ? String(first) : `${first}–${last}`);
    setText(this.words, row.words);
    setAttribute(this.words, 'title', row.words);
    this.showKinds(row.kind, trans);
    this.input.hidden = row.name === '';
    this.input.disabled = !row.renamable;
    if (!this.isNamed || !row.renamable) {
      this.input.value = row.name;
    }
    this.explain(row);
  }

  /** Say why the name cannot be used; "" if it can. */
  refuse(reason: string): void {
    this.input.setCustomValidity(reason);
    setAttribute(this.input, 'title', reason || null);
    this.refusal = reason;
    this.explain(this.row);
  }

  focus(): void {
    (this.input.hidden || this.input.disabled ? this.kind : this.input).focus();
  }

  private showKinds(kind: PlannedKind, trans: Translate): void {
    const kinds = CHOICES.includes(kind) ? CHOICES : [...CHOICES, kind];
    if (this.kinds !== kinds.join()) {
      this.kinds = kinds.join();
      this.kind.replaceChildren(...kinds.map(one => h('option', { value: one }, kindWord(one, trans))));
    }
    this.kind.value = kind;
  }

  private explain({ why, problems }: PlannedRow): void {
    const told = [
      ...(this.refusal ? [this.problem(this.refusal, '')] : []),
      ...problems.map(one => this.problem(one.message, one.fix, one))
    ];
    const reason = told.length ? told : [h('span', { class: 'nbf-PlanWhy', title: why }, why)];
    const button = this.apartButton();
    this.why.replaceChildren(...reason, ...(button ? [button] : []));
  }

  /** Returns a button on a step that is made of several cells, or on a cell that was taken out of one. */
  private apartButton(): HTMLElement | null {
    const { trans, hasKinds, onApart } = this.props;
    if (!hasKinds || !(this.row.divisible || this.isApart)) {
      return null;
    }
    return textButton({
      label: this.isApart ? trans('Merge again') : trans('Keep cells apart'),
      name: this.isApart ? 'merge-cells' : 'split-cells',
      onclick: () => onApart(this.row, !this.isApart)
    });
  }

  private problem(message: string, fix: string, line?: ProblemLine): HTMLElement {
    return h(
      'div',
      { class: 'nbf-PlanProblem', 'data-severity': line?.warning ? 'warning' : 'error' },
      signIcon('warning'),
      h('span', {}, message, fix && h('span', { class: 'nbf-Fix' }, fix))
    );
  }

  private choose(): void {
    const kind = [...CHOICES, this.row.kind].find(one => one === this.kind.value);
    if (kind) {
      this.props.onKind(this.row, kind);
    }
  }

  /** Take the typed name; an empty field asks for the proposed one. */
  private rename(): void {
    this.isNamed = this.input.value.trim() !== '';
    this.props.onName();
  }

  private isNamed = false;
  private isApart = false;
  private kinds = '';
  private refusal = '';
  private readonly number = h('span', {});
  private readonly words = h('code', {});
  private readonly kind: HTMLSelectElement;
  private readonly input: HTMLInputElement;
  private readonly why = h('td', { class: 'nbf-PlanReason' });
}

function kindWord(kind: PlannedKind, trans: Translate): string {
  const words: Record<PlannedKind, string> = {
    step: trans('step'),
    parameters: trans('parameters'),
    'shared code': trans('shared code'),
    settings: trans('settings'),
    scratch: trans('scratch'),
    'left alone': trans('left alone')
  };
  return words[kind];
}
