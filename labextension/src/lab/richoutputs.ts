import { type IOutputAreaModel, OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { ShowOutputs } from '../views/host';

type Output = Parameters<IOutputAreaModel['add']>[0];

/** Tells whether a value has the form of an output in a notebook. */
export const isOutput = (output: Readonly<Record<string, unknown>>): output is Output =>
  typeof output['output_type'] === 'string';

/** Shows outputs like those of cells. Unless they are trusted, scripts do not run, and HTML is sanitised. */
export function outputShower(rendermime: IRenderMimeRegistry, trusted = false): ShowOutputs {
  return (host, outputs) => {
    const model = new OutputAreaModel({ trusted, values: outputs.filter(isOutput) });
    const area = new SimplifiedOutputArea({ model, rendermime });
    attach(area, host);
    return { dispose: () => take(area, model) };
  };
}

/** Shows the outputs at once, or as soon as the host is part of the page. */
function attach(area: Widget, host: HTMLElement): void {
  if (host.isConnected) {
    Widget.attach(area, host);
    return;
  }
  host.append(area.node);
  requestAnimationFrame(() => {
    if (!area.isDisposed && host.isConnected && area.node.parentElement === host) {
      area.node.remove();
      Widget.attach(area, host);
    }
  });
}

function take(area: Widget, model: IOutputAreaModel): void {
  if (area.isAttached && !area.node.isConnected) {
    MessageLoop.sendMessage(area, Widget.Msg.AfterDetach); // its host was removed from the page
  }
  area.dispose();
  model.dispose();
}
