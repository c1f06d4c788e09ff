/** Finds out where a run goes on: in a cell of this page's kernel, in its background, or elsewhere. */

export type Whereabouts = 'cell' | 'beside' | 'elsewhere';

/** Holds what a page has heard of its kernel's runs: the last one, and the last one that went on while it was idle. */
export interface Heard {
  readonly run: number | null;
  readonly beside: number | null;
}

export const NOTHING_HEARD: Heard = { run: null, beside: null };

export const BEAT = 1000; // milliseconds after which a kernel reports its runs again, at the latest
export const SILENCE = 1500; // milliseconds without a report after which a run counts as one elsewhere
const FIRST_WORDS = 8000; // milliseconds within which a kernel is heard by a page that has just begun to listen
const START = BEAT / 2; // milliseconds within which a kernel has handled the request that starts a run in its background

/** Returns what is known after a report of a run, or of none, from a kernel with this status. */
export function hear(heard: Heard, run: number | null, status: string): Heard {
  return run === null ? heard : { run, beside: status === 'idle' ? run : heard.beside };
}

/**
 * Returns where a run goes on, null as long as that may turn out otherwise.
 *
 * A run in a cell keeps the kernel busy; so does, for a moment, the request that starts one in the background. `waited`
 * are the milliseconds since the question, and `listened` those since the page has begun to listen.
 */
export function locate(
  run: number,
  heard: Heard,
  status: string,
  waited: number,
  listened: number
): Whereabouts | null {
  const isLate = waited >= SILENCE && listened >= FIRST_WORDS;
  if (heard.run !== run) {
    return isLate ? 'elsewhere' : null;
  }
  if (heard.beside === run || status === 'idle') {
    return 'beside';
  }
  return isLate || (status === 'busy' && waited > START) ? 'cell' : null;
}
