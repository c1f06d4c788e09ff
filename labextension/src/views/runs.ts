/** Lists the runs as a table: a click shows a run in all views, and runs that are ticked can be compared. */
import type { RunLine, RunResults } from '../state/protocol';
import { type Cell, cellText, passing } from '../state/table';
import { textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { closest, h, setAttribute, setText } from '../ui/dom';
import { count, duration, moment, now, parameterText, plain, ticking } from '../ui/format';
import { FIRST, Grid, type GridColumn } from '../ui/grid';
import { lifecycleIcon, signIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import { type MenuItem, menuButton, openMenu, type Place } from '../ui/menu';
import { ago, isOpen, runWord } from '../ui/words';
import { empty } from './notices';

export interface RunActions {
  readonly resume: (run: number) => void;
  readonly report: (run: number) => void;
  readonly note: (run: RunLine) => void;
  readonly pin: (run: number, pinned: boolean) => void;
  readonly remove: (runs: readonly number[]) => void;
}

export interface RunsProps {
  readonly trans: Translate;
  readonly actions: RunActions | null;
  readonly onShow: (run: RunLine) => void;
  readonly onCompare: (runs: readonly number[]) => void;
  /** Returns the columns that the user has chosen; null if they never chose any. */
  readonly chosen: () => readonly string[] | null;
  readonly choose: (columns: readonly string[]) => void;
}

/** Holds a run with its results; `place` counts the runs as they are listed. */
interface RunRow {
  readonly run: RunLine;
  readonly cells: readonly Cell[];
  readonly place: number;
}

const NO_RESULTS: RunResults = { columns: [], runs: [], cells: [] };
const SHOWN_AT_FIRST = 3; // columns with results

export class Runs implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: RunsProps) {
    const { trans } = props;
    this.grid = new Grid<RunRow>({
      trans,
      class: 'nbf-RunList',
      rowClass: 'nbf-RunRow',
      label: trans('Runs'),
      height: 28,
      key: ({ run }) => String(run.number),
      onOpen: (row, event) => this.open(row.run, event),
      onMenu: ({ run }, place) => this.openMenu(run, place),
      onPick: () => undefined,
      mark: (node, row) => this.mark(node, row.run)
    });
    this.filter = h('input', {
      class: 'nbf-Filter',
      type: 'search',
      placeholder: trans('Search runs'),
      'aria-label': trans('Search runs'),
      title: trans('Words that a run must have in its parameters, tags or note, and conditions such as r2>0.8'),
      oninput: () => this.arrange()
    });
    this.compare = textButton({
      sign: 'compare',
      label: trans('Compare'),
      name: 'compare',
      onclick: () => this.props.onCompare([...this.ticked])
    });
    const hint = trans('Run the flow, or one step with Shift+Enter. Every run is kept here and can be restored.');
    this.nothing = empty(trans('No runs yet'), hint);
    this.columnMenu = menuButton(trans('Columns'), () => this.columnItems(), 'columns');
    this.head = h('div', { class: 'nbf-RunsHead' }, this.filter, this.columnMenu, this.hint, this.compare);
    this.node = h('div', { class: 'nbf-Runs' }, this.head, this.grid.node, this.nothing);
    this.arrange();
  }

  show(runs: readonly RunLine[] | null, shown: number | null): void {
    this.shown = shown;
    this.runs = runs;
    const known = new Set(runs?.map(run => run.number));
    [...this.ticked].filter(run => !known.has(run)).forEach(run => this.ticked.delete(run));
    this.arrange();
  }

  showResults(results: RunResults): void {
    this.results = results;
    this.arrange();
  }

  tick(): void {
    this.grid.refresh();
  }

  dispose(): void {
    this.isDisposed = true;
    this.grid.dispose();
  }

  private arrange(): void {
    const columns = this.makeColumns();
    const names = columns.map(({ label }) => label);
    const rows = passing(this.filter.value, names, this.makeRows(), row => ({
      cells: columns.map(({ cell }) => cell(row)),
      text: this.textOf(row)
    }));
    this.grid.show(columns, rows);
    this.nothing.hidden = this.runs === null || this.runs.length > 0;
    this.grid.node.hidden = this.runs?.length === 0;
    this.head.hidden = (this.runs?.length ?? 0) === 0;
    this.columnMenu.hidden = this.results.columns.length === 0;
    this.compare.disabled = this.ticked.size < 2;
    setText(this.hint, this.ticked.size ? this.props.trans('%1 ticked', this.ticked.size) : '');
  }

  /** Return the runs in the order in which they are listed: pinned ones first, then the newest. */
  private makeRows(): RunRow[] {
    const places = new Map(this.results.runs.map((run, place) => [run, place]));
    const runs = [...(this.runs ?? [])].sort(
      (one, other) => Number(other.pinned) - Number(one.pinned) || other.number - one.number
    );
    return runs.map((run, place) => ({ run, place, cells: this.results.cells[places.get(run.number) ?? -1] ?? [] }));
  }

  private textOf({ run, cells }: RunRow): string {
    const words = [run.kind, runWord(run, this.props.trans), run.note, ...run.tags, parameterText(run.parameters)];
    return [this.props.trans('Run %1', run.number), ...words, ...cells.map(cellText)].join('\n');
  }

  private makeColumns(): readonly GridColumn<RunRow>[] {
    const { trans } = this.props;
    const started = ({ run }: RunRow): string => (isOpen(run) ? runWord(run, trans) : ago(run.started, now(), trans));
    return [
      {
        name: 'run',
        label: trans('Run'),
        cell: ({ place }) => place,
        draw: (host, { run }) => this.drawName(host, run),
        class: FIRST,
        width: 120
      },
      ...this.results.columns.flatMap((column, place) =>
        this.columns.includes(column.name) ? [resultColumn(column.name, place, column.best)] : []
      ),
      ...changedParameters(this.runs ?? []).map(parameterColumn),
      {
        name: 'took',
        label: trans('Took'),
        cell: ({ run }) => (run.finished === null ? null : run.finished - run.started),
        text: ({ run }) => took(run),
        draw: (host, { run }) => setText(host, took(run))
      },
      { name: 'began', label: trans('Began'), cell: row => row.run.started, text: started, draw: fillWith(started) },
      {
        name: 'tasks',
        label: trans('Tasks'),
        cell: ({ run }) => run.done + run.reused,
        text: ({ run }) => this.counts(run),
        draw: fillWith(({ run }) => this.counts(run))
      },
      {
        name: 'tags',
        label: trans('Tags'),
        cell: ({ run }) => run.tags.join(', '),
        draw: (host, { run }) => host.replaceChildren(...run.tags.map(tag => h('span', { class: 'nbf-Tag' }, tag)))
      },
      { name: 'note', label: trans('Note'), cell: ({ run }) => run.note }
    ];
  }

  /** The columns with results that are shown. */
  private get columns(): readonly string[] {
    const known = this.results.columns.map(({ name }) => name);
    const judged = this.results.columns.filter(({ best }) => best !== 'unknown').map(({ name }) => name);
    const first = (judged.length ? judged : known).slice(-SHOWN_AT_FIRST);
    return (this.props.chosen() ?? first).filter(name => known.includes(name));
  }

  private columnItems(): readonly MenuItem[] {
    const shown = this.columns;
    return this.results.columns.map(({ name }) => {
      const isShown = shown.includes(name);
      return {
        sign: isShown ? 'minus' : 'plus',
        label: name,
        name: `column-${name}`,
        enabled: true,
        run: () => {
          this.props.choose(isShown ? shown.filter(one => one !== name) : [...shown, name]);
          this.arrange();
        }
      };
    });
  }

  private drawName(host: HTMLElement, run: RunLine): void {
    const name = this.names.get(host) ?? new NameCell(host, this.props.trans);
    this.names.set(host, name);
    name.show(run, this.ticked.has(run.number));
  }

  private mark(node: HTMLElement, run: RunLine): void {
    setAttribute(node, 'data-run', run.number);
    setAttribute(node, 'data-status', run.status);
    setAttribute(node, 'aria-current', run.number === this.shown ? 'true' : null);
    setAttribute(node, 'aria-selected', String(this.ticked.has(run.number)));
    setAttribute(node, 'aria-label', this.label(run, now()));
    setAttribute(node, 'title', this.tooltip(run, now()));
  }

  private open(run: RunLine, event: Event): void {
    const isSpace = event instanceof KeyboardEvent && event.key === ' ';
    if (isSpace || closest(event, '.nbf-RunTick')) {
      this.tickRun(run.number);
    } else {
      this.props.onShow(run);
    }
  }

  private tickRun(run: number): void {
    if (!this.ticked.delete(run)) {
      this.ticked.add(run);
    }
    this.arrange();
  }

  private openMenu(run: RunLine, place: Place): void {
    const { trans } = this.props;
    const isShown = run.number === this.shown;
    const compared = [...new Set([...this.ticked, run.number])];
    const items: MenuItem[] = [
      {
        sign: isShown ? 'back' : 'right',
        name: 'show',
        label: isShown ? trans('Back to the notebook') : trans('Show in all views'),
        enabled: true,
        run: () => this.props.onShow(run)
      },
      {
        sign: 'compare',
        name: 'compare-runs',
        label:
          compared.length > 1 ? trans('Compare %1 runs', compared.length) : trans('Compare: tick another run first'),
        enabled: compared.length > 1,
        run: () => this.props.onCompare(compared)
      },
      ...this.acting(run)
    ];
    openMenu(this.node, trans('Run %1', run.number), items, place);
  }

  private acting(run: RunLine): MenuItem[] {
    const { trans, actions } = this.props;
    const item = (sign: MenuItem['sign'], name: string, label: string, act: () => void, enabled = true): MenuItem => ({
      sign,
      name,
      label,
      enabled,
      run: act
    });
    const [number, isOver] = [run.number, run.finished !== null || run.status !== 'running'];
    return actions
      ? [
          item('rerun', 'resume-run', trans('Resume'), () => actions.resume(number), isOver),
          item('report', 'report-run', trans('Report'), () => actions.report(number)),
          item('note', 'note', run.note ? trans('Change the note…') : trans('Write a note…'), () => actions.note(run)),
          item('pin', 'pin', run.pinned ? trans('Take the pin away') : trans('Pin'), () =>
            actions.pin(number, !run.pinned)
          ),
          item('trash', 'delete', trans('Delete…'), () => actions.remove([number]), isOver)
        ]
      : [];
  }

  private label(run: RunLine, time: number): string {
    const { trans } = this.props;
    const words = [
      trans('Run %1', run.number),
      run.kind,
      runWord(run, trans),
      ago(run.started, time, trans),
      ...run.tags
    ];
    return [...words, run.pinned && trans('pinned'), run.note].filter(Boolean).join(', ');
  }

  private tooltip(run: RunLine, time: number): string {
    const { trans } = this.props;
    const origin = run.origin === null ? '' : trans('resumed from run %1', run.origin);
    return [
      `${trans('Run %1', run.number)} · ${run.kind} · ${runWord(run, trans)}`,
      `${moment(run.started, time)}${run.user ? ` · ${run.user}` : ''}`,
      `${trans('Tasks')}: ${this.counts(run)}`,
      parameterText(run.parameters),
      origin,
      run.note
    ]
      .filter(Boolean)
      .join('\n');
  }

  private counts(run: RunLine): string {
    const { trans } = this.props;
    const parts = [trans('%1 of %2', count(run.done + run.reused), count(run.total))];
    if (run.failed) parts.push(trans('%1 failed', count(run.failed)));
    if (run.reused) parts.push(trans('%1 reused', count(run.reused)));
    return parts.join(', ');
  }

  private runs: readonly RunLine[] | null = null;
  private results = NO_RESULTS;
  private shown: number | null = null;
  private readonly ticked = new Set<number>();
  private readonly names = new WeakMap<HTMLElement, NameCell>();
  private readonly grid: Grid<RunRow>;
  private readonly filter: HTMLInputElement;
  private readonly compare: HTMLButtonElement;
  private readonly columnMenu: HTMLElement;
  private readonly head: HTMLElement;
  private readonly hint = h('span', { class: 'nbf-Hint', 'aria-live': 'polite' });
  private readonly nothing: HTMLElement;
}

