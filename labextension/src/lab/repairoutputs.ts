/** Shows the repairs for the error of a cell below the error. */
import type { Cell } from '@jupyterlab/cells';
import type { IRenderMime } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import { REPAIRS, type RepairLine } from '../state/protocol';
import type { Translate } from '../ui/language';
import { readRepairs, repairButton } from '../views/repairs';
import type { FlowNotebook } from './notebook';

type OnRepair = (repair: RepairLine, cell: Cell | undefined) => void;

class RepairOutput extends Widget implements IRenderMime.IRenderer {
  constructor(
    private readonly trans: Translate,
    private readonly onRepair: (repair: RepairLine, node: Node) => void
  ) {
    super();
    this.addClass('nbf-Repairs');
    this.addClass('nbf-Themed');
  }

  renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    const props = { trans: this.trans, onRepair: (repair: RepairLine) => this.onRepair(repair, this.node) };
    this.node.replaceChildren(...readRepairs(data[REPAIRS]).map(repair => repairButton(repair, props)));
    return Promise.resolve();
  }
}

/** Has a notebook show repairs as buttons. Those in a notebook of somebody else appear once its cell was executed. */
export function showRepairs({ panel }: FlowNotebook, trans: Translate, onRepair: OnRepair): void {
  const holderOf = (node: Node): Cell | undefined => panel.content.widgets.find(cell => cell.node.contains(node));
  const createRenderer = (): RepairOutput =>
    new RepairOutput(trans, (repair, node) => onRepair(repair, holderOf(node)));
  panel.content.rendermime.addFactory({ safe: false, mimeTypes: [REPAIRS], createRenderer }, 0);
}
