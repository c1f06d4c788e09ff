import type { IDisposable } from '@lumino/disposable';

/** Describes a part of the page. */
export interface Component extends IDisposable {
  readonly node: HTMLElement;
}
