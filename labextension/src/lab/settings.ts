import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ViewName } from '../views/panel';
import { isView } from './commands';

/** What the user has set, as far as it makes sense. */
export interface Preferences {
  readonly follow: boolean;
  readonly view: ViewName;
  readonly toastAfter: number; // seconds that a run must have taken
  readonly badges: boolean;
  readonly outputs: boolean;
}

export const DEFAULTS: Preferences = { follow: true, view: 'steps', toastAfter: 10, badges: true, outputs: true };

export function read({ composite }: ISettingRegistry.ISettings): Preferences {
  const { follow, view, toastAfter, badges, outputs } = composite;
  return {
    follow: follow !== false,
    view: isView(view) ? view : DEFAULTS.view,
    toastAfter: typeof toastAfter === 'number' ? toastAfter : DEFAULTS.toastAfter,
    badges: badges !== false,
    outputs: outputs !== false
  };
}
