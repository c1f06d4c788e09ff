/** Puts the panel together: toolbar, notices, views and detail. It works in JupyterLab and in a plain page. */
import { DisposableSet } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { FlowModel } from '../state/model';
import { textButton } from '../ui/button';
import { h, setAttribute } from '../ui/dom';
import { now } from '../ui/format';
import type { MenuItem } from '../ui/menu';
import { Split } from '../ui/split';
import { Tabs } from '../ui/tabs';
import { type Bound, FlowBinding, TimelineBinding } from './binding';
import { DetailBinding } from './detailbinding';
import { Chips } from './chips';
import { Form } from './form';
import { FlowGraph } from './graph';
import type { Host, Part } from './host';
import { copied, empty, otherVersion, Problems, shownRun, trouble } from './notices';
import { RunsBinding } from './runsbinding';
import { Steps } from './steps';
import { TasksBinding } from './tasksbinding';
import { Toolbar } from './toolbar';

export type ViewName = 'steps' | 'graph' | 'timeline' | 'runs' | 'tasks';

export interface PanelOptions {
  readonly model: FlowModel;
  readonly host: Host;
  readonly view?: ViewName;
}

export class FlowPanel extends Widget {
  /** The user has chosen another view. */
  readonly viewChanged: ISignal<this, ViewName>;

  constructor({ model, host, view = 'steps' }: PanelOptions) {
    super();
    this.viewChanged = this._viewChanged;
    this.model = model;
    this.host = host;
    this.addClass('nbf-Panel');
    this.toolbar = this.makeToolbar();
    this.form = new Form({
      trans: host.trans,
      onChoose: choices => model.choose(choices),
      onRun: () => this.run({}),
      onClose: () => this.openForm(false)
    });
    this.chips = new Chips(host.trans, choices => model.choose(choices));
    const { actions } = host;
    this.problems = new Problems(
      host.trans,
      (cell, line) => actions?.jump(cell, line),
      actions && (repair => void actions.repair(repair))
    );
    this.tabs = this.makeTabs();
    const detail = new DetailBinding(model, host, part => this.run(part));
    this.split = new Split(
      host.trans('Height of the detail'),
      h('div', { class: 'nbf-Views' }, this.empty, this.tabs.node),
      detail.node
    );
    this.bound.push(detail);
    this.node.append(
      this.toolbar.node,
      this.progress,
      this.chips.node,
      this.notices,
      this.problems.node,
      this.form.node,
      this.tabs.bar,
      this.split.node
    );
    [this.toolbar, this.chips, this.form, this.problems, this.tabs, this.split].forEach(part => this.parts.add(part));
    this.follow();
    this.tabs.current = view;
  }

  get view(): ViewName {
    return this.tabs.current ?? 'steps';
  }

  set view(view: ViewName) {
    this.tabs.current = view;
  }

  /** Run the flow or a part of it with the chosen parameters. If a value is missing, open the form and return false. */
  run(part: Part): boolean {
    const { isValid } = this.form;
    if (isValid) {
      this.openForm(false); // the chips tell what was chosen
      void this.host.actions?.run(part, this.model.choices ?? {});
    } else {
      this.openForm(true);
    }
    return isValid;
  }

  /** Take the focus: the view that is shown, or the first button if the view has nothing to stop at. */
  focus(): void {
    if (!this.node.contains(document.activeElement)) {
      this.focusView();
    }
    if (!this.node.contains(document.activeElement)) {
      this.node.querySelector<HTMLElement>('button:not([disabled])')?.focus();
    }
  }

