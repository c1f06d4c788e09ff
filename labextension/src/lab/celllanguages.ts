import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { Pause } from './pause';

const LANGUAGE = /^\s*(?:%%step|#\|\s*step:?)\s.*--lang[ =](\w+)/m;

/** The types by which the editor knows the languages of cells. */
const MIME_TYPES: Readonly<Record<string, string>> = {
  sql: 'text/x-sql',
  r: 'text/x-rsrc',
  bash: 'text/x-sh'
};

/** Lets the editor colour each cell in the language that its header names. */
export class CellLanguages implements IDisposable {
  isDisposed = false;

  constructor(private readonly panel: NotebookPanel) {
    panel.content.modelContentChanged.connect(this.changes.poke, this.changes);
    panel.sessionContext.kernelChanged.connect(this.changes.poke, this.changes);
    void panel.context.ready.then(() => this.apply());
  }

  dispose(): void {
    this.isDisposed = true;
    this.changes.dispose();
    Signal.disconnectReceiver(this.changes);
  }

  private apply(): void {
    if (this.panel.isDisposed) {
      return;
    }
    for (const { model } of this.panel.content.widgets) {
      const named = model.type === 'code' ? LANGUAGE.exec(model.sharedModel.source)?.[1] : undefined;
      const type = named && MIME_TYPES[named.toLowerCase()];
      if (type) {
        model.mimeType = type;
      } else if (Object.values(MIME_TYPES).includes(model.mimeType)) {
        model.mimeType = this.panel.content.codeMimetype;
      }
    }
  }

  private readonly changes = new Pause(() => this.apply(), 200, 1000);
}
