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
    const outputs = model.outputs.toJSON();
    const items = readItems(outputs);
    const text = items.length > 1 ? JSON.stringify(outputs) : '';
    const known = this.views.get(cell);
    const host = outputNodeOf(cell);
    if (!text || !host) {
      this.remove(cell);
      return;
    }
    const view = known?.view ?? this.make(cell, model);
    if (view.node.nextElementSibling !== host) {
      host.before(view.node);
    }
    if (known?.text !== text) {
      this.views.set(cell, { view, text });
      view.show(items);
    }
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
    this.views.get(cell)?.view.dispose();
    this.views.delete(cell);
    cell.removeClass(IN_ITEMS);
  }

  private readonly changes = new Pause(() => this.place(), 50, 200);
  private readonly views = new Map<Cell, { view: ItemView; text: string }>();
}
