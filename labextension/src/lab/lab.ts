import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import type { ITranslator } from '@jupyterlab/translation';
import type { Translate } from '../ui/language';

/** Holds the parts of JupyterLab that the extension uses. Notebook 7 has no JupyterLab shell. */
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
