/** Shows an artifact as a whole, in one of its versions or compared with another. */
import type { ValueFace, ValueFacts, ValueVersion, ValueVersions } from '../state/protocol';
import { type ValueAddress, type Values, type ValueSource } from '../state/values';
import type { Component } from '../ui/component';
import { textButton } from '../ui/button';
import { h, setAttribute, setText } from '../ui/dom';
import { bareType, count, now } from '../ui/format';
import type { Translate } from '../ui/language';
import { ago } from '../ui/words';
import { reason } from './binding';
import { HeatView } from './heatview';
import type { ShowOutputs } from './host';
import { PartsView } from './partsview';
import { SheetView } from './sheetview';

export interface ValueViewProps {
  readonly trans: Translate;
  readonly values: Values;
  readonly address: ValueAddress;
  readonly showOutputs: ShowOutputs;
  readonly onTitle: (text: string) => void;
}

export class ValueView implements Component {
  readonly node: HTMLElement;
  isDisposed = false;

  constructor(private readonly props: ValueViewProps) {
    const { trans } = props;
    this.address = props.address;
    this.version = h('select', { 'aria-label': trans('Run'), onchange: () => this.chooseVersion() });
    this.versus = h('select', { 'aria-label': trans('Compare with'), onchange: () => this.chooseVersus() });
    this.choices.append(this.version, h('span', { 'aria-hidden': 'true' }, '↔'), this.versus);
    this.node = h(
      'section',
      { class: 'nbf-Panel nbf-Value', 'aria-label': trans('Value of %1', props.address.name) },
      h('header', { class: 'nbf-ValueHead' }, this.way, this.type, this.faces, this.choices),
      this.trouble,
      this.body
    );
    void this.read();
    void this.readVersions();
  }

  dispose(): void {
    this.isDisposed = true;
    this.shown?.dispose();
  }

  /** Read the value, or a part of it, and show it in the face that was shown before if it has that. */
  private async read(): Promise<void> {
    const turn = ++this.turn;
    const { trans, values, onTitle } = this.props;
    const { address, part, other } = this;
    onTitle(`${address.name} · ${trans('run %1', address.run)}`);
    setAttribute(this.node, 'data-run', address.run);
    const source = values.source(address, part, other);
    this.wait();
    try {
      const facts = await source.open();
      if (turn === this.turn && !this.isDisposed) {
        this.show(facts, source);
      }
    } catch (error) {
      if (turn === this.turn) {
        this.say(reason(error));
      }
    }
  }

  private wait(): void {
    setAttribute(this.node, 'data-state', 'reading');
    this.say('');
  }

  private say(text: string): void {
    setText(this.trouble, text);
    this.trouble.hidden = !text;
    if (text) {
      setAttribute(this.node, 'data-state', 'failed');
      this.fill(h('div'), null);
    }
  }

  private show(facts: ValueFacts, source: ValueSource): void {
    setAttribute(this.node, 'data-state', 'read');
    this.showWay(facts);
    const extent = facts.shape?.length ? ` ${facts.shape.map(count).join(' × ')}` : '';
    setText(this.type, `${bareType(facts.type)}${extent}`);
    setAttribute(this.type, 'title', facts.type);
    const face = facts.faces.find(one => one === this.face) ?? facts.faces[0] ?? 'text';
    const open = (name: ValueFace): void => {
      this.face = name;
      this.faces.querySelectorAll('button').forEach(button => {
        setAttribute(button, 'aria-pressed', String(button.getAttribute('data-face') === name));
      });
      void this.showFace(name, facts, source);
    };
    const words = this.words();
    const buttons = facts.faces.map(name =>
      h('button', { type: 'button', class: 'nbf-Face', 'data-face': name, onclick: () => open(name) }, words[name])
    );
    this.faces.replaceChildren(...(buttons.length > 1 ? buttons : []));
    open(face);
  }

  private words(): Record<ValueFace, string> {
    const { trans } = this.props;
    return {
      table: trans('Table'),
      heat: trans('Heat map'),
      display: trans('Display'),
      tree: trans('Tree'),
      text: trans('Text')
    };
  }

  private async showFace(face: ValueFace, facts: ValueFacts, source: ValueSource): Promise<void> {
    const turn = ++this.faceTurn;
    try {
      const made = await this.make(face, facts, source);
      if (turn === this.faceTurn && !this.isDisposed) {
        setAttribute(this.body, 'data-face', face);
        this.fill(made.node, made);
      } else {
        made.dispose();
      }
    } catch (error) {
      if (turn === this.faceTurn) {
        this.say(reason(error));
      }
    }
  }

  private fill(node: HTMLElement, shown: { dispose(): void } | null): void {
    this.shown?.dispose();
    this.shown = shown;
    this.body.replaceChildren(node);
  }

