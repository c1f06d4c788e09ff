import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import type { Translate } from './host';

/** Notifications are cut off behind so many letters. */
const LONGEST = 140;

/** Say what went wrong. What does not fit is a click away, for it says what to do. */
export function sayError(title: string, message: string, trans: Translate): void {
  const text = `${title}: ${message}`;
  const all = { label: trans('Show all'), callback: () => void showErrorMessage(title, message) };
  Notification.error(brief(text), { autoClose: false, actions: brief(text) === text ? [] : [all] });
}

/** At most as long as a notification may be, cut between words. */
export function brief(text: string): string {
  const [line = ''] = text.split('\n');
  const isWhole = line.length <= LONGEST;
  return isWhole ? line : `${line.slice(0, LONGEST - 2).replace(/\s+\S*$/, '')} …`;
}
