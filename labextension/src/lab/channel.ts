import { KernelMessage, type Kernel } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { COMM, MIME, type Snapshot } from '../state/protocol';
import { writeCode } from './line';

/** Holds a kernel's answer to a request: the text it printed, and the data in nbflow's own format. */
export interface Answer {
  readonly text: string;
  readonly data: unknown;
}

/** Thrown when the kernel refused a request. `kind` is the class of its exception, "" if the kernel ended before. */
export class Refusal extends Error {
  constructor(
    readonly kind: string,
    message: string
  ) {
    super(message);
  }
}

/** The number of times that a request is sent again, because cells before it have failed. */
const ATTEMPTS = 50;

/** Listens to the kernel's broadcasts. Nothing is sent, so they arrive while it is busy and after a page reload. */
export function listen(kernel: Kernel.IKernelConnection, hear: (snapshot: Snapshot) => void): IDisposable {
  const slot = (_: unknown, message: KernelMessage.IIOPubMessage): void => {
    if (KernelMessage.isCommMsgMsg(message) && message.content.comm_id === COMM) {
      const data: unknown = message.content.data;
      if (isSnapshot(data)) {
        hear(data);
      }
    }
  };
  kernel.iopubMessage.connect(slot);
  return new DisposableDelegate(() => void kernel.iopubMessage.disconnect(slot));
}

function isSnapshot(data: unknown): data is Snapshot {
  return typeof data === 'object' && data !== null && 'protocol' in data;
}

/** Executes `%nbflow` lines in the kernel, in order with the cells. Rejects with a Refusal. */
export async function ask(kernel: Kernel.IKernelConnection, lines: readonly string[]): Promise<Answer> {
  const code = writeCode(lines);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answer = await askOnce(kernel, code);
    if (answer !== 'aborted') {
      return answer;
    }
  }
  throw new Refusal('', 'the cells before this request keep failing');
}

/** Loads nbflow in the kernel before what is sent later. Returns why it cannot; null if it is loaded or was dropped. */
export async function loadNbflow(kernel: Kernel.IKernelConnection): Promise<Refusal | null> {
  const request = { code: writeCode([]), silent: true, store_history: false, stop_on_error: false, allow_stdin: false };
  try {
    const { content } = await kernel.requestExecute(request).done;
    return content.status === 'error' ? new Refusal(content.ename, content.evalue) : null;
  } catch {
    return null; // the kernel has ended
  }
}

async function askOnce(kernel: Kernel.IKernelConnection, code: string): Promise<Answer | 'aborted'> {
  const future = kernel.requestExecute({ code, store_history: false, stop_on_error: false, allow_stdin: false });
  const heard: { text: string; data: unknown } = { text: '', data: null };
  future.onIOPub = message => collect(heard, message);
  const reply = await settled(future.done);
  switch (reply.content.status) {
    case 'ok':
      return heard;
    case 'error':
      throw new Refusal(reply.content.ename, reply.content.evalue);
    default: // a cell before it failed, and the kernel dropped all waiting requests
      return 'aborted';
  }
}

/** Returns the reply; the front end cancels requests that wait when their kernel ends. */
async function settled<T>(done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch {
    throw new Refusal('', 'the kernel ended before it handled this request');
  }
}

function collect(heard: { text: string; data: unknown }, message: KernelMessage.IIOPubMessage): void {
  if (KernelMessage.isStreamMsg(message)) {
    heard.text += message.content.text;
  } else if (KernelMessage.isDisplayDataMsg(message) && MIME in message.content.data) {
    heard.data = message.content.data[MIME];
  }
}
