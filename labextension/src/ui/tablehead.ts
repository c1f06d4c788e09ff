/** Shows the first rows of a table. Its HTML comes from a user's data, so only cells and their text are kept. */
import { h } from './dom';

export function tableHead(html: string): HTMLTableElement | null {
  const source = html ? new DOMParser().parseFromString(html, 'text/html').querySelector('table') : null;
  if (!source) {
    return null;
  }
  const [head, body] = [rows(source, 'thead'), rows(source, 'tbody')];
  const loose = head.length + body.length === 0 ? [...source.rows] : [];
  return h(
    'table',
    { class: 'nbf-TableHead' },
    head.length ? h('thead', {}, ...head.map(row)) : null,
    h('tbody', {}, ...[...body, ...loose].map(row))
  );
}

const rows = (table: HTMLTableElement, part: 'thead' | 'tbody'): HTMLTableRowElement[] => [
  ...table.querySelectorAll<HTMLTableRowElement>(`:scope > ${part} > tr`)
];

function row(source: HTMLTableRowElement): HTMLElement {
  return h(
    'tr',
    {},
    ...[...source.cells].map(cell => h(cell.tagName === 'TH' ? 'th' : 'td', {}, (cell.textContent ?? '').trim()))
  );
}
