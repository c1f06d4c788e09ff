import type { ICommandPalette } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ValueAddress } from '../state/values';
import type { Part } from '../views/host';
import type { ViewName } from '../views/panel';
import type { FlowActions } from './actions';
import { CommandId } from './commandids';
import { flowIcon } from './icon';
import type { Lab } from './lab';
import { canBeStep, isStep, makeOrdinary, makeSteps } from './makestep';
import type { FlowNotebook } from './notebook';
import { activeRun } from './progress';
import type { FlowTracker } from './tracker';

type Args = ReadonlyPartialJSONObject;

/** Defines what the commands act on: the panel, its views, and the flows of the open notebooks. */
export interface CommandTarget {
  actionsOf(notebook: FlowNotebook): FlowActions;
  run(notebook: FlowNotebook, part: Part): void;
  showPanel(): void;
  openView(notebook: FlowNotebook, view: ViewName): void;
  openValue(notebook: FlowNotebook, address: ValueAddress): void;
  canOpenViews: boolean;
}

/** Describes a command: its words, when it is enabled, and what it does. */
interface Action {
  readonly label: string;
  readonly caption: string;
  /** The arguments of the command, as a JSON schema. */
  readonly takes?: Readonly<Record<string, { type: string; description: string; enum?: string[] }>>;
  readonly enabled?: (notebook: FlowNotebook, args: Args) => boolean;
  readonly execute: (notebook: FlowNotebook, args: Args) => unknown;
}

/** The commands that mean nothing without arguments, so that the palette does not list them as they are. */
const WITH_ARGUMENTS: readonly string[] = [CommandId.openView, CommandId.openValue];

export const VIEWS: readonly ViewName[] = ['steps', 'graph', 'timeline', 'runs', 'tasks'];

export const isView = (name: unknown): name is ViewName => VIEWS.some(view => view === name);

const PATH = { path: { type: 'string', description: 'Path of an open notebook; by default the current one' } };
const STEP = { step: { type: 'string', description: 'Name of the step; by default that of the active cell' } };
const RUN = { run: { type: 'number', description: 'Number of the run; by default the newest' } };
const VALUE = {
  ...RUN,
  task: { type: 'number', description: 'Number of the task in its run' },
  name: { type: 'string', description: 'Name of the artifact' }
};
const ADDRESS = {
  address: { type: 'string', description: 'fit, fit[3] or 7/fit[3]; by default the step of the active cell' }
};

/** Registers all actions as commands, for the palette, menus, shortcuts and other extensions. */
export class FlowCommands {
  constructor(
    private readonly lab: Lab,
    private readonly tracker: FlowTracker,
    private readonly notebooks: INotebookTracker,
    private readonly target: CommandTarget
  ) {}

  register(commands: CommandRegistry, palette: ICommandPalette | null): void {
    this.registerPanel(commands);
    const every = { ...this.views(), ...this.runs(), ...this.checkpoints(), ...this.cells() };
    for (const [id, action] of Object.entries(every)) {
      this.add(commands, id, action);
    }
    this.fill(palette, Object.keys(every));
  }

  private registerPanel(commands: CommandRegistry): void {
    const { trans } = this.lab;
    commands.addCommand(CommandId.showPanel, {
      label: trans('Show Flow'),
      caption: trans('Show the flow of the notebook in the sidebar'),
      icon: args => (args['isMenu'] ? undefined : flowIcon),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => this.target.showPanel()
    });
  }

  private fill(palette: ICommandPalette | null, ids: readonly string[]): void {
    const category = this.lab.trans('Flow');
    for (const command of [CommandId.showPanel, ...ids.filter(id => !WITH_ARGUMENTS.includes(id))]) {
      palette?.addItem({ command, category });
    }
    for (const view of this.target.canOpenViews ? VIEWS : []) {
      palette?.addItem({ command: CommandId.openView, category, args: { view } });
    }
  }

  private add(commands: CommandRegistry, id: string, { label, caption, takes = {}, enabled, execute }: Action): void {
    commands.addCommand(id, {
      label: args => (id === CommandId.openView && isView(args['view']) ? this.viewLabel(args['view']) : label),
      caption,
      describedBy: { args: { type: 'object', properties: { ...PATH, ...takes } } },
      isEnabled: args => {
        const notebook = this.notebook(args);
        return notebook !== null && (enabled?.(notebook, args) ?? notebook.hasSteps);
      },
      execute: args => {
        const notebook = this.notebook(args);
        return notebook && execute(notebook, args);
      }
    });
  }

