import { KernelMessage, type Kernel } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { COMM, MIME, type Snapshot } from '../state/protocol';
import { writeCode } from './line';

/** What a kernel said to a request: the text it printed, and what it answered in nbflow's own format. */
export interface Answer {
  readonly text: string;
  readonly data: unknown;
}

/** The kernel did not do it. `kind` is the class of the exception there, "" when it ended before it came to it. */
export class Refusal extends Error {
  constructor(
    readonly kind: string,
    message: string
  ) {
    super(message);
  }
}

/** Several cells in a row can fail while a request waits behind them. */
const ATTEMPTS = 50;

/** The kernel's broadcasts. Nothing is sent, so they come while it is busy and right after a reload of the page. */
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

/** Do `%nbflow` lines, in order with the cells. Rejects with a Refusal. */
export async function ask(kernel: Kernel.IKernelConnection, lines: readonly string[]): Promise<Answer> {
  const code = writeCode(lines);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answer = await askOnce(kernel, code);
    if (answer !== 'aborted') {
      return answer;
    }
  }
  throw new Refusal('', 'cells before it keep failing');
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
    default: // a cell before it failed, and the kernel threw away all that waited
      return 'aborted';
  }
}

/** What is waiting when a kernel ends is cancelled by the front end. */
async function settled<T>(done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch {
    throw new Refusal('', 'the kernel ended before it came to it');
  }
}

function collect(heard: { text: string; data: unknown }, message: KernelMessage.IIOPubMessage): void {
  if (KernelMessage.isStreamMsg(message)) {
    heard.text += message.content.text;
  } else if (KernelMessage.isDisplayDataMsg(message) && MIME in message.content.data) {
    heard.data = message.content.data[MIME];
  }
}