  openForm(isOpen: boolean): void {
    if (!isOpen && this.form.node.contains(document.activeElement)) {
      this.toolbar.focusParameters();
    }
    this.form.node.hidden = !isOpen;
    this.toolbar.setParameters(this.model.parameters.length, isOpen);
    if (isOpen) {
      this.form.focus();
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      clearInterval(this.timer);
      Signal.clearData(this);
      this.bound.forEach(bound => bound.dispose());
      this.parts.dispose();
      super.dispose();
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.timer = setInterval(() => this.tick(), 1000);
  }

  protected override onBeforeDetach(message: Message): void {
    clearInterval(this.timer);
    super.onBeforeDetach(message);
  }

  private follow(): void {
    const { model } = this;
    model.runsChanged.connect(this.showRun, this);
    model.flowChanged.connect(this.showFlow, this);
    model.shapeChanged.connect(this.showFlow, this);
    model.shownChanged.connect(this.showNotices, this);
    model.choicesChanged.connect(this.showChoices, this);
    model.selectedChanged.connect(this.showSelection, this);
    this.showRun();
    this.showFlow();
    this.showSelection();
  }

  private tick(): void {
    if (this.model.running && this.isVisible) {
      const time = now();
      this.toolbar.tick(time);
      this.bound.forEach(bound => bound.tick(time));
    }
  }

  private showRun(): void {
    const run = this.model.running;
    this.toolbar.show(run);
    const part = (number: number): string => String(number / Math.max(1, run?.total ?? 1));
    this.progress.hidden = run === null;
    this.progress.style.setProperty('--nbf-done-part', part(run ? run.done + run.reused : 0));
    this.progress.style.setProperty('--nbf-failed-part', part(run?.failed ?? 0));
  }

  private showFlow(): void {
    const { model } = this;
    this.form.show(model.parameters);
    this.showChoices();
    this.toolbar.setParameters(model.parameters.length, !this.form.node.hidden && model.parameters.length > 0);
    this.form.node.hidden ||= model.parameters.length === 0;
    this.problems.show(model.problems);
    this.showEmpty();
    this.showNotices();
  }

  private showChoices(): void {
    const choices = this.model.choices ?? {};
    this.form.fill(choices);
    this.chips.show(this.host.actions ? choices : {});
  }

  private showEmpty(): void {
    const { trans, actions } = this.host;
    const { shape } = this.model;
    this.empty.replaceChildren(
      empty(
        trans('No steps yet'),
        actions &&
          textButton({
            label: trans('Turn notebook into flow…'),
            title: trans('Show what becomes of each cell; nothing is executed'),
            kind: 'accept',
            name: 'convert',
            onclick: () => void actions.convert()
          }),
        trans('To make a single cell a step, put this line on top of it:'),
        h('code', {}, '%%step NAME')
      )
    );
    const nothing = shape?.steps.length === 0;
    this.empty.hidden = !nothing || (this.view !== 'steps' && this.view !== 'graph');
    this.node.toggleAttribute('data-empty', nothing);
  }

  private showNotices(): void {
    const {
      model,
      host: { trans, actions }
    } = this;
    const { foreign, shown } = model;
    const told = JSON.stringify([foreign, model.copyOf, shown?.run, this.trouble]);
    if (told === this.told) {
      return; // the user may be typing a tag into it
    }
    this.told = told;
    const notices = [
      foreign !== null && otherVersion(foreign, trans),
      actions && model.copyOf !== '' && copied(model.copyOf, trans, actions),
      shown && shownRun(shown.run, { trans, actions, onBack: () => model.show(null) }),
      this.trouble && trouble(this.trouble, trans, () => this.complain(''))
    ];
    if (this.notices.contains(document.activeElement)) {
      this.focusView();
    }
    this.notices.replaceChildren(...notices.filter(notice => notice instanceof HTMLElement));
  }

  private readonly complain = (text: string): void => {
    this.trouble = text;
    this.showNotices();
  };

  private showSelection(): void {
    const { selected } = this.model;
    const isShown = this.view === 'tasks' ? selected?.task != null : selected !== null; // the table shows all of a step
    const isOpen = isShown && this.host.archive !== null;
    if (!isOpen && this.split.hasFocus) {
      this.focusView();
    }
    setAttribute(this.node, 'data-detail', isOpen);
    this.split.isOpen = isOpen;
  }

  /** Move the focus into the view when the focused part disappears, so that keyboard users keep their place. */
  private focusView(): void {
    this.tabs.node.querySelector<HTMLElement | SVGElement>('[role=tabpanel]:not([hidden]) [tabindex="0"]')?.focus();
  }

  private makeToolbar(): Toolbar {
    const { actions, trans } = this.host;
    const props = {
      trans,
      menu: () => this.menu(),
      onRun: () => this.run({}),
      onStop: () => void actions?.cancel(),
      onParameters: () => this.openForm(this.form.node.hidden),
      onTab: () => actions?.openAsTab(this.view)
    };
    return new Toolbar(props, actions !== null);
  }

  private menu(): readonly MenuItem[] {
    const { actions, trans } = this.host;
    const step = this.model.selected?.step;
    const named = step ?? trans('the selected step');
    const shown = this.model.shown?.run.number ?? null;
    return [
      { sign: 'run', name: 'run-all', label: trans('Run all'), enabled: true, run: () => this.run({}) },
      {
        sign: 'rerun',
        name: 'run-fresh',
        label: trans('Run all afresh'),
        enabled: true,
        run: () => this.run({ fresh: true })
      },
      ...this.model.clusters.map((on): MenuItem => {
        return {
          sign: 'run',
          name: `run-on-${on}`,
          label: trans('Run on %1', on),
          enabled: true,
          run: () => this.run({ on })
        };
      }),
      {
        sign: 'to',
        name: 'run-to',
        label: trans('Run to %1', named),
        enabled: step !== undefined,
        run: () => this.run({ to: step ?? '' })
      },
      {
        sign: 'from',
        name: 'run-from',
        label: trans('Run from %1', named),
        enabled: step !== undefined,
        run: () => this.run({ from: step ?? '' })
      },
      {
        sign: 'cell',
        name: 'run-only',
        label: trans('Run only %1', named),
        enabled: step !== undefined,
        run: () => this.run({ only: step ?? '' })
      },
      {
        sign: 'rerun',
        name: 'resume',
        label: shown === null ? trans('Resume the last run') : trans('Resume run %1', shown),
        enabled: true,
        run: () => void actions?.resume(shown)
      },
      {
        sign: 'report',
        name: 'export',
        label: trans('Export as a script…'),
        enabled: this.model.shape !== null,
        run: () => void actions?.exportScript()
      },
      {
        sign: 'restore',
        name: 'undo',
        label: trans('Undo the last restore'),
        enabled: true,
        run: () => void actions?.undo()
      }
    ];
  }

  private makeTabs(): Tabs<ViewName> {
    const { model, host } = this;
    const { trans } = host;
    const flow = { trans, onSelect: (step: string) => this.choose(step) };
    const bind = <B extends Bound>(bound: B): B => {
      this.bound.push(bound);
      return bound;
    };
    return new Tabs<ViewName>(
      trans('Views of the flow'),
      [
        { name: 'steps', label: trans('Steps'), create: () => bind(new FlowBinding(model, new Steps(flow))) },
        { name: 'graph', label: trans('Graph'), create: () => bind(new FlowBinding(model, new FlowGraph(flow))) },
        {
          name: 'timeline',
          label: trans('Timeline'),
          create: () => bind(new TimelineBinding(model, host, this.complain))
        },
        { name: 'runs', label: trans('Runs'), create: () => bind(new RunsBinding(model, host, this.complain)) },
        { name: 'tasks', label: trans('Tasks'), create: () => bind(new TasksBinding(model, host, this.complain)) }
      ],
      view => {
        setAttribute(this.node, 'data-view', view);
        this.showEmpty();
        this.showSelection();
        this._viewChanged.emit(view);
      }
    );
  }

  /** Select a step and show it here and in the notebook. */
  private choose(step: string): void {
    this.model.select({ step, task: null });
    const cell = this.model.facts(step)?.cell;
    if (cell && !this.model.shown) {
      this.host.actions?.jump(cell);
    }
  }

  private readonly model: FlowModel;
  private readonly host: Host;
  private readonly toolbar: Toolbar;
  private readonly chips: Chips;
  private readonly form: Form;
  private readonly problems: Problems;
  private readonly tabs: Tabs<ViewName>;
  private readonly split: Split;
  private readonly bound: Bound[] = [];
  private readonly parts = new DisposableSet();
  private readonly notices = h('div', { class: 'nbf-Notices' });
  private readonly progress = h('div', { class: 'nbf-ProgressLine', 'aria-hidden': 'true', hidden: true });
  private readonly empty = h('div', { class: 'nbf-EmptyHost' });
  private trouble = '';
  private told = '';
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly _viewChanged = new Signal<this, ViewName>(this);
}
