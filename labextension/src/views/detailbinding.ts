/** Connects the detail with the model: reads the tasks of the selected step, and the chosen task. */
import type { FlowModel } from '../state/model';
import type { TaskGrid, TaskLine, TaskState } from '../state/protocol';
import type { Reading } from '../state/reading';
import { Binding, reason } from './binding';
import { comparedTasks } from './comparison';
import { Detail } from './detail';
import type { Host } from './host';
import { readTasks, taskActions } from './tasksbinding';

export class DetailBinding extends Binding<Detail> {
  constructor(
    model: FlowModel,
    private readonly host: Host,
    run: (part: { to?: string; from?: string }) => void
  ) {
    const { trans, actions, showOutputs } = host;
    const view = new Detail({
      trans,
      showOutputs,
      actions: actions && {
        restore: address => void actions.restore(address),
        rerun: address => void actions.rerun(address),
        debug: address => void actions.debug(address),
        runTo: step => run({ to: step }),
        runFrom: step => run({ from: step })
      },
      taskActions: taskActions(host),
      onCompare: tasks => this.comparing.ask(() => readTasks(host, tasks)),
      onTab: actions && (() => actions.openAsTab('tasks')),
      onOpen: actions && (address => actions.openValue(address)),
      onPrepare: type => actions?.prepareValue(type),
      onJump: actions && ((cell, ...line) => actions.jump(cell, ...line)),
      onStep: step => model.select({ step, task: null }),
      onTask: ({ step, run, number }: TaskLine) => model.select({ step, task: { run, number } }),
      onClose: () => model.select(null)
    });
    super(model, view);
    this.comparing = this.read<readonly TaskState[]>(
      tasks => this.tasks && view.compare(comparedTasks(tasks, this.tasks, trans)),
      error => this.fail(error)
    );
    this.listing = this.read<TaskGrid>(
      tasks => this.setTasks(tasks),
      error => this.fail(error)
    );
    this.failing = this.read<TaskState>(
      task => this.setFailed(task),
      error => this.fail(error)
    );
    this.reading = this.read<TaskState>(
      task => this.setTask(task),
      error => this.fail(error)
    );
    model.selectedChanged.connect(this.begin, this);
    model.shownChanged.connect(this.beginAgain, this);
    model.linesChanged.connect(this.onLines, this);
    model.shapeChanged.connect(this.show, this);
    model.rested.connect(this.again, this);
    this.begin();
  }

  /** Read a running task again, because its log grows while nothing else changes. */
  override tick(now: number): void {
    super.tick(now);
    if (this.model.line(this.model.selected?.step ?? '')?.status === 'running') {
      this.again();
    }
  }

  /** Show a new selection; the list of tasks stays if only another task of it was chosen. */
  private begin(): void {
    const { selected } = this.model;
    if (selected?.step !== this.step) {
      this.beginAgain();
    } else if (selected?.task) {
      this.readTask(selected.task.run, selected.task.number);
    } else {
      this.leaveTask();
    }
  }

  /** Show the step with all its tasks again. */
  private leaveTask(): void {
    if (this.tasks && this.tasks.tasks.length > 1) {
      this.reading.stop();
      this.task = this.asked = null;
    }
    this.show();
  }

  private beginAgain(): void {
    const { archive } = this.host;
    const { selected, shown } = this.model;
    this.step = selected?.step ?? null;
    this.tasks = this.task = this.failed = null;
    this.trouble = '';
    this.listing.stop();
    this.failing.stop();
    this.reading.stop();
    this.comparing.stop();
    this.view.compare(null);
    if (selected && archive) {
      const { step, task } = selected;
      this.listing.ask(() => archive.grid(step, task?.run ?? shown?.run.number ?? null));
      if (task) {
        this.readTask(task.run, task.number);
      }
    }
    this.show();
  }

  private setTasks(tasks: TaskGrid): void {
    const [first] = tasks.tasks;
    this.tasks = tasks;
    if (first && tasks.tasks.length === 1 && !this.isReading(first)) {
      this.readTask(first.run, first.number);
    }
    this.readFailed(tasks.tasks.length > 1 ? tasks.tasks.find(task => task.status === 'failed') : undefined);
    this.show();
  }

  /** Read the first failed task of many, so that its error is shown at once. */
  private readFailed(first: TaskLine | undefined): void {
    const { archive } = this.host;
    if (!first || !archive) {
      this.failing.stop();
      this.failed = null;
    } else if (first.run !== this.failed?.task.run || first.number !== this.failed.task.number) {
      this.failing.ask(() => archive.task(first.run, first.number));
    }
  }

  private setFailed(task: TaskState): void {
    this.failed = task;
    this.show();
  }

  private setTask(task: TaskState): void {
    this.task = task;
    this.trouble = '';
    this.show();
  }

  private readTask(run: number, number: number): void {
    const { archive } = this.host;
    this.asked = { run, number };
    if (this.task && !this.isReading(this.task.task)) {
      this.task = null;
    }
    if (archive) {
      this.reading.ask(() => archive.task(run, number));
    }
    this.show();
  }

  private isReading(task: TaskLine): boolean {
    return this.asked?.run === task.run && this.asked.number === task.number && this.task !== null;
  }

  private onLines(_: FlowModel, steps: readonly string[]): void {
    if (this.step !== null && steps.includes(this.step)) {
      this.again();
      this.show();
    }
  }

  private again(): void {
    this.listing.again();
    this.reading.again();
  }

  private fail(error: unknown): void {
    this.trouble = this.host.trans('This cannot be read: %1', reason(error));
    this.show();
  }

  private show(): void {
    const { model } = this;
    const facts = model.facts(this.step ?? '');
    const line = model.line(this.step ?? '');
    this.node.hidden = !facts || !line;
    if (facts && line) {
      const { tasks, task, failed, trouble } = this;
      this.view.show({ facts, line, chosen: model.selected?.task?.number ?? null, tasks, task, failed, trouble });
    }
  }

  private step: string | null = null;
  private tasks: TaskGrid | null = null;
  private task: TaskState | null = null;
  private failed: TaskState | null = null;
  private asked: { run: number; number: number } | null = null;
  private trouble = '';
  private readonly listing: Reading<TaskGrid>;
  private readonly comparing: Reading<readonly TaskState[]>;
  private readonly failing: Reading<TaskState>;
  private readonly reading: Reading<TaskState>;
}
