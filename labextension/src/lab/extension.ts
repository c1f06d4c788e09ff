import type { ILayoutRestorer } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { makeKeep } from '../state/keep';
import type { ValueAddress } from '../state/values';
import type { Host, Part } from '../views/host';
import { FlowPanel, type ViewName } from '../views/panel';
import { FlowActions } from './actions';
import { Badges } from './badges';
import { CellLanguages } from './celllanguages';
import { CellOutputs } from './celloutputs';
import { FlowCommands } from './commands';
import { type Ending, Endings, findFailed, secondsOf, tellEnding, tellFailure } from './endings';
import { FlowTabs } from './flowtabs';
import { FlowGuides } from './guides';
import { ItemViews } from './itemviews';
import type { Lab } from './lab';
import type { FlowNotebook } from './notebook';
import { outputShower } from './richoutputs';
import { sayRefusal } from './kernel';
import { showRepairs } from './repairoutputs';
import { ServerOverview } from './rest';
import { RunLines } from './runlines';
import { DEFAULTS, read } from './settings';
import { FlowSidebar } from './sidebar';
import { FlowStatus } from './statusbar';
import { shareChoices } from './together';
import { FlowTracker } from './tracker';
import { ValueTabs } from './valuetabs';

/** Puts the parts of the extension together. */
export class FlowExtension {
  readonly tracker: FlowTracker;

  constructor(
    private readonly lab: Lab,
    private readonly notebooks: INotebookTracker,
    private readonly rendermime: IRenderMimeRegistry
  ) {
    this.showOutputs = outputShower(rendermime);
    this.tracker = new FlowTracker(notebooks, lab.app.serviceManager, (notebook, error) =>
      sayRefusal(lab, notebook, lab.trans('Flow'), error)
    );
    this.tracker.added.connect((_, notebook) => this.welcome(notebook));
    for (const notebook of this.tracker.all) {
      this.welcome(notebook);
    }
    this.sidebar = new FlowSidebar(this.tracker, lab.trans, notebook => this.drawInSidebar(notebook));
    this.sidebar.toggleClass('nbf-mod-noTabs', !this.canOpenViews);
    this.tabs = new FlowTabs(lab, (notebook, view) => this.draw(notebook, view));
    this.values = new ValueTabs(lab, rendermime);
  }

  addPanel(restorer: ILayoutRestorer | null): void {
    this.lab.app.shell.add(this.sidebar, 'right', { rank: 900 });
    restorer?.add(this.sidebar, this.sidebar.id);
    if (restorer && this.lab.labShell) {
      this.tabs.restoreWith(restorer, this.notebooks);
      this.values.restoreWith(restorer, this.notebooks);
    }
  }

  addCommands(palette: ICommandPalette | null): void {
    const { lab, tracker, notebooks } = this;
    new FlowCommands(lab, tracker, notebooks, this).register(lab.app.commands, palette);
  }

  /** Add what needs no open notebook. */
  addGuides(palette: ICommandPalette | null, launcher: ILauncher | null): void {
    const { lab, tracker, notebooks } = this;
    const server = new ServerOverview(lab.app.serviceManager.serverSettings);
    const stop = (notebook: FlowNotebook): Promise<void> => this.actionsOf(notebook).cancel();
    const guides = new FlowGuides({ lab, server, tracker, notebooks, stop }, this.rendermime);
    guides.register(lab.app.commands, palette, launcher);
  }

  addStatus(statusBar: IStatusBar): void {
    const item = new FlowStatus(this.tracker, this.lab.trans, () => this.showPanel());
    statusBar.registerStatusItem('nbflow:status', {
      item,
      align: 'left',
      rank: 8,
      isActive: () => item.isActive,
      activeStateChanged: item.activeChanged
    });
  }

  /** Apply the user's settings, and their later changes at once. */
  heed(settings: ISettingRegistry.ISettings): void {
    const apply = (): void => {
      this.preferences = read(settings);
      this.sidebar.view = this.view ?? this.preferences.view;
      this.tracker.follows = this.preferences.follow;
      this.badges.forEach(badges => (badges.visible = this.preferences.badges));
      this.outputs.forEach(outputs => (outputs.enabled = this.preferences.outputs));
    };
    settings.changed.connect(apply);
    apply();
  }

  // what the commands need

  get canOpenViews(): boolean {
    return this.lab.labShell !== null;
  }

  showPanel(): void {
    this.lab.app.shell.activateById(this.sidebar.id);
  }

  /** Run with the parameters of the panel's form, or open the form if one is missing. */
  run(notebook: FlowNotebook, part: Part): void {
    const panel = this.sidebar.panelOf(notebook);
    if (panel) {
      if (!panel.run(part)) {
        this.askForParameters(notebook);
      }
    } else {
      void this.actionsOf(notebook).run(part, {});
    }
  }

