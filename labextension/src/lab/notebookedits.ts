/** Changes the cells of a notebook as a plan says. */
import type { INotebookModel } from '@jupyterlab/notebook';
import type { CellEdit } from '../state/protocol';

type SharedNotebook = INotebookModel['sharedModel'];
type SharedCell = SharedNotebook['cells'][number];

/**
 * Makes all edits in one transaction, so that one undo of the notebook takes them back.
 *
 * The list of cells follows only after the transaction, so cells are added and deleted from the last one to the first.
 */
export function applyEdits(shared: SharedNotebook, edits: readonly CellEdit[]): void {
  const cells = [...shared.cells];
  const known = new Map(cells.map(cell => [cell.getId(), cell]));
  const gone = new Set(edits.flatMap(edit => edit.swallowed));
  shared.transact(() => {
    edits.forEach(edit => change(edit, known));
    edits.filter(edit => edit.cell && edit.before).forEach(edit => move(edit, shared, cells));
    for (let at = cells.length - 1; at >= 0; at--) {
      const id = cells[at]?.getId() ?? '';
      if (gone.has(id)) {
        shared.deleteCell(at);
      }
      const added = edits.filter(edit => edit.cell === '' && (edit.before === id || (edit.before === '' && at === 0)));
      shared.insertCells(
        at,
        added.map(({ source }) => ({ cell_type: 'code', metadata: {}, source }))
      );
    }
  });
}

/** Moves a cell up. Cells that move are the only ones whose places change. */
function move({ cell, before }: CellEdit, shared: SharedNotebook, cells: readonly SharedCell[]): void {
  const at = (id: string): number => cells.findIndex(one => one.getId() === id);
  if (at(before) >= 0 && at(cell) > at(before)) {
    shared.moveCell(at(cell), at(before));
  }
}

function change({ cell, swallowed, source }: CellEdit, known: ReadonlyMap<string, SharedCell>): void {
  const own = known.get(cell);
  if (own) {
    setSource(own, source);
    takeOutputs(
      own,
      swallowed.flatMap(id => known.get(id) ?? [])
    );
  }
}

/** Replaces only what differs, from the top of the cell, so that cursors below stay where they are. */
function setSource(cell: SharedCell, source: string): void {
  const old = cell.source;
  const most = Math.min(old.length, source.length);
  let same = 0;
  while (same < most && old[old.length - 1 - same] === source[source.length - 1 - same]) {
    same++;
  }
  cell.updateSource(0, old.length - same, source.slice(0, source.length - same));
}

/** Puts the outputs of cells above those of the cell into which they are merged. */
function takeOutputs(own: SharedCell, merged: readonly SharedCell[]): void {
  const outputs = merged.flatMap(cell => ('getOutputs' in cell ? cell.getOutputs() : []));
  if ('setOutputs' in own && outputs.length) {
    own.setOutputs([...outputs, ...own.getOutputs()]);
  }
}
