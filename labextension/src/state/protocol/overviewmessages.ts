// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

import type { RunLine } from './messages';

/**
 * Describes the flow of a notebook by its newest run. `store` is the name that `StoreSpace` has for its store.
 *
 * `path` is the notebook's path below the folder of the server; "" if it is not there, or is a script. `is_busy` tells
 * whether tasks run now. If tasks failed, `step` is the first step with such a task, and `error` the first line of its
 * error.
 */
export interface FlowLine {
  readonly path: string;
  readonly name: string;
  readonly flow: string;
  readonly store: string;
  readonly run: RunLine;
  readonly is_busy: boolean;
  readonly step: string;
  readonly error: string;
}

/**
 * Says why a store cannot be read.
 */
export interface StoreTrouble {
  readonly store: string;
  readonly message: string;
}

/**
 * Lists the flows of all stores below the folder of a server, and of the user's other stores.
 *
 * `is_cut` tells whether there are more folders than were searched for stores.
 */
export interface FlowList {
  readonly flows: readonly FlowLine[];
  readonly troubles: readonly StoreTrouble[];
  readonly is_cut: boolean;
}

/**
 * Tells what a store takes on disk, and what gc would free now by deleting `old` runs.
 *
 * `flows` are the bytes of each flow; what several share is counted in each. `folder` is the folder of the store below
 * that of the server; None if it is elsewhere, where the front end cannot start a kernel.
 */
export interface StoreSpace {
  readonly store: string;
  readonly bytes: number;
  readonly free: number;
  readonly old: readonly string[];
  readonly flows: Readonly<Record<string, number>>;
  readonly folder: string | null;
}

/**
 * Tells what all stores take on disk.
 */
export interface SpaceList {
  readonly stores: readonly StoreSpace[];
}
