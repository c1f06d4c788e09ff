import { type Cell, type ICodeCellModel, isCodeCellModel } from '@jupyterlab/cells';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { readItems } from '../state/cellitems';
import type { Translate } from '../ui/language';
import { ItemView } from '../ui/itemview';
import { outputNodeOf } from './celloutputs';
import type { FlowNotebook } from './notebook';
import { Pause } from './pause';
import { outputShower } from './richoutputs';

/** The class of cells that show their items instead of all outputs. */
const IN_ITEMS = 'nbf-mod-inItems';

/** Shows the outputs of each foreach cell item by item. All of them stay in the notebook. */
export class ItemViews implements IDisposable {
  isDisposed = false;

  constructor(
    private readonly notebook: FlowNotebook,
    private readonly trans: Translate
  ) {
    notebook.model.shapeChanged.connect(this.changes.poke, this.changes);
    notebook.panel.content.modelContentChanged.connect(this.changes.poke, this.changes);
    this.place();
  }

  dispose(): void {
    this.isDisposed = true;
    this.changes.dispose();
    [...this.views.keys()].forEach(cell => this.remove(cell));
    Signal.disconnectReceiver(this);
  }

  private place(): void {
    const cells = this.notebook.panel.content.widgets;
    const present = new Set(cells);
    [...this.views.keys()].filter(cell => !present.has(cell)).forEach(cell => this.remove(cell));
    for (const cell of cells) {
      const { model } = cell;
      if (isCodeCellModel(model) && this.notebook.stepOf(cell)) {
        this.update(cell, model);
      } else {
        this.remove(cell);
      }
    }
  }

  private update(cell: Cell, model: ICodeCellModel): void {
    const host = outputNodeOf(cell, () => this.changes.poke());
    const known = this.views.get(cell);
    if (!host) {
      return;
    }
    if (!this.hasChanged(model)) {
      if (known) {
        place(known, host);
      }
    } else {
      const items = isHeaded(model) ? readItems(model.outputs.toJSON()) : [];
      if (items.length > 1) {
        const view = known ?? this.make(cell, model);
        this.views.set(cell, view);
        place(view, host);
        view.show(items);
      } else {
        this.remove(cell);
      }
    }
  }

  /** Tell whether the outputs have changed since the last call. They may be large, so they are not compared. */
  private hasChanged(model: ICodeCellModel): boolean {
    const isNew = !this.followed.has(model);
    if (isNew) {
      this.followed.set(model, true);
      model.outputs.changed.connect(() => this.note(model), this);
    }
    const changed = isNew || this.followed.get(model) === true;
    this.followed.set(model, false);
    return changed;
  }

  private note(model: ICodeCellModel): void {
    this.followed.set(model, true);
    this.changes.poke();
  }

  private make(cell: Cell, model: ICodeCellModel): ItemView {
    const { rendermime } = this.notebook.panel.content;
    return new ItemView({
      trans: this.trans,
      showItem: (host, item) => outputShower(rendermime, model.trusted)(host, item.outputs),
      onAll: all => cell.toggleClass(IN_ITEMS, !all)
    });
  }

  private remove(cell: Cell): void {
    const { model } = cell;
    if (this.views.has(cell) && isCodeCellModel(model)) {
      this.followed.set(model, true); // it may become a step again
    }
    this.views.get(cell)?.dispose();
    this.views.delete(cell);
    cell.removeClass(IN_ITEMS);
  }

  private readonly changes = new Pause(() => this.place(), 50, 200);
  private readonly views = new Map<Cell, ItemView>();
  private readonly followed = new WeakMap<ICodeCellModel, boolean>(); // whether the outputs have changed
}

/** Tells whether the outputs of a cell begin with the heading of an item. */
const isHeaded = ({ outputs }: ICodeCellModel): boolean =>
  outputs.length > 1 && readItems([outputs.get(0).toJSON()]).length > 0;

function place(view: ItemView, outputs: Element): void {
  if (view.node.nextElementSibling !== outputs) {
    outputs.before(view.node);
  }
}
