/** Gives many items one tab stop and moves between them with arrow keys, as ARIA's authoring practices say. */

/** Returns how far a key moves in a list: a step, or to one of its ends. */
export function stepOfKey(key: string, horizontal: boolean): number | null {
  switch (key) {
    case horizontal ? 'ArrowRight' : 'ArrowDown':
      return 1;
    case horizontal ? 'ArrowLeft' : 'ArrowUp':
      return -1;
    case 'Home':
      return -Infinity;
    case 'End':
      return Infinity;
    default:
      return null;
  }
}

/** Moves the focus among items and makes the focused item the tab stop. Returns whether the key was handled. */
export function rove(event: KeyboardEvent, items: readonly HTMLElement[], horizontal = false): boolean {
  const step = stepOfKey(event.key, horizontal);
  const here = items.findIndex(item => item.contains(document.activeElement));
  if (step === null || here < 0) {
    return false;
  }
  const item = items[Math.min(items.length - 1, Math.max(0, here + step))];
  if (item) {
    makeTabStop(item, items);
    item.focus();
  }
  event.preventDefault();
  return true;
}

export function makeTabStop(item: Element, items: Iterable<Element>): void {
  for (const other of items) {
    if (other !== item && other.getAttribute('tabindex') !== '-1') {
      other.setAttribute('tabindex', '-1');
    }
  }
  item.setAttribute('tabindex', '0');
}
