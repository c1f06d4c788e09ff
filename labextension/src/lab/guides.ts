import type { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { CommandRegistry } from '@lumino/commands';
import type { DemoNotebook } from '../state/protocol';
import { CommandId } from './commandids';
import { flowIcon } from './icon';
import { makeManualTab } from './manual';
import { makeOverviewTab, type OverviewHost } from './overviewtab';
import { sayError } from './toast';

const TOUR = 'tour';

/** Adds what needs no open notebook: all flows of the server, the tour and the manual. */
export class FlowGuides {
  constructor(
    private readonly host: OverviewHost,
    private readonly rendermime: IRenderMimeRegistry
  ) {}

  register(commands: CommandRegistry, palette: ICommandPalette | null, launcher: ILauncher | null): void {
    const { trans } = this.host.lab;
    this.add(commands, CommandId.flows, trans('Flows'), trans('Show the flows of all notebooks of this server'), () =>
      this.show('flows')
    );
    this.add(commands, CommandId.manual, trans('Flow'), trans('Open the manual of flows'), () => this.show('manual'));
    this.add(commands, CommandId.tour, trans('Flow Tour'), trans('Open a copy of a notebook that shows flows'), cwd =>
      this.openTour(cwd)
    );
    const category = trans('Flow');
    for (const command of [CommandId.flows, CommandId.tour, CommandId.manual]) {
      palette?.addItem({ command, category, args: { isPalette: true } });
    }
    launcher?.add({ command: CommandId.flows, category, rank: 1 });
    launcher?.add({ command: CommandId.tour, category, rank: 2 });
  }

  private add(
    commands: CommandRegistry,
    id: string,
    label: string,
    caption: string,
    run: (cwd: string | null) => unknown
  ): void {
    const inPalette: Record<string, string> = {
      [CommandId.flows]: this.host.lab.trans('Show All Flows'),
      [CommandId.tour]: this.host.lab.trans('Open the Flow Tour'),
      [CommandId.manual]: this.host.lab.trans('Open the Flow Manual')
    };
    commands.addCommand(id, {
      label: args => (args['isPalette'] ? (inPalette[id] ?? label) : label),
      caption,
      icon: args => (args['isPalette'] || args['isMenu'] ? undefined : flowIcon),
      describedBy: {
        args: { type: 'object', properties: { cwd: { type: 'string', description: 'Folder of the new notebook' } } }
      },
      execute: args => run(typeof args['cwd'] === 'string' ? args['cwd'] : null)
    });
  }

  private show(name: 'flows' | 'manual'): void {
    const { app, labShell } = this.host.lab;
    const known = this.tabs.get(name);
    const tab = known && !known.isDisposed ? known : this.make(name);
    this.tabs.set(name, tab);
    if (!tab.isAttached) {
      app.shell.add(tab, labShell ? 'main' : 'right'); // Notebook 7 has one tab, the notebook
    }
    app.shell.activateById(tab.id);
  }

  private make(name: 'flows' | 'manual'): MainAreaWidget {
    const { lab, server } = this.host;
    return name === 'flows' ? makeOverviewTab(this.host) : makeManualTab(lab, server, this.rendermime);
  }

  /** Copy the tour into a folder, by default that of the current notebook, and open the copy. */
  private async openTour(cwd: string | null): Promise<void> {
    const { lab, server, notebooks } = this.host;
    const here = notebooks.currentWidget?.context.path;
    try {
      const demo = await server.demo(TOUR);
      const path = await this.copy(demo, cwd ?? (here === undefined ? '' : PathExt.dirname(here)));
      await lab.app.commands.execute('docmanager:open', { path });
    } catch (error) {
      sayError(lab.trans('Flow tour'), error instanceof Error ? error.message : String(error), lab.trans);
    }
  }

  /** Save under a name that no file has: renaming a new file fails where there is one already. */
  private async copy({ document, content }: DemoNotebook, folder: string): Promise<string> {
    const { contents } = this.host.lab.app.serviceManager;
    const model = await contents.newUntitled({ path: folder, type: 'notebook' });
    await contents.save(model.path, { type: 'notebook', format: 'json', content });
    const { content: files } = await contents.get(folder);
    const name = freeName(document, new Set(namesOf(files)));
    return (await contents.rename(model.path, PathExt.join(folder, name))).path;
  }

  private readonly tabs = new Map<string, MainAreaWidget>();
}

const namesOf = (files: unknown): string[] =>
  Array.isArray(files) ? files.flatMap(file => (typeof file?.name === 'string' ? [file.name] : [])) : [];

/** Returns the name, or `tour-1.ipynb` and so on if it is taken. */
function freeName(document: string, taken: ReadonlySet<string>): string {
  const extension = PathExt.extname(document);
  const stem = document.slice(0, -extension.length);
  let name = document;
  for (let number = 1; taken.has(name); number++) {
    name = `${stem}-${number}${extension}`;
  }
  return name;
}