  /** Return the named notebook, else the one that the user works in, whichever the panel shows. */
  private notebook({ path }: Args): FlowNotebook | null {
    const isNamed = (panel: NotebookPanel): boolean => panel.context.path === path;
    const panel = typeof path === 'string' ? this.notebooks.find(isNamed) : this.notebooks.currentWidget;
    return panel ? this.tracker.of(panel) : null;
  }

  private viewLabel(view: ViewName): string {
    const { trans } = this.lab;
    const labels: Record<ViewName, string> = {
      steps: trans('Open Flow Steps in a Tab'),
      graph: trans('Open Flow Graph in a Tab'),
      timeline: trans('Open Flow Timeline in a Tab'),
      runs: trans('Open Flow Runs in a Tab'),
      tasks: trans('Open Flow Tasks in a Tab')
    };
    return labels[view];
  }

  private views(): Record<string, Action> {
    const { trans } = this.lab;
    return {
      [CommandId.openView]: {
        label: trans('Open Flow in a Tab'),
        caption: trans('Open a view of the flow as a tab of the main area'),
        takes: { view: { type: 'string', description: 'The view', enum: [...VIEWS] } },
        enabled: () => this.target.canOpenViews,
        execute: (notebook, { view }) => this.target.openView(notebook, isView(view) ? view : 'graph')
      },
      [CommandId.openValue]: {
        label: trans('Open an Artifact'),
        caption: trans('Open an artifact of a task as a whole'),
        takes: VALUE,
        enabled: () => true,
        execute: (notebook, { run, task, name }) => {
          if (typeof run === 'number' && typeof task === 'number' && typeof name === 'string') {
            this.target.openValue(notebook, { run, task, name });
          }
        }
      },
      [CommandId.showStep]: {
        label: trans('Show This Step in the Flow'),
        caption: trans('Select the step of the active cell in the panel'),
        takes: STEP,
        enabled: (notebook, args) => this.step(notebook, args) !== '',
        execute: (notebook, args) => {
          notebook.model.select({ step: this.step(notebook, args), task: null });
          this.target.showPanel();
        }
      }
    };
  }

  private runs(): Record<string, Action> {
    const { trans } = this.lab;
    const isIdle = (notebook: FlowNotebook): boolean => notebook.hasSteps && activeRun(notebook.model) === null;
    const part = (label: string, caption: string, option: 'to' | 'from'): Action => ({
      label,
      caption,
      takes: STEP,
      enabled: (notebook, args) => isIdle(notebook) && this.step(notebook, args) !== '',
      execute: (notebook, args) => this.target.run(notebook, { [option]: this.step(notebook, args) })
    });
    return {
      [CommandId.run]: {
        label: trans('Run Flow'),
        caption: trans('Run all steps that are not up to date'),
        enabled: notebook => activeRun(notebook.model) === null,
        execute: notebook => this.target.run(notebook, {})
      },
      [CommandId.runFresh]: {
        label: trans('Run Flow Afresh'),
        caption: trans('Compute all steps again, whatever is stored'),
        enabled: isIdle,
        execute: notebook => this.target.run(notebook, { fresh: true })
      },
      [CommandId.runTo]: part(trans('Run Flow to This Step'), trans('Run this step and what it needs'), 'to'),
      [CommandId.runFrom]: part(
        trans('Run Flow from This Step'),
        trans('Run this step and what follows from it'),
        'from'
      ),
      [CommandId.resume]: {
        label: trans('Resume Flow'),
        caption: trans('Start a new run that reuses every result that is up to date'),
        takes: RUN,
        enabled: notebook => isIdle(notebook) && notebook.model.run !== null,
        execute: (notebook, { run }) => this.target.actionsOf(notebook).resume(typeof run === 'number' ? run : null)
      },
      [CommandId.rerun]: {
        label: trans('Compute This Step Again'),
        caption: trans('Run this step even if its result is stored'),
        takes: ADDRESS,
        enabled: (notebook, args) => isIdle(notebook) && this.address(notebook, args) !== '',
        execute: (notebook, args) => this.target.actionsOf(notebook).rerun(this.address(notebook, args))
      },
      [CommandId.cancel]: {
        label: trans('Stop Flow'),
        caption: trans('Stop the run; finished tasks are kept'),
        enabled: notebook => activeRun(notebook.model) !== null,
        execute: notebook => this.target.actionsOf(notebook).cancel()
      }
    };
  }

