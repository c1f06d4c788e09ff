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
    const watching = describe(area);
    return {
      dispose: () => {
        watching.disconnect();
        take(area, model);
      }
    };
  };
}

/** Describes what JupyterLab renders, now and later: a picture has its text, and a table that scrolls takes the focus. */
function describe(area: SimplifiedOutputArea): MutationObserver {
  const look = (): void => {
    for (const image of area.node.querySelectorAll('img:not([alt])')) {
      const place = area.widgets.findIndex(widget => widget.node.contains(image));
      image.setAttribute('alt', String(area.model.get(place)?.data['text/plain'] ?? ''));
    }
    area.node.querySelectorAll('[data-mime-type="text/html"]').forEach(table => table.setAttribute('tabindex', '0'));
  };
  const watching = new MutationObserver(look);
  watching.observe(area.node, { childList: true, subtree: true });
  look();
  return watching;
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
