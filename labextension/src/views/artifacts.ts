/** Lists the artifacts or inputs of a task; each line unfolds to the stored facts, without loading the value. */
import type { ArtifactLine } from '../state/protocol';
import { iconButton } from '../ui/button';
import { closest, h } from '../ui/dom';
import { bareType, extent, size } from '../ui/format';
import { signIcon } from '../ui/icons';
import type { Translate } from '../ui/language';
import { tableHead } from '../ui/tablehead';

/** Opens artifacts as a whole; `prepare` is told that one may be opened soon. */
export interface ArtifactOpener {
  readonly open: (artifact: ArtifactLine) => void;
  readonly prepare: (artifact: ArtifactLine) => void;
}

export function artifactList(
  artifacts: readonly ArtifactLine[],
  label: string,
  trans: Translate,
  opener: ArtifactOpener | null
): HTMLElement {
  const lines = artifacts.map(artifact => {
    const line = h('li', {}, artifactLine(artifact, trans));
    if (opener && artifact.task) {
      makeOpen(line, artifact, trans, opener);
    }
    return line;
  });
  return h('ul', { class: 'nbf-Artifacts', 'aria-label': label }, ...lines);
}

/** Let a double click and a button open the artifact of a line. */
function makeOpen(
  line: HTMLElement,
  artifact: ArtifactLine,
  trans: Translate,
  { open, prepare }: ArtifactOpener
): void {
  const label = trans('Open %1 in a tab', artifact.name);
  line.append(iconButton({ sign: 'tab', label, name: 'open-artifact', onclick: () => open(artifact) }));
  line.addEventListener('dblclick', event => {
    if (!closest(event, 'button, a, pre')) {
      open(artifact);
    }
  });
  line.addEventListener('mousedown', event => event.detail > 1 && event.preventDefault()); // it would select a word
  line.addEventListener('pointerenter', () => prepare(artifact));
  line.addEventListener('focusin', () => prepare(artifact));
  if (artifact.columns.length) {
    prepare(artifact); // to import the library of a table takes longer than to open it
  }
}

function artifactLine(artifact: ArtifactLine, trans: Translate): HTMLElement {
  const lost = artifact.lost.length > 0;
  const line = [
    h('span', { class: 'nbf-ArtifactName' }, artifact.name),
    h('span', { class: 'nbf-ArtifactType' }, bareType(artifact.type)),
    h('span', { class: 'nbf-ArtifactText' }, extent(artifact) || artifact.text),
    artifact.source && h('span', { class: 'nbf-Source' }, trans('from %1', artifact.source)),
    lost && h('span', { class: 'nbf-Lost' }, signIcon('warning'), trans('lost')),
    h('span', { class: 'nbf-Size' }, lost ? '' : size(artifact.size))
  ];
  const more = preview(artifact, trans);
  const place = { class: 'nbf-Artifact', 'data-name': artifact.name, title: `${artifact.name}: ${artifact.type}` };
  return more.length
    ? h(
        'details',
        place,
        h('summary', { class: 'nbf-ArtifactLine' }, ...line),
        h('div', { class: 'nbf-Preview' }, ...more)
      )
    : h('div', place, h('div', { class: 'nbf-ArtifactLine nbf-mod-flat' }, ...line));
}

function preview(artifact: ArtifactLine, trans: Translate): HTMLElement[] {
  const table = tableHead(artifact.head);
  const image = thumbnail(artifact, trans);
  const text = artifact.text && !table && (extent(artifact) || artifact.text.length > 24);
  const parts = [
    ...artifact.lost.map(reason => h('p', { class: 'nbf-Reason' }, signIcon('warning'), h('span', {}, reason))),
    image,
    table &&
      h(
        'div',
        { class: 'nbf-Scroll', tabindex: 0, role: 'region', 'aria-label': trans('First rows of %1', artifact.name) },
        table
      ),
    !table && artifact.columns.length ? columns(artifact) : null,
    text ? h('pre', { class: 'nbf-Code', tabindex: 0 }, artifact.text) : null
  ];
  return parts.filter(part => part !== null);
}

const columns = (artifact: ArtifactLine): HTMLElement =>
  h('p', { class: 'nbf-Columns' }, artifact.columns.map(([name, dtype]) => `${name}: ${dtype}`).join(', '));

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

function thumbnail({ image, name }: ArtifactLine, trans: Translate): HTMLElement | null {
  return BASE64.test(image)
    ? h('img', { class: 'nbf-Thumbnail', src: `data:image/png;base64,${image}`, alt: trans('Picture of %1', name) })
    : null;
}
