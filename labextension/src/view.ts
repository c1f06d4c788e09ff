import { Widget } from '@lumino/widgets';
import type { View } from './actions';
import { h } from './dom';
import type { Host } from './host';
import type { FlowModel } from './model';

/** The drawing of a flow as a widget. */
export function drawFlow(model: FlowModel, host: Host, view: View): Widget {
  const widget = new Widget();
  widget.addClass('nbf-Panel');
  const list = h('ol', { 'data-view': view });
  const draw = (): void => {
    list.replaceChildren(...(model.shape?.steps ?? []).map(step =>
      h('li', {}, h('button', { onclick: () => host.actions?.jump(step.cell) }, `${step.name} ${model.line(step.name)?.status ?? ''}`))
    ));
  };
  model.shapeChanged.connect(draw);
  model.linesChanged.connect(draw);
  draw();
  widget.node.append(list);
  return widget;
}
