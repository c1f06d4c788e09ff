import type { IDisposable } from '@lumino/disposable';

/** Calls a function after a quiet time, and at the latest `most` milliseconds after the first event. */
export class Pause implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly then: () => void,
    private readonly quiet: number,
    private readonly most = Infinity
  ) {}

  /** Note an event. */
  poke(): void {
    if (this.isDisposed) {
      return;
    }
    this._since ??= Date.now();
    const left = this._since + this.most - Date.now();
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => this.call(), Math.max(0, Math.min(this.quiet, left)));
  }

  dispose(): void {
    this.isDisposed = true;
    window.clearTimeout(this._timer);
  }

  private call(): void {
    this._since = undefined;
    this.then();
  }

  private _since: number | undefined;
  private _timer: number | undefined;
}
