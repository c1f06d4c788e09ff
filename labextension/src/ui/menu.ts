/** Makes a button that opens a menu. */
import { h } from './dom';
import { type Sign, signIcon } from './icons';
import { rove } from './roving';

export interface MenuItem {
  readonly sign: Sign;
  readonly label: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly run: () => void;
}

/** Returns the button; `items` is called each time the menu opens. */
export function menuButton(label: string, items: () => readonly MenuItem[]): HTMLElement {
  const menu = h('div', { class: 'nbf-Menu', role: 'menu', 'aria-label': label, popover: 'auto' });
  const button = h(
    'button',
    {
      class: 'nbf-IconButton nbf-MenuButton',
      type: 'button',
      title: label,
      'aria-label': label,
      'aria-haspopup': 'menu',
      'aria-expanded': 'false'
    },
    signIcon('down')
  );
  const choose = (item: MenuItem): void => {
    menu.hidePopover();
    item.run();
  };
  const open = (): void => {
    menu.replaceChildren(...items().map(item => menuItem(item, () => choose(item))));
    menu.showPopover();
    place(menu, button);
    entries(menu)[0]?.focus();
  };
  button.addEventListener('click', open);
  button.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      open();
    }
  });
  menu.addEventListener('toggle', () => button.setAttribute('aria-expanded', String(menu.matches(':popover-open'))));
  menu.addEventListener('keydown', event => onKey(event, menu));
  return h('span', { class: 'nbf-MenuHost' }, button, menu);
}

function menuItem(item: MenuItem, onclick: () => void): HTMLElement {
  return h(
    'button',
    {
      class: 'nbf-MenuItem',
      role: 'menuitem',
      type: 'button',
      tabindex: -1,
      disabled: !item.enabled,
      'data-action': item.name,
      onclick
    },
    signIcon(item.sign),
    h('span', {}, item.label)
  );
}

function onKey(event: KeyboardEvent, menu: HTMLElement): void {
  if (event.key === 'Tab') {
    menu.hidePopover();
  } else {
    rove(event, entries(menu));
  }
}

const entries = (menu: HTMLElement): HTMLElement[] =>
  [...menu.querySelectorAll('button')].filter(button => !button.disabled);

/** Places the menu below its button, within the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const { left, bottom } = button.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(left, window.innerWidth - menu.offsetWidth - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(bottom + 2, window.innerHeight - menu.offsetHeight - 4))}px`;
}
