import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import { h, setText } from '../ui/dom';
import type { Translate } from '../ui/language';
import type { FlowPanel, ViewName } from '../views/panel';
import { flowIcon } from './icon';
import type { FlowNotebook } from './notebook';
import { ServerMissing } from './rest';
import type { FlowTracker } from './tracker';

/** Shows the flow of the current notebook in a tab of the sidebar. */
export class FlowSidebar extends Widget {
  constructor(
    tracker: FlowTracker,
    private readonly trans: Translate,
    private readonly draw: (notebook: FlowNotebook) => FlowPanel
  ) {
    super();
    this.id = 'nbflow-panel';
    this.addClass('nbf-Sidebar');
    this.title.icon = flowIcon;
    this.title.caption = trans('Flow');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans('Flow'));
    this.layout = this.frame;
    this.node.append(this.notice);
    tracker.currentChanged.connect((_, notebook) => this.follow(notebook), this);
    this.follow(tracker.current);
  }

  set view(view: ViewName) {
    if (this.content) {
      this.content.view = view;
    }
  }

  /** Return the panel of a notebook, if the sidebar shows this notebook. */
  panelOf(notebook: FlowNotebook): FlowPanel | null {
    return notebook === this.notebook ? this.content : null;
  }

  override dispose(): void {
    Signal.disconnectReceiver(this);
    this.watching?.dispose();
    super.dispose();
  }

  protected override onAfterShow(): void {
    this.settleWatch();
  }

  protected override onAfterHide(): void {
    this.settleWatch();
  }

  private settleWatch(): void {
    this.watching?.dispose();
    this.watching = this.isVisible && this.notebook ? this.notebook.watch() : null;
  }

  private follow(notebook: FlowNotebook | null): void {
    this.content?.dispose();
    if (this.notebook) {
      Signal.disconnectBetween(this.notebook.feed, this);
    }
    this.notebook = notebook;
    this.content = notebook ? this.draw(notebook) : null;
    if (this.content) {
      this.frame.addWidget(this.content);
    }
    notebook?.feed.troubled.connect(this.settle, this);
    this.settleWatch();
    this.settle();
  }

  private settle(): void {
    const text = this.tell();
    this.notice.hidden = text === '';
    setText(this.notice, text);
  }

  private tell(): string {
    if (!this.notebook) {
      return this.trans('Open a notebook to see its flow here.');
    }
    const { trouble } = this.notebook.feed;
    return trouble instanceof ServerMissing
      ? this.trans(
          'The Jupyter server has no nbflow: pip install jupyter-nbflow in its environment, then start it again.'
        )
      : (trouble?.message ?? '');
  }

  private notebook: FlowNotebook | null = null;
  private watching: IDisposable | null = null;
  private content: FlowPanel | null = null;
  private readonly frame = new PanelLayout();
  private readonly notice = h('p', { class: 'nbf-Notice', role: 'status', hidden: true });
}
