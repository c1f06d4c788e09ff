/** Makes buttons like those of JupyterLab: with a sign, a word, or both. */
import { h } from './dom';
import { type Sign, signIcon } from './icons';

export interface ButtonProps {
  readonly sign?: Sign;
  readonly label: string;
  readonly title?: string;
  readonly kind?: 'plain' | 'accept';
  readonly name?: string; // for tests and styles
  readonly onclick: () => void;
}

/** Returns a button with a word, and a sign if there is one. */
export function textButton({ sign, label, title, kind = 'plain', name, onclick }: ButtonProps): HTMLButtonElement {
  return h(
    'button',
    { class: `nbf-Button nbf-mod-${kind}`, type: 'button', title, 'data-action': name, onclick },
    sign && signIcon(sign),
    h('span', {}, label)
  );
}

/** Returns a button with a sign; its word is the tooltip and the accessible name. */
export function iconButton({
  sign,
  label,
  title,
  name,
  onclick
}: ButtonProps & { readonly sign: Sign }): HTMLButtonElement {
  return h(
    'button',
    {
      class: 'nbf-IconButton',
      type: 'button',
      title: title ?? label,
      'aria-label': label,
      'data-action': name,
      onclick
    },
    signIcon(sign)
  );
}
