import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import type { Translate } from '../ui/language';

/** Notifications are cut off behind so many letters. */
const LONGEST = 140;

const BRIEFLY = 8000; // milliseconds

/** Say what went wrong. What does not fit is a click away, for it says what to do. */
export function sayError(title: string, message: string, trans: Translate): void {
  say('error', `${title}: ${message}`, title, message, trans);
}

/** Say what was done: the first line, and more on a click. */
export function sayDone(title: string, message: string, trans: Translate): void {
  say('success', message, title, message, trans);
}

function say(type: 'error' | 'success', text: string, title: string, message: string, trans: Translate): void {
  const all = { label: trans('Show all'), callback: () => void showErrorMessage(title, message) };
  const fits = brief(text) === text;
  const autoClose = type === 'success' && fits ? BRIEFLY : false;
  Notification.emit(brief(text), type, { autoClose, actions: fits ? [] : [all] });
}

/** At most as long as a notification may be, cut between words. */
export function brief(text: string): string {
  const [line = ''] = text.split('\n');
  const isWhole = line.length <= LONGEST;
  return isWhole ? line : `${line.slice(0, LONGEST - 2).replace(/\s+\S*$/, '')} …`;
}
