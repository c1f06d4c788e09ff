/** Shows how cells become a flow: a table in which kinds and names can be changed, and the graph beside it. */
import type { PlanChoices } from '../state/archive';
import type { FlowPlan, ParameterOffer, PlannedKind, PlannedRow } from '../state/protocol';
import type { Component } from '../ui/component';
import { h, setText } from '../ui/dom';
import { signIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import { FlowGraph } from './graph';
import { PlanRow } from './planrow';

export interface PlanProps {
  readonly trans: Translate;
  /** The cells that may change, without the choice of their kinds; null for the whole notebook. */
  readonly only: readonly string[] | null;
  readonly onChoice: () => void;
}

export class PlanView implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: PlanProps) {
    const { trans, only } = props;
    const isWhole = only === null;
    const columns = [
      trans('Cell'),
      trans('First line'),
      isWhole && trans('Becomes'),
      trans('Name'),
      trans('Why, or what is wrong')
    ];
    this.graph = isWhole ? new FlowGraph({ trans, onSelect: step => this.reveal(step) }) : null;
    this.node = h(
      'div',
      { class: 'nbf-Plan nbf-Themed', 'data-scope': isWhole ? 'notebook' : 'cells' },
      h(
        'div',
        { class: 'nbf-PlanSide' },
        h(
          'div',
          { class: 'nbf-PlanScroll', tabindex: -1 },
          h('table', { class: 'nbf-PlanTable' }, heading(columns), this.body)
        ),
        this.offers,
        this.loops,
        this.summary
      ),
      this.graph?.node
    );
  }

  /** What the user has decided so far. */
  get choices(): PlanChoices {
    const { only } = this.props;
    const names = [...this.rows].flatMap(([key, row]) => (row.chosenName ? [[key, row.chosenName] as const] : []));
    return {
      kinds: Object.fromEntries(this.kinds),
      names: Object.fromEntries(names),
      parameters: [...this.parameters],
      only
    };
  }

  show(plan: FlowPlan): void {
    const first = this.plan === null;
    this.plan = plan;
    const { only } = this.props;
    const rows = plan.rows.filter(row => only === null || row.cells.some(cell => only.includes(cell)));
    const views = rows.map(row => this.rowOf(row));
    this.order(views.map(view => view.node));
    this.rows = new Map(views.map(view => [view.key, view]));
    this.refuseEqualNames();
    this.showOffers(plan.offers);
    this.showLoops(plan.loops);
    this.showSummary(plan);
    this.graph?.draw(plan.shape, () => undefined);
    if (first) {
      rows.forEach(row => this.proposed.set(row.key, row.kind));
    }
  }

  /** Say why there is no plan. */
  fail(message: string): void {
    this.summary.setAttribute('data-severity', 'error');
    setText(this.summary, message);
  }

  /** Put the focus into the first name that can be changed. */
  focus(): void {
    this.body.querySelector<HTMLInputElement>('.nbf-PlanName:not(:disabled)')?.select();
  }

  dispose(): void {
    this.isDisposed = true;
    this.graph?.dispose();
    this.node.remove();
  }

  private rowOf(row: PlannedRow): PlanRow {
    const known = this.rows.get(row.key);
    const view =
      known ??
      new PlanRow(row, {
        trans: this.props.trans,
        hasKinds: this.props.only === null,
        onKind: (shown, kind) => this.choose(shown, kind),
        onName: () => this.named(),
        onApart: (shown, apart) => this.keepApart(shown, apart),
        onFocus: shown => this.graph?.select(shown.name || null)
      });
    view.show(
      row,
      row.cells.some(cell => this.apart.has(cell))
    );
    return view;
  }

  /** Choose what cells become; the kind that was proposed at first is no choice. */
  private choose(row: PlannedRow, kind: PlannedKind): void {
    const isProposed = this.proposed.get(row.key) === kind;
    for (const cell of row.cells) {
      if (isProposed) {
        this.kinds.delete(cell);
      } else {
        this.kinds.set(cell, kind);
      }
    }
    this.props.onChoice();
  }

  /** Keep the cells of a row apart: rules merge no cell of which the user has said that it is a step. */
  private keepApart({ cells }: PlannedRow, apart: boolean): void {
    const group = apart ? cells : (cells.map(cell => this.apart.get(cell)).find(known => known) ?? []);
    for (const cell of group) {
      if (apart) {
        this.apart.set(cell, group);
        this.kinds.set(cell, 'step');
      } else {
        this.apart.delete(cell);
        this.kinds.delete(cell);
      }
    }
    this.props.onChoice();
  }

  private named(): void {
    this.refuseEqualNames();
    this.props.onChoice();
  }

  /** Mark the names that another step has. */
  private refuseEqualNames(): void {
    const shown = [...this.rows.values()].filter(row => row.name !== '');
    const own = new Set(shown.map(row => row.shownName));
    const others = this.plan?.shape.steps.map(step => step.name).filter(name => !own.has(name)) ?? [];
    for (const row of shown) {
      const isTaken = others.includes(row.name) || shown.some(other => other !== row && other.name === row.name);
      row.refuse(isTaken ? this.props.trans('There is a step "%1" already: choose another name', row.name) : '');
    }
  }

  /** Put rows into the document; if they change their places, the focus stays where it was. */
  private order(nodes: readonly HTMLElement[]): void {
    const before = [...this.body.children];
    if (before.length !== nodes.length || nodes.some((node, index) => node !== before[index])) {
      const focused = document.activeElement;
      this.body.replaceChildren(...nodes);
      if (focused instanceof HTMLElement && this.body.contains(focused)) {
        focused.focus();
      }
    }
  }

  private reveal(step: string): void {
    const row = [...this.rows.values()].find(one => one.shownName === step);
    row?.node.scrollIntoView({ block: 'nearest' });
    row?.focus();
  }

  private showOffers(offers: readonly ParameterOffer[]): void {
    const { trans } = this.props;
    this.offers.hidden = offers.length === 0;
    const focused = this.offers.contains(document.activeElement) ? document.activeElement?.getAttribute('name') : null;
    this.offers.replaceChildren(
      h('legend', {}, trans('Could be parameters, which each run may set')),
      ...offers.map(offer => this.offer(offer))
    );
    if (focused != null) {
      this.offers.querySelector<HTMLInputElement>(`input[name="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  private offer({ name, text, taken }: ParameterOffer): HTMLElement {
    const box = h('input', {
      type: 'checkbox',
      name,
      onchange: () => {
        if (box.checked) {
          this.parameters.add(name);
        } else {
          this.parameters.delete(name);
        }
        this.props.onChoice();
      }
    });
    box.checked = taken;
    return h('label', { class: 'nbf-PlanOffer' }, box, h('code', {}, text));
  }

  private showLoops(loops: FlowPlan['loops']): void {
    const { trans } = this.props;
    this.loops.hidden = loops.length === 0 || this.props.only !== null;
    this.loops.replaceChildren(
      ...loops.map(([step, option]) =>
        h('li', {}, trans('The loop of %1 could run in parallel: ', step), h('code', {}, `%%step ${step} ${option}`))
      )
    );
  }

  private showSummary({ steps, errors, edits }: FlowPlan): void {
    const { trans, only } = this.props;
    this.summary.hidden = only !== null && errors === 0;
    this.summary.setAttribute('data-severity', errors ? 'error' : 'none');
    const text = edits.length ? trans('New steps: %1', steps) : trans('Nothing would change.');
    const problems = errors ? ` · ${trans('problems left: %1', errors)}` : '';
    this.summary.replaceChildren(...(errors ? [signIcon('warning')] : []), h('span', {}, text + problems));
  }

  private plan: FlowPlan | null = null;
  private rows = new Map<string, PlanRow>();
  private readonly kinds = new Map<string, PlannedKind>();
  /** The cells that are kept apart, each with all that were in its row. */
  private readonly apart = new Map<string, readonly string[]>();
  private readonly parameters = new Set<string>();
  private readonly proposed = new Map<string, PlannedKind>();
  private readonly graph: FlowGraph | null;
  private readonly body = h('tbody', {});
  private readonly offers = h('fieldset', { class: 'nbf-PlanOffers', hidden: true });
  private readonly loops = h('ul', { class: 'nbf-PlanLoops', hidden: true });
  private readonly summary = h('p', { class: 'nbf-PlanSummary', role: 'status' });
}

const heading = (columns: readonly (string | false)[]): HTMLElement =>
  h('thead', {}, h('tr', {}, ...columns.flatMap(text => (text === false ? [] : [h('th', { scope: 'col' }, text)]))));
