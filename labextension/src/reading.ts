/** Bring the model up to date with what is stored. */
import type { Archive } from './host';
import type { FlowModel } from './model';

/** The flow and its history. A run that is shown is read again, too: it may have gone on. Rejects as the archive does. */
export async function refresh(model: FlowModel, archive: Archive): Promise<void> {
  const shown = model.shown?.run.number;
  const [state, { runs }, again] = await Promise.all([
    archive.flow(), archive.runs(), shown === undefined ? null : archive.run(shown)
  ]);
  model.setRuns(runs);
  model.setState(state);
  if (again && model.shown?.run.number === again.run.number) {
    model.show(again);
  }
}