  private async make(
    face: ValueFace,
    facts: ValueFacts,
    source: ValueSource
  ): Promise<{ node: HTMLElement; dispose(): void }> {
    const { trans } = this.props;
    switch (face) {
      case 'table':
        return facts.sheet && facts.window
          ? new SheetView({ trans, source, facts: facts.sheet, window: facts.window })
          : this.text(source);
      case 'heat':
        return new HeatView(trans, await source.heat());
      case 'display':
        return this.display(source);
      case 'tree':
        return this.tree();
      default:
        return this.text(source);
    }
  }

  private async display(source: ValueSource): Promise<{ node: HTMLElement; dispose(): void }> {
    const { outputs } = await source.display();
    const node = h('div', { class: 'nbf-Display', tabindex: 0, role: 'region', 'aria-label': this.props.address.name });
    return { node, dispose: this.props.showOutputs(node, outputs).dispose };
  }

  private tree(): PartsView {
    const { values, trans } = this.props;
    const { address, part } = this;
    return new PartsView({
      trans,
      read: (way, first, last) => values.source(address, [...part, ...way], null).parts(first, last),
      onOpen: way => this.goTo([...part, ...way]),
      onFail: text => this.say(text)
    });
  }

  private async text(source: ValueSource): Promise<{ node: HTMLElement; dispose(): void }> {
    const { trans } = this.props;
    const pre = h('pre', { class: 'nbf-WholeText', tabindex: 0 });
    const more = textButton({ label: '', name: 'more-text', onclick: () => void read() });
    const node = h('div', { class: 'nbf-TextView' }, pre, more);
    let known = 0;
    const read = async (): Promise<void> => {
      const found = await source.text(known);
      known = found.first + [...found.text].length;
      pre.append(found.text);
      more.hidden = known >= found.total;
      setText(more, trans('%1 more characters', count(found.total - known)));
    };
    await read();
    return { node, dispose: () => undefined };
  }

  // parts

  private goTo(part: readonly number[]): void {
    this.part = part;
    this.face = null;
    void this.read();
  }

  private showWay({ way, name }: ValueFacts): void {
    const steps = [{ key: name }, ...way].map(({ key }, depth) => {
      const part = this.part.slice(0, depth);
      const isLast = depth === way.length;
      const props = { class: 'nbf-Way', type: 'button', disabled: isLast, onclick: () => this.goTo(part) };
      return h('button', props, key);
    });
    this.way.replaceChildren(...steps);
  }

  // versions

  private async readVersions(): Promise<void> {
    try {
      this.versions = await this.props.values.versions(this.address);
    } catch {
      this.versions = null; // the value says why it cannot be read
    }
    this.showVersions();
  }

  private showVersions(): void {
    const { trans } = this.props;
    const known = this.versions?.versions ?? [];
    const option = (one: ValueVersion, isChosen: boolean): HTMLElement =>
      h('option', { value: one.run, selected: isChosen }, this.versionWords(one));
    this.version.replaceChildren(...known.map(one => option(one, one.run === this.address.run)));
    const others = known.filter(one => one.run !== this.address.run);
    this.versus.replaceChildren(
      h('option', { value: '', selected: this.other === null }, trans('compare with…')),
      ...others.map(one => option(one, one.run === this.other?.run))
    );
    this.choices.hidden = known.length < 2;
  }

  private versionWords({ run, started, same }: ValueVersion): string {
    const { trans } = this.props;
    const equal = same && run !== this.props.address.run ? ` · ${trans('same')}` : '';
    return `${trans('run %1', run)} · ${ago(started, now(), trans)}${equal}`;
  }

  private find(run: string): ValueAddress | null {
    const found = this.versions?.versions.find(one => String(one.run) === run);
    return found ? { run: found.run, task: found.task, name: this.address.name } : null;
  }

  private chooseVersion(): void {
    this.address = this.find(this.version.value) ?? this.address;
    this.other = this.other?.run === this.address.run ? null : this.other;
    this.showVersions();
    void this.read();
  }

  private chooseVersus(): void {
    this.other = this.find(this.versus.value);
    void this.read();
  }

  private address: ValueAddress;
  private other: ValueAddress | null = null;
  private part: readonly number[] = [];
  private face: ValueFace | null = null;
  private versions: ValueVersions | null = null;
  private shown: { dispose(): void } | null = null;
  private turn = 0;
  private faceTurn = 0;
  private readonly way = h('nav', { class: 'nbf-Ways', 'aria-label': 'Place' });
  private readonly type = h('span', { class: 'nbf-ValueType' });
  private readonly faces = h('span', { class: 'nbf-Faces', role: 'group', 'aria-label': 'View' });
  private readonly trouble = h('p', { class: 'nbf-Trouble', role: 'alert', hidden: true });
  private readonly body = h('div', { class: 'nbf-ValueBody' });
  private readonly choices = h('span', { class: 'nbf-Versions', hidden: true });
  private readonly version: HTMLSelectElement;
  private readonly versus: HTMLSelectElement;
}
