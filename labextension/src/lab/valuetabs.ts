import type { ILayoutRestorer } from '@jupyterlab/application';
import { Dialog, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import type { ValueAddress } from '../state/values';
import { ValueView } from '../views/valueview';
import { CommandId } from './commandids';
import { flowIcon } from './icon';
import type { Lab } from './lab';
import type { FlowNotebook } from './notebook';
import { outputShower } from './richoutputs';

/** Holds a value; it is drawn when it is first shown. */
class ValueWidget extends Widget {
  constructor(draw: (onTitle: (text: string) => void) => ValueView) {
    super();
    this.addClass('nbf-ValueWidget');
    this.view = draw(text => (this.title.label = text));
    this.node.append(this.view.node);
  }

  override dispose(): void {
    this.view.dispose();
    super.dispose();
  }

  protected override onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('.nbf-Sheet, .nbf-Value button:not(:disabled)')?.focus();
  }

  private readonly view: ValueView;
}

/** Is a tab of the main area with an artifact; it closes with its notebook. */
class ValueTab extends MainAreaWidget<ValueWidget> {
  constructor(
    readonly notebook: FlowNotebook,
    readonly address: ValueAddress,
    content: ValueWidget
  ) {
    super({ content });
    this.id = tabId(notebook, address);
    this.addClass('nbf-Tab');
    this.toolbar.hide();
    this.title.caption = notebook.path;
    this.title.icon = flowIcon;
    this.title.closable = true;
    notebook.panel.disposed.connect(() => this.dispose(), this);
    content.title.changed.connect(() => (this.title.label = content.title.label));
    this.title.label = content.title.label;
  }
}

const tabId = (notebook: FlowNotebook, { run, task, name }: ValueAddress): string =>
  `nbflow-value-${notebook.panel.id}-${run}-${task}-${name}`;

export class ValueTabs {
  constructor(
    private readonly lab: Lab,
    rendermime: IRenderMimeRegistry
  ) {
    this.showOutputs = outputShower(rendermime, true); // only what the user has signed is loaded
  }

  /** Open the tab of an artifact, or show the tab that is open. Notebook 7, which has no tabs, shows a dialog. */
  open(notebook: FlowNotebook, address: ValueAddress): void {
    const { labShell, app, trans } = this.lab;
    if (!labShell) {
      const body = this.draw(notebook, address);
      const buttons = [Dialog.okButton({ label: trans('Close') })];
      const dialog = new Dialog({ title: body.title.label, body, buttons });
      dialog.addClass('nbf-ValueDialog');
      void dialog.launch();
      return;
    }
    const id = tabId(notebook, address);
    const tab = this.tabs.find(one => one.id === id) ?? new ValueTab(notebook, address, this.draw(notebook, address));
    if (!tab.isAttached) {
      app.shell.add(tab, 'main', { ref: notebook.panel.id, mode: 'tab-after' });
      void this.tabs.add(tab);
    }
    app.shell.activateById(tab.id);
  }

  restoreWith(restorer: ILayoutRestorer, notebooks: INotebookTracker): void {
    void restorer.restore(this.tabs, {
      command: CommandId.openValue,
      args: ({ notebook, address }) => ({ ...address, path: notebook.panel.context.path }),
      name: ({ notebook, address: { run, task, name } }) => `${run}:${task}:${name}:${notebook.panel.context.path}`,
      when: notebooks.restored
    });
  }

  private draw(notebook: FlowNotebook, address: ValueAddress): ValueWidget {
    const { trans } = this.lab;
    const { showOutputs } = this;
    const { values } = notebook;
    return new ValueWidget(onTitle => new ValueView({ trans, values, address, showOutputs, onTitle }));
  }

  private readonly showOutputs: ReturnType<typeof outputShower>;
  private readonly tabs = new WidgetTracker<ValueTab>({ namespace: 'nbflow-values' });
}
