import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import type { ITranslator } from '@jupyterlab/translation';
import type { Translate } from '../ui/language';

/** What of the program around it the extension uses. There is no shell of JupyterLab in Notebook 7. */
export interface Lab {
  readonly app: JupyterFrontEnd;
  readonly labShell: ILabShell | null;
  readonly kernels: ISessionContextDialogs;
  readonly trans: Translate;
}

export function translate(translator: ITranslator): Translate {
  const bundle = translator.load('nbflow');
  return (text, ...args) => bundle.__(text, ...args.map(String));
}
