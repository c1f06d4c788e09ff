/** Opens menus: below a button, or where the user has asked for one. */
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
export function menuButton(label: string, items: () => readonly MenuItem[], sign: Sign = 'down'): HTMLElement {
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
    signIcon(sign)
  );
  const open = (): void => {
    const { left, bottom } = button.getBoundingClientRect();
    show(menu, items(), { x: left, y: bottom + 2 });
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

/** Opens a menu at a place of the window; it is part of `host` until it closes. */
export function openMenu(host: HTMLElement, label: string, items: readonly MenuItem[], place: Place): void {
  const menu = h('div', { class: 'nbf-Menu', role: 'menu', 'aria-label': label, popover: 'auto' });
  const before = document.activeElement;
  menu.addEventListener('keydown', event => onKey(event, menu));
  menu.addEventListener('toggle', () => {
    if (!menu.matches(':popover-open')) {
      menu.remove();
      if (before instanceof HTMLElement && (document.activeElement === document.body || !document.activeElement)) {
        before.focus();
      }
    }
  });
  host.append(menu);
  show(menu, items, place);
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

function show(menu: HTMLElement, items: readonly MenuItem[], { x, y }: Place): void {
  const choose = (item: MenuItem): void => {
    menu.hidePopover();
    item.run();
  };
  menu.replaceChildren(...items.map(item => menuItem(item, () => choose(item))));
  menu.showPopover();
  menu.style.left = `${Math.max(4, Math.min(x, window.innerWidth - menu.offsetWidth - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(y, window.innerHeight - menu.offsetHeight - 4))}px`;
  entries(menu)[0]?.focus();
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
