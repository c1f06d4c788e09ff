/** Makes an element in one expression: `h('button', { class: 'nbf-Run', onclick }, 'Run')`. */
const SVG = 'http://www.w3.org/2000/svg';

export type Child = Node | string | null | undefined | false;

type Value = string | number | boolean | null | undefined;

export interface Listeners {
  readonly onclick?: ((event: MouseEvent) => void) | undefined;
  readonly onkeydown?: ((event: KeyboardEvent) => void) | undefined;
  readonly onpointerdown?: ((event: PointerEvent) => void) | undefined;
  readonly onpointerover?: ((event: PointerEvent) => void) | undefined;
  readonly onchange?: ((event: Event) => void) | undefined;
  readonly oninput?: ((event: Event) => void) | undefined;
  readonly onsubmit?: ((event: SubmitEvent) => void) | undefined;
}

export interface Attributes {
  readonly [name: `data-${string}` | `aria-${string}`]: Value;
  readonly class?: Value;
  readonly id?: Value;
  readonly role?: Value;
  readonly title?: Value;
  readonly tabindex?: Value;
  readonly type?: Value;
  readonly name?: Value;
  readonly value?: Value;
  readonly for?: Value;
  readonly hidden?: Value;
  readonly disabled?: Value;
  readonly open?: Value;
  readonly src?: Value;
  readonly alt?: Value;
  readonly placeholder?: Value;
  readonly pattern?: Value;
  readonly required?: Value;
  readonly step?: Value;
  readonly rows?: Value;
  readonly scope?: Value;
  readonly selected?: Value;
  readonly spellcheck?: Value;
  readonly autocomplete?: Value;
  readonly popover?: Value;
  readonly inputmode?: Value;
}

/** Returns an HTML element; attributes that are false, null or undefined are omitted. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Attributes & Listeners = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const { attributes, listeners } = split(props);
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  listen(element, listeners);
  append(element, children);
  return element;
}

/** Returns an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

export function setAttributes(element: Element, attributes: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(element, name, value);
  }
}

/** Sets an attribute; the document is touched only if the value changes. */
export function setAttribute(element: Element, name: string, value: Value): void {
  const text = value === true ? '' : value === false || value == null ? null : String(value);
  if (text === null) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== text) {
    element.setAttribute(name, text);
  }
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function listen(element: HTMLElement, listeners: Listeners): void {
  const { onclick, onkeydown, onpointerdown, onpointerover, onchange, oninput, onsubmit } = listeners;
  if (onclick) element.addEventListener('click', onclick);
  if (onkeydown) element.addEventListener('keydown', onkeydown);
  if (onpointerdown) element.addEventListener('pointerdown', onpointerdown);
  if (onpointerover) element.addEventListener('pointerover', onpointerover);
  if (onchange) element.addEventListener('change', onchange);
  if (oninput) element.addEventListener('input', oninput);
  if (onsubmit) element.addEventListener('submit', onsubmit);
}

function split(props: Attributes & Listeners): { attributes: Record<string, Value>; listeners: Listeners } {
  const { onclick, onkeydown, onpointerdown, onpointerover, onchange, oninput, onsubmit, ...attributes } = props;
  const listeners = {
    onclick,
    onkeydown,
    onpointerdown,
    onpointerover,
    onchange,
    oninput,
    onsubmit
  };
  return { attributes, listeners };
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child) {
      parent.append(child);
    }
  }
}

/** Returns a text in which what stands between backticks is code. */
export const code = (text: string): Child[] =>
  text.split('`').map((part, place) => (place % 2 ? h('code', {}, part) : part));

/** Returns the nearest element around an event's target that fits the selector. */
export function closest(event: Event, selector: string): Element | null {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}
