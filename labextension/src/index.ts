import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  ICommandPalette,
  ISessionContextDialogs,
  IToolbarWidgetRegistry,
  SessionContextDialogs
} from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { ICompletionProviderManager } from '@jupyterlab/completer';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { leaveToKernel } from './lab/completion';
import { FlowExtension } from './lab/extension';
import { explainHeaders } from './lab/headerhover';
import { translate } from './lab/lab';
import { toolbarButtons } from './lab/notebooktoolbar';

const ID = 'nbflow:plugin';

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'The panel that shows a flow live and restores checkpoints',
  autoStart: true,
  requires: [INotebookTracker, IRenderMimeRegistry],
  optional: [
    ISettingRegistry,
    ICommandPalette,
    IToolbarWidgetRegistry,
    IStatusBar,
    ILayoutRestorer,
    ITranslator,
    ILabShell,
    ISessionContextDialogs,
    IEditorExtensionRegistry,
    ICompletionProviderManager,
    ILauncher
  ],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null,
    toolbars: IToolbarWidgetRegistry | null,
    statusBar: IStatusBar | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
    labShell: ILabShell | null,
    dialogs: ISessionContextDialogs | null,
    editors: IEditorExtensionRegistry | null,
    completion: ICompletionProviderManager | null,
    launcher: ILauncher | null
  ) => {
    const language = translator ?? nullTranslator;
    const kernels = dialogs ?? new SessionContextDialogs({ translator: language });
    const lab = { app, labShell, kernels, trans: translate(language) };
    const extension = new FlowExtension(lab, notebooks, rendermime);
    extension.addPanel(restorer);
    extension.addCommands(palette);
    extension.addGuides(palette, launcher);
    if (editors) {
      explainHeaders(editors, lab.trans);
    }
    if (completion) {
      void app.restored.then(() => leaveToKernel(completion)); // its providers come from other plugins
    }
    if (statusBar) {
      extension.addStatus(statusBar);
    }
    for (const [name, make] of Object.entries(toolbarButtons(app.commands, lab.trans))) {
      toolbars?.addFactory('Notebook', name, (panel: NotebookPanel) => make(extension.tracker.of(panel)));
    }
    void registry?.load(ID).then(settings => extension.heed(settings));
  }
};

export default plugin;
