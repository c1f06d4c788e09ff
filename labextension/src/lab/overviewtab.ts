import { Dialog, MainAreaWidget, Notification, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { FlowLine, StoreSpace } from '../state/protocol';
import { h } from '../ui/dom';
import { size } from '../ui/format';
import { FlowsOverview } from '../views/overview';
import { ask } from './channel';
import { flowIcon } from './icon';
import type { Lab } from './lab';
import type { FlowNotebook } from './notebook';
import type { ServerOverview } from './rest';
import { sayDone, sayError } from './toast';
import type { FlowTracker } from './tracker';

const BEAT = 1000; // milliseconds between two readings while a run goes on

/** Holds what the overview needs of the rest of the extension. */
export interface OverviewHost {
  readonly lab: Lab;
  readonly server: ServerOverview;
  readonly tracker: FlowTracker;
  readonly notebooks: INotebookTracker;
  /** Stop the run of an open notebook. */
  readonly stop: (notebook: FlowNotebook) => Promise<void>;
}

/** Keeps the overview up to date while it is seen: once a second while a run goes on, else when something has happened. */
class OverviewBody extends Widget {
  constructor(private readonly host: OverviewHost) {
    super();
    this.view = new FlowsOverview(host.lab.trans, {
      open: path => void this.open(path, true),
      stop: flow => void this.stop(flow),
      free: space => void this.free(space),
      refresh: () => void this.read(true)
    });
    this.addClass('nbf-FlowsHost');
    this.node.append(this.view.node);
    const { sessions } = host.lab.app.serviceManager;
    sessions.runningChanged.connect(this.lookAgain, this);
    host.tracker.added.connect((_, notebook) => this.follow(notebook), this);
    [...host.tracker.all].forEach(notebook => this.follow(notebook));
    window.addEventListener('focus', this.look);
  }

  override dispose(): void {
    window.removeEventListener('focus', this.look);
    window.clearInterval(this.timer);
    Signal.disconnectReceiver(this);
    this.view.dispose();
    super.dispose();
  }

  protected override onAfterShow(): void {
    this.look();
  }

  protected override onBeforeHide(): void {
    this.keepBeat(false);
  }

  private follow(notebook: FlowNotebook): void {
    notebook.model.runsChanged.connect(() => this.hear(notebook), this);
  }

  /** Read the flows again; the first run of a notebook may have made a store. */
  private hear({ path, model }: FlowNotebook): void {
    const run = `${path} ${model.run?.number ?? ''}`;
    const isNew = !this.heard.has(run) && !this.paths.has(path);
    if (this.isVisible) {
      this.heard.add(run);
      void this.read(isNew);
    }
  }

  private readonly look = (): void => void (this.isVisible && this.read(true));

  private lookAgain(): void {
    if (this.isVisible) {
      void this.read(false);
    }
  }

  /** Read the flows; with `look`, search for new ones and measure the stores too. Calls during a read lead to one more. */
  private async read(look: boolean): Promise<void> {
    this.wanted = { look: look || (this.wanted?.look ?? false) };
    if (this.isReading) {
      return;
    }
    this.isReading = true;
    while (this.wanted && !this.isDisposed) {
      const wanted = this.wanted;
      this.wanted = null;
      await this.readOnce(wanted.look);
    }
    this.isReading = false;
  }

  private async readOnce(look: boolean): Promise<void> {
    const { view, host } = this;
    try {
      const list = await host.server.flows(look);
      const isBusy = list.flows.some(flow => flow.is_busy);
      const hasEnded = this.isBusy && !isBusy;
      this.isBusy = isBusy;
      this.paths = new Set(list.flows.map(flow => flow.path));
      view.show(list);
      this.keepBeat(isBusy && this.isVisible);
      if (look || hasEnded) {
        view.showSpace(await host.server.space());
      }
    } catch (error) {
      view.complain(error instanceof Error ? error.message : String(error));
    }
  }

  private keepBeat(wanted: boolean): void {
    if (wanted && this.timer === undefined) {
      this.timer = window.setInterval(() => this.lookAgain(), BEAT);
    } else if (!wanted) {
      window.clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  private async open(path: string, activate: boolean): Promise<void> {
    await this.host.lab.app.commands.execute('docmanager:open', { path, options: { activate } });
  }

  /** Stop a run as its panel would; a notebook that is not open is opened for that, behind this tab. */
  private async stop({ path, run }: FlowLine): Promise<void> {
    const { trans } = this.host.lab;
    if (!path) {
      Notification.warning(
        trans('Run %1 goes on elsewhere, in a shell or in another kernel: stop it there', run.number)
      );
      return;
    }
    const find = (): FlowNotebook | undefined => [...this.host.tracker.all].find(one => one.path === path);
    if (!find()) {
      await this.open(path, false);
    }
    const notebook = find();
    await notebook?.panel.sessionContext.ready;
    await notebook?.feed.refresh();
    await (notebook && this.host.stop(notebook));
    void this.read(false);
  }

  /** Say what gc would delete, and have a kernel delete it if the user agrees. */
  private async free(space: StoreSpace): Promise<void> {
    const { trans } = this.host.lab;
    const { button } = await showDialog({
      title: space.free ? trans('Free %1?', size(space.free)) : trans('Delete old runs?'),
      body: new Paragraphs(this.tell(space)),
      buttons: [Dialog.cancelButton({ label: trans('Cancel') }), Dialog.warnButton({ label: trans('Delete') })],
      defaultButton: 0
    });
    if (button.accept) {
      await this.collect(space);
      void this.read(true);
    }
  }

  private tell({ store, old, free }: StoreSpace): string[] {
    const { trans } = this.host.lab;
    const listed = old.slice(0, MOST_NAMED).join(', ');
    const more = old.length > MOST_NAMED ? trans(' and %1 more', old.length - MOST_NAMED) : '';
    return [
      old.length
        ? trans('In %1, these old runs of all its notebooks are deleted: %2', store, listed + more)
        : trans('In %1, no run is deleted, only what no run needs.', store),
      trans(
        'This frees about %1. The 10 newest runs of each notebook stay, and so do pinned ones. It cannot be undone.',
        size(free)
      )
    ];
  }

  /** Have a kernel of its own do it, in the folder of the store. */
  private async collect({ folder }: StoreSpace): Promise<void> {
    const { lab } = this.host;
    const { sessions, kernelspecs } = lab.app.serviceManager;
    const title = lab.trans('Free space');
    const kernel = { name: kernelspecs.specs?.default ?? '' };
    try {
      const path = PathExt.join(folder ?? '', title); // no file: its folder is that of the kernel
      const session = await sessions.startNew({ name: title, path, type: 'console', kernel });
      try {
        const answer = session.kernel && (await ask(session.kernel, ['gc']));
        sayDone(title, answer?.text.trim() ?? '', lab.trans);
      } finally {
        await session.shutdown();
      }
    } catch (error) {
      sayError(title, error instanceof Error ? error.message : String(error), lab.trans);
    }
  }

  private readonly view: FlowsOverview;
  private paths: ReadonlySet<string> = new Set();
  private readonly heard = new Set<string>(); // runs of open notebooks
  private wanted: { look: boolean } | null = null;
  private isReading = false;
  private isBusy = false;
  private timer: number | undefined;
}

const MOST_NAMED = 12; // runs that the question names

class Paragraphs extends Widget {
  constructor(texts: readonly string[]) {
    super();
    this.node.append(...texts.map(text => h('p', {}, text)));
  }
}

/** Shows all flows of the server as a tab of the main area. */
export function makeOverviewTab(host: OverviewHost): MainAreaWidget {
  const tab = new MainAreaWidget({ content: new OverviewBody(host) });
  tab.id = 'nbflow-flows';
  tab.addClass('nbf-Tab');
  tab.toolbar.hide();
  tab.title.label = host.lab.trans('Flows');
  tab.title.icon = flowIcon;
  tab.title.closable = true;
  return tab;
}
