import {
  CompletionProviderManager,
  type ICompletionContext,
  type ICompletionProviderManager
} from '@jupyterlab/completer';
import { isHeader } from './headerhover';

/** The provider that offers all words of a cell, whatever can stand at the cursor. */
const WORDS_OF_CELL = 'CompletionProvider:context';

/** Leaves the completion of headers and `%flow` lines to the kernel, which knows what can stand there. */
export function leaveToKernel(manager: ICompletionProviderManager): void {
  const providers = manager instanceof CompletionProviderManager ? manager.getProviders() : null;
  const provider = providers?.get(WORDS_OF_CELL);
  if (provider) {
    const isApplicable = provider.isApplicable.bind(provider);
    provider.isApplicable = async context => !isOwnLine(context) && (await isApplicable(context));
  }
}

function isOwnLine({ editor }: ICompletionContext): boolean {
  const lines = editor?.model.sharedModel.source.split('\n') ?? [];
  const place = editor?.getCursorPosition().line ?? 0;
  return /^\s*%(?:nb)?flow\s/.test(lines[place] ?? '') || isHeader(lines.slice(0, place), lines[place] ?? '');
}
