/** Explains the options in the header of a step while the pointer is over them. */
import { hoverTooltip } from '@codemirror/view';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { STEP_OPTIONS } from '../state/protocol';
import { code, h } from '../ui/dom';
import type { Translate } from '../ui/language';

/** Matches an option up to the next one, as a header is read. */
const OPTION = /--([a-z][\w-]*)(?:(?!\s--[a-z]).)*/gi;
const HEADER = /^\s*(?:%%step\b|#\|\s*step\b)/;

export function explainHeaders(registry: IEditorExtensionRegistry, trans: Translate): void {
  const hover = hoverTooltip((view, position) => {
    const { from, text } = view.state.doc.lineAt(position);
    const above = view.state.doc.sliceString(0, Math.max(0, from - 1)).split('\n');
    const found = isHeader(above, text) ? optionAt(text, position - from) : null;
    const dom = found && explain(found.word, trans);
    return dom && { pos: from + found.start, end: from + found.end, above: true, create: () => ({ dom }) };
  });
  registry.addExtension({
    name: 'nbflow:header-help',
    factory: () => EditorExtensionRegistry.createImmutableExtension(hover)
  });
}

/** Tells whether a line is the header of a step: only comments and magics stand above it. */
export const isHeader = (above: readonly string[], line: string): boolean =>
  HEADER.test(line) && above.every(one => /^\s*(?:[#%!]|$)/.test(one));

interface FoundOption {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the option around a place in a header; its value belongs to it. */
function optionAt(header: string, place: number): FoundOption | null {
  for (const { 0: text, 1: word = '', index } of header.matchAll(OPTION)) {
    const isFirst = index === 0 || /\s/.test(header[index - 1] ?? '');
    if (isFirst && index <= place && place <= index + text.trimEnd().length) {
      return { word, start: index, end: index + text.trimEnd().length };
    }
  }
  return null;
}

function explain(word: string, trans: Translate): HTMLElement | null {
  const option = Object.hasOwn(STEP_OPTIONS, word) ? STEP_OPTIONS[word] : undefined;
  if (!option) {
    return null;
  }
  const forms = option.forms.flatMap((form, place) => [
    place > 0 && trans(' or '),
    h('code', {}, `--${word} ${form}`.trim())
  ]);
  const example = option.example && h('p', {}, trans('For example '), h('code', {}, `--${word} ${option.example}`));
  return h(
    'div',
    { class: 'nbf-HeaderHelp', role: 'tooltip' },
    h('p', {}, ...forms),
    h('p', {}, ...code(option.means)),
    example
  );
}
