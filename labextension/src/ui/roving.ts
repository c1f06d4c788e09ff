/** One tab stop for many things, and arrow keys between them, as the authoring practices of ARIA have it. */

/** What a key asks for: how far to go in a list, or to one of its ends. */
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

/** Move the focus among items; the one that has it is the tab stop. True where the key was one of ours. */
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