/** Shows which run it is, and keeps its parts while the row shows one run after another. */
class NameCell {
  constructor(
    host: HTMLElement,
    private readonly trans: Translate
  ) {
    host.replaceChildren(this.box, this.icon, this.name, this.pin);
  }

  show(run: RunLine, isTicked: boolean): void {
    this.box.checked = isTicked;
    setAttribute(this.box, 'aria-label', this.trans('Compare run %1', run.number));
    if (this.icon.firstElementChild?.getAttribute('data-status') !== run.status) {
      this.icon.replaceChildren(lifecycleIcon(run.status));
    }
    setText(this.name, this.trans('Run %1', run.number));
    setAttribute(this.pin, 'hidden', !run.pinned);
  }

  private readonly box = h('input', { type: 'checkbox', class: 'nbf-RunTick', tabindex: -1 });
  private readonly icon = h('span', { class: 'nbf-RunIcon' });
  private readonly name = h('span', { class: 'nbf-RunName' });
  private readonly pin = h('span', { class: 'nbf-RunIcon', hidden: true }, signIcon('pin'));
}

const fillWith =
  (text: (row: RunRow) => string) =>
  (host: HTMLElement, row: RunRow): void =>
    setText(host, text(row));

const resultColumn = (name: string, place: number, best: GridColumn<RunRow>['best']): GridColumn<RunRow> => ({
  name,
  label: name,
  cell: ({ cells }) => cells[place] ?? null,
  ...(best ? { best } : {})
});

const parameterColumn = (name: string): GridColumn<RunRow> => ({
  name: `parameter ${name}`,
  label: name,
  cell: ({ run }) => parameterCell(run.parameters?.[name]),
  class: 'nbf-mod-item'
});

function parameterCell(value: unknown): Cell {
  if (value === undefined) {
    return null;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : plain(value);
}

/** Returns the parameters that do not have the same value in all runs. */
export function changedParameters(runs: readonly RunLine[]): readonly string[] {
  const names = [...new Set(runs.flatMap(run => Object.keys(run.parameters ?? {})))];
  return names.filter(name => new Set(runs.map(run => JSON.stringify(run.parameters?.[name]))).size > 1);
}

function took(run: RunLine): string {
  if (run.finished !== null) {
    return duration(run.finished - run.started);
  }
  return run.status === 'running' && !isOpen(run) ? ticking(now() - run.started) : '';
}
