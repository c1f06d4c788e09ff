/** Connects the table of runs with the model: reads their results, shows one of them, and compares several. */
import type { FlowModel } from '../state/model';
import type { RunComparison, RunResults, RunState } from '../state/protocol';
import type { Reading } from '../state/reading';
import { Aside } from './aside';
import { Binding, reason } from './binding';
import { comparedRuns } from './comparison';
import type { Host } from './host';
import { Runs } from './runs';

const COLUMNS = 'columns of runs';

export class RunsBinding extends Binding<Runs> {
  constructor(
    model: FlowModel,
    private readonly host: Host,
    private readonly complain: (text: string) => void
  ) {
    const { trans, actions, keep } = host;
    const view = new Runs({
      trans,
      actions: actions && {
        resume: run => void actions.resume(run),
        report: run => actions.report(run),
        note: run => void actions.note(run),
        pin: (run, pinned) => void actions.pin(run, pinned),
        remove: runs => void actions.remove(runs)
      },
      onShow: run => this.open(run.number),
      onCompare: runs => this.compare(runs),
      chosen: () => keep.get(COLUMNS),
      choose: columns => keep.set(COLUMNS, columns)
    });
    const aside = new Aside(view.node, host);
    super(model, view, aside.node);
    this.aside = aside;
    this.reading = this.read<RunState>(
      run => model.show(run),
      error => this.fail(error)
    );
    this.comparing = this.read<RunComparison>(
      found => this.aside.show(comparedRuns(found, trans)),
      error => this.fail(error)
    );
    this.results = this.read<RunResults>(
      results => this.view.showResults(results),
      error => this.fail(error)
    );
    model.runsChanged.connect(this.show, this);
    model.shownChanged.connect(this.show, this);
    this.show();
  }

  override dispose(): void {
    this.aside.dispose();
    super.dispose();
  }

  private show(): void {
    const { archive } = this.host;
    const { runs } = this.model;
    this.view.show(runs, this.model.shown?.run.number ?? null);
    const text = JSON.stringify(runs?.map(run => [run.number, run.status, run.done]));
    if (archive && runs?.length && text !== this.known) {
      this.results.ask(() => archive.results());
    }
    this.known = text;
  }

  /** Show a run; a click on the run that is shown leads back to the notebook. */
  private open(run: number): void {
    const { archive } = this.host;
    if (this.model.shown?.run.number === run) {
      this.model.show(null);
    } else if (archive) {
      this.reading.ask(() => archive.run(run));
    }
  }

  private compare(runs: readonly number[]): void {
    const { archive } = this.host;
    if (archive) {
      this.comparing.ask(() => archive.diff(runs));
    }
  }

  private fail(error: unknown): void {
    this.complain(this.host.trans('The run cannot be read: %1', reason(error)));
  }

  private known: string | undefined;
  private readonly aside: Aside;
  private readonly reading: Reading<RunState>;
  private readonly comparing: Reading<RunComparison>;
  private readonly results: Reading<RunResults>;
}
