import type { ILayoutRestorer } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { FlowPanel, ViewName } from '../views/panel';
import { CommandId } from './commandids';
import { flowIcon } from './icon';
import type { Lab } from './lab';
import type { FlowNotebook } from './notebook';

const TWICE = 640; // the least width in pixels in which a notebook and a view of its flow fit beside each other

/** Shows a view of a flow as a tab of the main area; it closes with its notebook. */
class FlowTab extends MainAreaWidget<FlowPanel> {
  constructor(
    readonly notebook: FlowNotebook,
    content: FlowPanel,
    private readonly words: Record<ViewName, string>
  ) {
    super({ content });
    this.id = `nbflow-${content.view}-${notebook.panel.id}`;
    this.addClass('nbf-Tab');
    this.toolbar.hide();
    this.title.caption = notebook.path;
    this.title.icon = flowIcon;
    this.title.closable = true;
    content.viewChanged.connect(this.entitle, this);
    const watching = notebook.watch();
    this.disposed.connect(() => watching.dispose());
    notebook.panel.disposed.connect(() => this.dispose(), this);
    this.entitle();
  }

  get view(): ViewName {
    return this.content.view;
  }

  private entitle(): void {
    this.title.label = `${this.words[this.view]} · ${this.notebook.name}`;
  }
}

export class FlowTabs {
  constructor(
    private readonly lab: Lab,
    private readonly draw: (notebook: FlowNotebook, view: ViewName) => FlowPanel
  ) {}

  /** Open the tab of a view of a notebook, or show the tab that is open. */
  open(notebook: FlowNotebook, view: ViewName): void {
    const known = this.tabs.find(tab => tab.notebook === notebook && tab.view === view);
    const tab = known ?? this.make(notebook, view);
    this.lab.app.shell.activateById(tab.id);
  }

  restoreWith(restorer: ILayoutRestorer, notebooks: INotebookTracker): void {
    void restorer.restore(this.tabs, {
      command: CommandId.openView,
      args: ({ notebook, view }) => ({ view, path: notebook.panel.context.path }),
      name: ({ notebook, view }) => `${view}:${notebook.panel.context.path}`,
      when: notebooks.restored
    });
  }

  private make(notebook: FlowNotebook, view: ViewName): FlowTab {
    const { trans, app } = this.lab;
    const words: Record<ViewName, string> = {
      steps: trans('Steps'),
      graph: trans('Graph'),
      timeline: trans('Timeline'),
      runs: trans('Runs'),
      tasks: trans('Tasks')
    };
    const tab = new FlowTab(notebook, this.draw(notebook, view), words);
    const mode = notebook.panel.node.clientWidth < TWICE ? 'tab-after' : 'split-right';
    app.shell.add(tab, 'main', { mode, ref: notebook.panel.id });
    void this.tabs.add(tab);
    return tab;
  }

  private readonly tabs = new WidgetTracker<FlowTab>({ namespace: 'nbflow' });
}
