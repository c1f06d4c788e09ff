/** Connects the table of tasks, as a view of its own, with the model: shows the selected foreach, else the first. */
import type { FlowModel } from '../state/model';
import type { TaskGrid, TaskState } from '../state/protocol';
import type { Reading } from '../state/reading';
import { h, setAttribute } from '../ui/dom';
import { Aside } from './aside';
import { Binding, reason } from './binding';
import { comparedTasks } from './comparison';
import type { Host } from './host';
import { empty } from './notices';
import { Tasks } from './tasks';

export class TasksBinding extends Binding<Tasks> {
  constructor(
    model: FlowModel,
    private readonly host: Host,
    private readonly complain: (text: string) => void
  ) {
    const { trans } = host;
    const view = new Tasks({
      trans,
      actions: taskActions(host),
      showOutputs: host.showOutputs,
      onSelect: ({ step, run, number }) => model.select({ step, task: { run, number } }),
      onCompare: tasks => this.comparing.ask(() => readTasks(host, tasks)),
      onTab: null,
      isWhole: true
    });
    const aside = new Aside(view.node, host);
    super(model, view, h('div', { class: 'nbf-WholeTasks' }));
    this.aside = aside;
    this.chosen = h('select', { class: 'nbf-Choice', 'aria-label': trans('Foreach'), onchange: () => this.choose() });
    this.nothing = empty(trans('No foreach'), trans('The tasks of a step with --foreach are a table here.'));
    this.node.append(this.chosen, aside.node, this.nothing);
    this.listing = this.read<TaskGrid>(
      grid => this.setGrid(grid),
      error => this.fail(error)
    );
    this.comparing = this.read<readonly TaskState[]>(
      tasks => this.grid && this.aside.show(comparedTasks(tasks, this.grid, trans)),
      error => this.fail(error)
    );
    model.selectedChanged.connect(this.begin, this);
    model.shapeChanged.connect(this.begin, this);
    model.shownChanged.connect(this.beginAgain, this);
    model.linesChanged.connect(this.onLines, this);
    model.rested.connect(this.again, this);
    this.begin();
  }

  override dispose(): void {
    this.aside.dispose();
    super.dispose();
  }

  private choose(): void {
    this.model.select({ step: this.chosen.value, task: null });
  }

  private begin(): void {
    const steps = this.model.shape?.steps.filter(step => step.scope.length > 0).map(({ name }) => name) ?? [];
    const selected = this.model.selected?.step ?? '';
    const step = [selected, this.step ?? ''].find(name => steps.includes(name)) ?? steps[0] ?? null;
    this.chosen.replaceChildren(...steps.map(name => h('option', { value: name, selected: name === step }, name)));
    setAttribute(this.chosen, 'hidden', steps.length < 2);
    this.nothing.hidden = steps.length > 0;
    this.aside.node.hidden = steps.length === 0;
    if (step !== this.step) {
      this.step = step;
      this.beginAgain();
    } else if (this.grid) {
      this.setGrid(this.grid);
    }
  }

  private beginAgain(): void {
    const { archive } = this.host;
    const { step } = this;
    this.listing.stop();
    this.aside.show(null);
    this.view.show((this.grid = null), null);
    if (archive && step !== null) {
      this.listing.ask(() => archive.grid(step, this.model.shown?.run.number ?? null));
    }
  }

  private setGrid(grid: TaskGrid): void {
    const { selected } = this.model;
    this.grid = grid;
    this.view.show(grid, selected?.step === this.step ? (selected?.task?.number ?? null) : null);
  }

  private onLines(_: FlowModel, steps: readonly string[]): void {
    if (this.step !== null && steps.includes(this.step)) {
      this.again();
    }
  }

  private again(): void {
    this.listing.again();
  }

  private fail(error: unknown): void {
    this.complain(this.host.trans('The tasks cannot be read: %1', reason(error)));
  }

  private step: string | null = null;
  private grid: TaskGrid | null = null;
  private readonly aside: Aside;
  private readonly chosen: HTMLSelectElement;
  private readonly nothing: HTMLElement;
  private readonly listing: Reading<TaskGrid>;
  private readonly comparing: Reading<readonly TaskState[]>;
}

/** Returns what can be done with the tasks of a table. */
export function taskActions({ actions }: Host): ConstructorParameters<typeof Tasks>[0]['actions'] {
  return (
    actions && {
      restore: address => void actions.restore(address),
      debug: address => void actions.debug(address),
      rerun: address => void actions.rerun(address),
      resume: run => void actions.resume(run),
      goOn: (run, step) => void actions.resume(run, step)
    }
  );
}

/** Reads all facts about some tasks. */
export async function readTasks(
  { archive }: Host,
  tasks: readonly { readonly run: number; readonly number: number }[]
): Promise<readonly TaskState[]> {
  return archive ? Promise.all(tasks.map(({ run, number }) => archive.task(run, number))) : [];
}
