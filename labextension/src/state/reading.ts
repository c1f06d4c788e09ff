/** Reads the archive, again and again while something changes. */
import type { IDisposable } from '@lumino/disposable';
import type { Archive } from './archive';
import type { FlowModel } from './model';

/** Reads the flow, its history, and the earlier run that is shown. Rejects when the archive does. */
export async function refresh(model: FlowModel, archive: Archive): Promise<void> {
  const shown = model.shown?.run.number;
  const [state, { runs }, again] = await Promise.all([
    archive.flow(),
    archive.runs(),
    shown === undefined ? null : archive.run(shown)
  ]);
  model.setRuns(runs);
  model.setState(state);
  if (again && model.shown?.run.number === again.run.number) {
    model.show(again);
  }
}

const PAUSE = 1000; // milliseconds between two answers; more if an answer takes long

/** Asks a question repeatedly; only the answer to the newest question is shown. */
export class Reading<T> implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly show: (value: T) => void,
    private readonly fail: (error: unknown) => void
  ) {}

  /** Ask a new question at once. */
  ask(question: () => Promise<T>): void {
    this.question = question;
    this.cancel();
    void this.answer(++this.asked);
  }

  /** Ask the same question again soon; many calls lead to one question. */
  again(): void {
    if (this.question && this.timer === undefined && !this.isDisposed) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        void this.answer(++this.asked);
      }, this.pause);
    }
  }

  /** Ask no more, and ignore the answers that are still to come. */
  stop(): void {
    this.question = null;
    this.asked++;
    this.cancel();
  }

  dispose(): void {
    this.isDisposed = true;
    this.stop();
  }

  private async answer(number: number): Promise<void> {
    const began = performance.now();
    try {
      const value = await this.question?.();
      if (value !== undefined && number === this.asked) {
        this.show(value);
      }
    } catch (error) {
      if (number === this.asked) {
        this.fail(error);
      }
    }
    this.pause = Math.max(PAUSE, 5 * (performance.now() - began));
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private question: (() => Promise<T>) | null = null;
  private asked = 0;
  private pause = PAUSE;
  private timer: ReturnType<typeof setTimeout> | undefined;
}
