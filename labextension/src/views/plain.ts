/** Shows outputs of cells in hosts that cannot: only texts and pictures, nothing that could run code. */
import { h } from '../ui/dom';
import type { ShowOutputs } from './host';

type NotebookOutput = Readonly<Record<string, unknown>>;

export const showPlainly: ShowOutputs = (host, outputs) => {
  host.replaceChildren(...outputs.map(plainOutput));
  return { dispose: () => host.replaceChildren() };
};

function plainOutput(output: NotebookOutput): HTMLElement {
  const data = record(output['data']);
  const image = joined(data['image/png']);
  if (image) {
    return h('img', {
      class: 'nbf-Thumbnail',
      src: `data:image/png;base64,${image.replace(/[^A-Za-z0-9+/=]/g, '')}`,
      alt: joined(data['text/plain'])
    });
  }
  const text = joined(output['text']) || joined(output['traceback']) || joined(data['text/plain']);
  return h('pre', { class: 'nbf-Code', 'data-stream': joined(output['name']) }, withoutColours(text));
}

/** Joins the lines of a text; notebooks keep long texts as lists of lines. */
function joined(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join('') : typeof value === 'string' ? value : '';
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

const COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g;

/** Removes the codes with which terminals change colours. */
export const withoutColours = (text: string): string => text.replace(COLOURS, '');