  private checkpoints(): Record<string, Action> {
    const { trans } = this.lab;
    const hasAddress = (notebook: FlowNotebook, args: Args): boolean => this.address(notebook, args) !== '';
    const run = (notebook: FlowNotebook, args: Args): number | undefined =>
      typeof args['run'] === 'number' ? args['run'] : notebook.model.run?.number;
    const withRun = (
      act: (actions: FlowActions, run: number) => unknown
    ): Pick<Action, 'takes' | 'enabled' | 'execute'> => ({
      takes: RUN,
      enabled: (notebook, args) => run(notebook, args) !== undefined,
      execute: (notebook, args) => act(this.target.actionsOf(notebook), run(notebook, args) ?? 0)
    });
    return {
      [CommandId.restore]: {
        label: trans('Restore Checkpoint of This Step…'),
        caption: trans('Bind the names in the kernel to the values that they had after this step'),
        takes: ADDRESS,
        enabled: hasAddress,
        execute: (notebook, args) => this.target.actionsOf(notebook).restore(this.address(notebook, args))
      },
      [CommandId.undo]: {
        label: trans('Undo Restore'),
        caption: trans('Bind the names to the values that they had before the last restore'),
        enabled: notebook => notebook.hasSteps && notebook.kernel !== null,
        execute: notebook => this.target.actionsOf(notebook).undo()
      },
      [CommandId.debug]: {
        label: trans('Debug Failed Step'),
        caption: trans('Bind the inputs of the failed task in the kernel'),
        takes: ADDRESS,
        enabled: (notebook, args) => this.failed(notebook, args) !== null,
        execute: (notebook, args) => this.target.actionsOf(notebook).debug(this.failed(notebook, args) ?? '')
      },
      [CommandId.tag]: {
        label: trans('Tag Run…'),
        caption: trans('Give a run a name'),
        ...withRun((actions, run) => actions.askForTag(run))
      },
      [CommandId.report]: {
        label: trans('Show Run Report'),
        caption: trans('Open the report of a run, an HTML page'),
        ...withRun((actions, run) => actions.report(run))
      }
    };
  }

  private cells(): Record<string, Action> {
    const { trans } = this.lab;
    return {
      [CommandId.convert]: {
        label: trans('Turn Notebook into Flow…'),
        caption: trans('Show what becomes of each cell, and make steps of those that compute something'),
        enabled: () => true,
        execute: notebook => this.target.actionsOf(notebook).convert()
      },
      [CommandId.makeStep]: {
        label: trans('Make This Cell a Step…'),
        caption: trans('Put a header on top of each selected cell'),
        enabled: (notebook, args) => this.selected(notebook, args).some(canBeStep),
        execute: (notebook, args) => makeSteps(this.lab, notebook, this.selected(notebook, args).filter(canBeStep))
      },
      [CommandId.makeOrdinary]: {
        label: trans('Make This Step an Ordinary Cell'),
        caption: trans('Take the header away from each selected step'),
        enabled: (notebook, args) => this.selected(notebook, args).some(isStep),
        execute: (notebook, args) => makeOrdinary(this.lab, notebook, this.selected(notebook, args).filter(isStep))
      },
      [CommandId.export]: {
        label: trans('Export Flow as a Script…'),
        caption: trans('Write the notebook as a FlowSpec script'),
        execute: notebook => this.target.actionsOf(notebook).exportScript()
      }
    };
  }

  private step(notebook: FlowNotebook, args: Args): string {
    return typeof args['step'] === 'string' ? args['step'] : notebook.stepOf(this.cell(notebook, args));
  }

  /** Return the active cell; for a context menu, the cell below the pointer, which need not be active. */
  private cell(notebook: FlowNotebook, { isMenu }: Args): Cell | null {
    const { activeCell, widgets } = notebook.panel.content;
    const node = isMenu ? this.lab.app.contextMenuHitTest(node => node.classList.contains('jp-Cell')) : undefined;
    return widgets.find(cell => cell.node === node) ?? activeCell;
  }

  /** Return the selected cells; for a context menu, only the cell below the pointer if it is not one of them. */
  private selected(notebook: FlowNotebook, args: Args): readonly Cell[] {
    const { content } = notebook.panel;
    const cell = this.cell(notebook, args);
    const isAmong = cell !== null && content.isSelectedOrActive(cell);
    return isAmong ? content.widgets.filter(one => content.isSelectedOrActive(one)) : cell ? [cell] : [];
  }

  private address(notebook: FlowNotebook, args: Args): string {
    return typeof args['address'] === 'string' ? args['address'] : this.step(notebook, args);
  }

  /** Return the step of the cell if some of its tasks failed, else '' for the newest that failed; null if none did. */
  private failed(notebook: FlowNotebook, args: Args): string | null {
    const { model } = notebook;
    const hasFailed = (step: string): boolean => (model.line(step)?.failed ?? 0) > 0;
    const address = this.address(notebook, args);
    if (args['address'] !== undefined || hasFailed(address)) {
      return address;
    }
    const isOfCell = args['isMenu'] === true && address !== '';
    return !isOfCell && model.shape?.steps.some(step => hasFailed(step.name)) ? '' : null;
  }
}
