/** Keeps what the user has chosen in the browser, for each notebook. */

export interface Keep {
  /** Returns what was chosen under a name; null if nothing was. */
  get(name: string): readonly string[] | null;
  set(name: string, value: readonly string[]): void;
}

export function makeKeep(notebook: () => string): Keep {
  const key = (name: string): string => `nbflow:${notebook()}:${name}`;
  const chosen = new Map<string, readonly string[]>();
  return {
    get(name) {
      if (chosen.has(name)) {
        return chosen.get(name) ?? null;
      }
      try {
        const found: unknown = JSON.parse(localStorage.getItem(key(name)) ?? 'null');
        return Array.isArray(found) ? found.map(String) : null;
      } catch {
        return null; // the browser refuses, or somebody else has written there
      }
    },
    set(name, value) {
      chosen.set(name, value);
      try {
        localStorage.setItem(key(name), JSON.stringify(value));
      } catch {
        // in a browser that keeps nothing, the choice holds until the page is closed
      }
    }
  };
}
