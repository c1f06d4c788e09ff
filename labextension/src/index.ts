import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { flowIcon } from './icon';

class FlowPanel extends Widget {
  constructor(caption: string) {
    super();
    this.id = 'nbflow-panel';
    this.addClass('nbf-Panel');
    this.title.icon = flowIcon;
    this.title.caption = caption;
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'nbflow:plugin',
  description: 'The panel that shows a flow live and restores checkpoints',
  autoStart: true,
  optional: [ILayoutRestorer, ITranslator],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('nbflow');
    const panel = new FlowPanel(trans.__('Flow'));
    app.shell.add(panel, 'right', { rank: 900 });
    restorer?.add(panel, panel.id);
  }
};

export default plugin;
