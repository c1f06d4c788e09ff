import type { IDisposable } from '@lumino/disposable';

/** A part of the page. */
export interface Component extends IDisposable {
  readonly node: HTMLElement;
}
