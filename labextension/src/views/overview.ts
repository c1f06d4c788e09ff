/** Lists all flows of the server with their newest runs: a click opens a notebook, a running flow can be stopped. */
import type { FlowLine, FlowList, SpaceList, StoreSpace } from '../state/protocol';
import { passing } from '../state/table';
import { iconButton, textButton } from '../ui/button';
import type { Component } from '../ui/component';
import { closest, h, setAttribute, setText } from '../ui/dom';
import { count, duration, now, size, ticking } from '../ui/format';
import { FIRST, Grid, type GridColumn } from '../ui/grid';
import { lifecycleIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import { type MenuItem, openMenu, type Place } from '../ui/menu';
import { ago, isOpen, runCount, runWord } from '../ui/words';
import { empty } from './notices';

export interface OverviewActions {
  /** Open the notebook at a path. */
  readonly open: (path: string) => void;
  readonly stop: (flow: FlowLine) => void;
  /** Free space in a store, if the user agrees. */
  readonly free: (space: StoreSpace) => void;
  /** Read everything again. */
  readonly refresh: () => void;
}

const ROW = 28; // pixels

export class FlowsOverview implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(
    private readonly trans: Translate,
    private readonly actions: OverviewActions
  ) {
    this.grid = new Grid<FlowLine>({
      trans,
      class: 'nbf-FlowList',
      rowClass: 'nbf-FlowRow',
      label: trans('Flows'),
      height: ROW,
      key: keyOf,
      onOpen: (flow, event) => this.act(flow, event),
      onMenu: (flow, place) => this.openMenu(flow, place),
      onPick: () => undefined,
      mark: (node, flow) => this.mark(node, flow)
    });
    this.filter = h('input', {
      class: 'nbf-Filter',
      type: 'search',
      placeholder: trans('Search flows'),
      'aria-label': trans('Search flows'),
      oninput: () => this.arrange()
    });
    const refresh = iconButton({ sign: 'rerun', label: trans('Refresh'), name: 'refresh', onclick: actions.refresh });
    this.nothing = empty(
      trans('No flows yet'),
      trans('The notebooks of this server are listed here after their first run.')
    );
    this.nothing.hidden = true;
    this.head = h('div', { class: 'nbf-FlowsHead' }, this.filter, this.hint, refresh);
    const parts = [this.head, this.notices, this.grid.node, this.nothing, this.foot];
    this.node = h('div', { class: 'nbf-Panel nbf-Flows' }, ...parts);
  }

  show(list: FlowList): void {
    this.list = list;
    this.notices.replaceChildren(
      ...list.troubles.map(({ store, message }) =>
        h('p', { class: 'nbf-FlowsNotice', role: 'alert' }, `${store}: ${message}`)
      ),
      list.is_cut
        ? h('p', { class: 'nbf-FlowsNotice' }, this.trans('There are more folders than could be searched.'))
        : ''
    );
    this.arrange();
  }

  showSpace(space: SpaceList): void {
    this.space = new Map(space.stores.map(one => [one.store, one]));
    this.arrange();
    this.showStores();
  }

  /** Say why the server cannot be read; '' if it can. */
  complain(message: string): void {
    if (message) {
      this.notices.replaceChildren(h('p', { class: 'nbf-FlowsNotice', role: 'alert' }, message));
    }
  }

  /** Show times that grow. */
  tick(): void {
    this.grid.refresh();
  }

  dispose(): void {
    this.isDisposed = true;
    this.grid.dispose();
  }

  private arrange(): void {
    const { flows } = this.list;
    const columns = this.columns();
    const named = columns.filter(({ label }) => label);
    const names = named.map(({ label }) => label);
    const shown = passing(this.filter.value, names, flows, flow => ({
      cells: named.map(({ cell }) => cell(flow)),
      text: this.textOf(flow)
    }));
    this.grid.show(columns, shown);
    const busy = flows.filter(flow => flow.is_busy).length;
    setText(this.hint, busy ? this.trans('%1 running', busy) : '');
    this.nothing.hidden = flows.length > 0;
    this.grid.node.hidden = flows.length === 0;
  }

  private columns(): readonly GridColumn<FlowLine>[] {
    const { trans } = this;
    const text = (of: (flow: FlowLine) => string) => ({
      text: of,
      draw: (host: HTMLElement, flow: FlowLine) => setText(host, of(flow))
    });
    return [
      { name: 'notebook', label: trans('Notebook'), cell: flow => flow.name, draw: drawName, class: FIRST, width: 250 },
      {
        name: 'state',
        label: trans('Last run'),
        cell: flow => this.state(flow),
        draw: (host, flow) => this.drawState(host, flow),
        width: 160
      },
      {
        name: 'began',
        label: trans('Began'),
        cell: ({ run }) => run.started,
        ...text(({ run }) => ago(run.started, now(), trans)),
        width: 76
      },
      {
        name: 'took',
        label: trans('Took'),
        cell: ({ run }) => (run.finished ?? now()) - run.started,
        ...text(took),
        width: 76
      },
      {
        name: 'disk',
        label: trans('On disk'),
        cell: flow => this.bytes(flow),
        ...text(flow => this.sizeText(flow)),
        width: 72
      },
      {
        name: 'actions',
        label: '',
        cell: () => null,
        draw: (host, flow) => this.drawButtons(host, flow),
        width: 44
      },
      { name: 'error', label: trans('Error'), cell: errorOf, width: 240 }
    ];
  }

  private state({ run }: FlowLine): string {
    return runWord(run, this.trans);
  }

  private bytes({ store, flow }: FlowLine): number | null {
    return this.space.get(store)?.flows[flow] ?? null;
  }

  private sizeText(flow: FlowLine): string {
    const bytes = this.bytes(flow);
    return bytes === null ? '' : size(bytes);
  }

  private drawState(host: HTMLElement, flow: FlowLine): void {
    const { run } = flow;
    const isGoing = flow.is_busy && run.total > 0;
    const settled = run.done + run.reused + run.failed;
    const words = isGoing ? runCount(run) : this.state(flow);
    const failed = run.failed ? this.trans('%1 failed', count(run.failed)) : '';
    const bar = isGoing && h('progress', { class: 'nbf-FlowProgress', 'aria-label': this.trans('Progress') });
    if (bar) {
      [bar.max, bar.value] = [run.total, settled];
    }
    host.replaceChildren(
      h('span', {}, [words, run.status === 'failed' && !isGoing ? '' : failed].filter(Boolean).join(', ')),
      bar || ''
    );
    setAttribute(host, 'title', `${this.trans('Run %1', run.number)} · ${this.state(flow)} ${failed}`.trim());
  }

  private drawButtons(host: HTMLElement, flow: FlowLine): void {
    const signs = this.items(flow).filter(({ name, enabled }) => enabled && name === 'stop');
    const names = signs.map(({ name }) => name).join();
    if (host.dataset['names'] === names && host.dataset['key'] === keyOf(flow)) {
      return;
    }
    [host.dataset['names'], host.dataset['key']] = [names, keyOf(flow)];
    host.replaceChildren(
      ...signs.map(({ sign, label, name }) => {
        const button = iconButton({ sign, label, name, onclick: () => undefined });
        button.tabIndex = -1; // the menu of the row has them for the keyboard
        return button;
      })
    );
  }

  private items(flow: FlowLine): readonly MenuItem[] {
    const { trans, actions } = this;
    const space = this.space.get(flow.store);
    return [
      {
        sign: 'right',
        name: 'open',
        label: trans('Open'),
        enabled: flow.path !== '',
        run: () => actions.open(flow.path)
      },
      { sign: 'stop', name: 'stop', label: trans('Stop'), enabled: flow.is_busy, run: () => actions.stop(flow) },
      ...(space ? [this.freeing(space)] : [])
    ];
  }

  private freeing(space: StoreSpace): MenuItem {
    const { trans } = this;
    const label = space.free
      ? trans('Free %1 in %2…', size(space.free), space.store)
      : trans('Delete old runs in %1…', space.store);
    return { sign: 'trash', name: 'free', label, enabled: canBeFreed(space), run: () => this.actions.free(space) };
  }

  private act(flow: FlowLine, event: Event): void {
    const name = closest(event, '[data-action]')?.getAttribute('data-action') ?? 'open';
    const item = this.items(flow).find(one => one.name === name);
    if (item?.enabled) {
      item.run();
    }
  }

  private openMenu(flow: FlowLine, place: Place): void {
    openMenu(this.node, flow.name, this.items(flow), place);
  }

  private mark(node: HTMLElement, flow: FlowLine): void {
    const words = [flow.name, this.state(flow), errorOf(flow)].filter(Boolean);
    setAttribute(node, 'data-flow', flow.flow);
    setAttribute(node, 'data-status', flow.run.status);
    setAttribute(node, 'data-busy', flow.is_busy);
    setAttribute(node, 'data-gone', flow.path === '');
    setAttribute(node, 'aria-label', words.join(', '));
  }

  private textOf(flow: FlowLine): string {
    return [flow.name, flow.flow, flow.store, this.state(flow), errorOf(flow)].join('\n');
  }

  private showStores(): void {
    const stores = [...this.space.values()];
    const [bytes, free] = [sum(stores.map(one => one.bytes)), sum(stores.map(one => one.free))];
    const parts = [this.trans('%1 on disk', size(bytes)), free ? this.trans('%1 can be freed', size(free)) : ''];
    const items = stores.filter(canBeFreed).map(one => this.freeing(one));
    const button = textButton({
      sign: 'trash',
      label: this.trans('Free space…'),
      name: 'free-space',
      onclick: () => this.openStores(button, items)
    });
    this.foot.replaceChildren(h('span', {}, parts.filter(Boolean).join(' · ')), items.length ? button : '');
    this.foot.hidden = stores.length === 0;
  }

  private openStores(button: HTMLElement, items: readonly MenuItem[]): void {
    const { left, top } = button.getBoundingClientRect();
    openMenu(this.node, this.trans('Free space'), items, { x: left, y: top });
  }

  private list: FlowList = { flows: [], troubles: [], is_cut: false };
  private space: ReadonlyMap<string, StoreSpace> = new Map();
  private readonly grid: Grid<FlowLine>;
  private readonly filter: HTMLInputElement;
  private readonly head: HTMLElement;
  private readonly nothing: HTMLElement;
  private readonly notices = h('div', {});
  private readonly hint = h('span', { class: 'nbf-Hint', 'aria-live': 'polite' });
  private readonly foot = h('div', { class: 'nbf-FlowsFoot', hidden: true });
}

const keyOf = (flow: FlowLine): string => `${flow.store}\n${flow.flow}\n${flow.name}`;

const errorOf = ({ step, error }: FlowLine): string => (step ? `${step}: ${error}` : '');

/** Tells whether gc would delete something, and a kernel can be started to do it. */
const canBeFreed = ({ folder, free, old }: StoreSpace): boolean => folder !== null && (free > 0 || old.length > 0);

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);

function took({ run }: FlowLine): string {
  if (run.finished !== null) {
    return duration(run.finished - run.started);
  }
  return run.status === 'running' && !isOpen(run) ? ticking(now() - run.started) : '';
}

function drawName(host: HTMLElement, flow: FlowLine): void {
  const cut = flow.name.lastIndexOf('/') + 1;
  host.replaceChildren(
    lifecycleIcon(flow.run.status),
    h('span', { class: 'nbf-FlowName' }, flow.name.slice(cut)),
    h('span', { class: 'nbf-FlowFolder' }, flow.name.slice(0, Math.max(0, cut - 1)))
  );
  setAttribute(host, 'title', flow.path ? flow.name : `${flow.name}\n${flow.store}`);
}
