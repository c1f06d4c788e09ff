import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import type { Translate } from '../ui/language';

/** The number of characters after which a notification is cut off. */
const LONGEST = 140;

export const BRIEFLY = 8000; // milliseconds

/** Shows an error. A text that does not fit is one click away, because it says what to do. Returns its id. */
export function sayError(title: string, message: string, trans: Translate): string {
  return say('error', `${title}: ${message}`, title, message, trans);
}

/** Shows only the newest of some notifications, because each makes the one before it untrue. */
export class LatestToast {
  /** Show a notification; `step` is the step that it is about. */
  show(id: string, step: string | null = null): void {
    this.dismiss();
    this.id = id;
    this.step = step;
  }

  /** Take the notification away if it is about this step, which the user looks at now. */
  see(step: string): void {
    if (this.step === step) {
      this.dismiss();
    }
  }

  dismiss(): void {
    if (this.id !== null) {
      Notification.dismiss(this.id);
      this.id = null;
    }
  }

  private id: string | null = null;
  private step: string | null = null;
}

/** Shows what was done: the first line, and the rest after a click. */
export function sayDone(title: string, message: string, trans: Translate): void {
  say('success', message, title, message, trans);
}

function say(type: 'error' | 'success', text: string, title: string, message: string, trans: Translate): string {
  const all = { label: trans('Show all'), callback: () => void showErrorMessage(title, message) };
  const fits = brief(text) === text;
  const autoClose = type === 'success' && fits ? BRIEFLY : false;
  return Notification.emit(brief(text), type, { autoClose, actions: fits ? [] : [all] });
}

/** Returns the first line of a text, cut between words to the length of a notification. */
export function brief(text: string): string {
  const [line = ''] = text.split('\n');
  const isWhole = line.length <= LONGEST;
  return isWhole ? line : `${line.slice(0, LONGEST - 2).replace(/\s+\S*$/, '')} …`;
}
