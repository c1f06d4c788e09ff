import type { IDisposable } from '@lumino/disposable';

/** Calls once things have been quiet for a while, and at the latest after `most` milliseconds. */
export class Pause implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly then: () => void,
    private readonly quiet: number,
    private readonly most = Infinity
  ) {}

  /** Something happened. */
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