  openView(notebook: FlowNotebook, view: ViewName): void {
    if (this.canOpenViews) {
      this.tabs.open(notebook, view);
    } else {
      this.showPanel(); // Notebook 7 has no other tabs
    }
  }

  openValue(notebook: FlowNotebook, address: ValueAddress): void {
    this.values.open(notebook, address);
  }

  actionsOf(notebook: FlowNotebook): FlowActions {
    const known =
      this.actions.get(notebook) ??
      new FlowActions(
        this.lab,
        notebook,
        view => this.openView(notebook, view),
        () => this.askForParameters(notebook),
        address => this.openValue(notebook, address)
      );
    this.actions.set(notebook, known);
    return known;
  }

  private askForParameters(notebook: FlowNotebook): void {
    this.showPanel();
    this.sidebar.panelOf(notebook)?.openForm(true);
  }

  // notebooks

  private welcome(notebook: FlowNotebook): void {
    const { model, panel } = notebook;
    showRepairs(notebook, this.lab.trans, (repair, cell) => void this.actionsOf(notebook).repair(repair, cell));
    const show = (step: string): void => {
      model.select({ step, task: null });
      this.showPanel();
    };
    model.selectedChanged.connect(() => model.selected && notebook.failure.see(model.selected.step));
    const badges = new Badges(notebook, this.lab.trans, show);
    badges.visible = this.preferences.badges;
    this.badges.add(badges);
    const outputs = new CellOutputs(notebook);
    outputs.enabled = this.preferences.outputs;
    this.outputs.add(outputs);
    const lines = new RunLines(notebook, this.lab.trans, (step, run) => void outputs.show(step, run));
    const items = new ItemViews(notebook, this.lab.trans);
    const languages = new CellLanguages(panel);
    const sharing = shareChoices(notebook);
    const endings = new Endings(model, notebook.feed, ending => this.tellEnding(notebook, ending));
    panel.disposed.connect(() => {
      this.badges.delete(badges);
      this.outputs.delete(outputs);
      [badges, outputs, lines, items, languages, endings, sharing].forEach(part => part.dispose());
    });
    panel.content.activeCellChanged.connect((_, cell) => {
      const step = notebook.stepOf(cell);
      if (step) {
        model.select({ step, task: null });
      }
    });
  }

  /** Notify about a run of this page that failed, and about the end of a long run while the page is hidden. */
  private tellEnding(notebook: FlowNotebook, ending: Ending): void {
    const { run, isOwn } = ending;
    notebook.failure.dismiss();
    if (isOwn && (run.status === 'failed' || run.status === 'crashed')) {
      const step = ending.failed[0]?.step ?? null;
      const isSeen = step !== null && notebook.model.selected?.step === step;
      const show = (): void => void this.showFailed(notebook, ending);
      notebook.failure.show(tellFailure(ending, this.lab.trans, show, isSeen), step);
    } else if (document.hidden && secondsOf(run) >= this.preferences.toastAfter) {
      tellEnding(notebook.name, run, this.lab.trans, () => this.showPanel());
    }
  }

  /** Show in the panel what failed, whichever notebook and run it shows now. */
  private async showFailed(notebook: FlowNotebook, ending: Ending): Promise<void> {
    this.lab.app.shell.activateById(notebook.panel.id);
    this.showPanel();
    notebook.model.show(null);
    this.sidebar.view = 'steps';
    notebook.model.select(await findFailed(ending, notebook.archive));
  }

  /** Return a panel for a notebook; it begins with the view that was used last. */
  private drawInSidebar(notebook: FlowNotebook): FlowPanel {
    const panel = this.draw(notebook, this.view ?? this.preferences.view);
    panel.viewChanged.connect((_, view) => (this.view = view));
    return panel;
  }

  private draw(notebook: FlowNotebook, view: ViewName): FlowPanel {
    return new FlowPanel({ model: notebook.model, host: this.hostOf(notebook), view });
  }

  private hostOf(notebook: FlowNotebook): Host {
    const { showOutputs } = this;
    const keep = makeKeep(() => notebook.path);
    return { archive: notebook.archive, actions: this.actionsOf(notebook), showOutputs, keep, trans: this.lab.trans };
  }

  private preferences = DEFAULTS;
  private view: ViewName | null = null; // the view that the user has chosen since the page was opened
  private readonly showOutputs: Host['showOutputs'];
  private readonly sidebar: FlowSidebar;
  private readonly tabs: FlowTabs;
  private readonly values: ValueTabs;
  private readonly badges = new Set<Badges>();
  private readonly outputs = new Set<CellOutputs>();
  private readonly actions = new WeakMap<FlowNotebook, FlowActions>();
}
