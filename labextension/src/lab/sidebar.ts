import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { PanelLayout, SplitPanel, Widget } from '@lumino/widgets';
import { h, setText } from '../ui/dom';
import type { Translate } from '../ui/language';
import type { FlowPanel, ViewName } from '../views/panel';
import { flowIcon } from './icon';
import type { FlowNotebook } from './notebook';
import { ServerMissing } from './rest';
import type { FlowTracker } from './tracker';

/** The width in pixels in which a graph and names of usual length are readable. */
const USEFUL = 360;

/** Remembers that the sidebar was made wide enough once: after that, its width is the user's. */
const WIDENED = 'nbflow:widened';

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
    if (!window.localStorage.getItem(WIDENED)) {
      requestAnimationFrame(() => this.widen());
    }
  }

  /** Give the focus to the panel, unless a part of it has it. */
  protected override onActivateRequest(): void {
    this.content?.focus();
  }

  /** Make the sidebar wide enough when it is opened for the first time, at the cost of the main area. */
  private widen(): void {
    const split = splitAround(this);
    if (!split || !this.isVisible) {
      return;
    }
    window.localStorage.setItem(WIDENED, 'yes');
    const missing = (USEFUL - this.node.clientWidth) / split.node.clientWidth;
    const sizes = [...split.relativeSizes()];
    const [at, main] = [sizes.length - 1, sizes.length - 2];
    const given = sizes[main] ?? 0;
    if (missing > 0 && given > 2 * missing) {
      sizes[at] = (sizes[at] ?? 0) + missing;
      sizes[main] = given - missing;
      split.setRelativeSizes(sizes);
    }
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

/** Returns the panel in which the user sets the width of a widget. */
function splitAround(widget: Widget): SplitPanel | null {
  const { parent } = widget;
  return parent === null || parent instanceof SplitPanel ? parent : splitAround(parent);
}
