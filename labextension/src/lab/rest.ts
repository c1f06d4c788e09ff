import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { Archive, Overview, PlanChoices } from '../state/archive';
import type {
  DemoNotebook,
  FlowList,
  FlowPlan,
  FlowState,
  ManualPage,
  OutputList,
  RepairEdits,
  RepairLine,
  RunComparison,
  RunList,
  RunResults,
  RunState,
  SpaceList,
  TaskGrid,
  TaskList,
  TaskState,
  ValueVersions
} from '../state/protocol';

/** Describes a cell for the server. */
export interface CellText {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly tags: readonly string[];
}

/** Describes a notebook as it is in the front end. */
export interface Text {
  readonly path: string;
  /** The id of the notebook, by which its runs are found after it was renamed; '' before it has one. */
  readonly id: string;
  /** The parameters that shall have another value than in their cell; null before that is known. */
  readonly choices: Readonly<Record<string, string>> | null;
  cells(): readonly CellText[];
}

/** Thrown when the server runs but its environment has no nbflow. */
export class ServerMissing extends Error {}

type Query = Readonly<Record<string, string | number | null>>;

/** Reads the store with the server extension, whatever the kernel does. */
export class ServerArchive implements Archive {
  constructor(
    private readonly notebook: Text,
    private readonly settings: ServerConnection.ISettings
  ) {}

  flow(): Promise<FlowState> {
    return this.post('flow', { cells: this.notebook.cells(), choices: this.notebook.choices });
  }

  runs(): Promise<RunList> {
    return this.get('runs', {});
  }

  run(number: number): Promise<RunState> {
    return this.get('run', { run: number });
  }

  results(): Promise<RunResults> {
    return this.get('results', {});
  }

  tasks(run: number | null): Promise<TaskList> {
    return this.get('tasks', { run });
  }

  grid(step: string, run: number | null): Promise<TaskGrid> {
    return this.get('grid', { step, run });
  }

  task(run: number, number: number): Promise<TaskState> {
    return this.get('task', { run, task: number });
  }

  /** Return what the steps have displayed in a run, as it stands under their cells. */
  outputs(run: number, steps: readonly string[]): Promise<OutputList> {
    return this.get('outputs', { run, steps: steps.join() });
  }

  diff(runs: readonly number[]): Promise<RunComparison> {
    return this.get('diff', { runs: runs.join(',') });
  }

  plan(choices: PlanChoices): Promise<FlowPlan> {
    return this.post('plan', { cells: this.notebook.cells(), wanted: choices });
  }

  repair(repair: RepairLine): Promise<RepairEdits> {
    return this.post('repair', { cells: this.notebook.cells(), repair });
  }

  /** Return the tasks of all runs that have made an artifact. */
  versions(run: number, task: number, name: string): Promise<ValueVersions> {
    return this.get('versions', { run, task, name });
  }

  /** Ask about a value, which is loaded by the Python of a kernel with this name. */
  value<T>(kernel: string, question: unknown): Promise<T> {
    return this.post('value', question, { kernel });
  }

  /** Return the address of a run's report. */
  report(run: number): string {
    return this.address('report', { run });
  }

  private get<T>(what: string, query: Query): Promise<T> {
    return askServer(this.address(what, query), {}, this.settings);
  }

  private post<T>(what: string, body: unknown, query: Query = {}): Promise<T> {
    return askServer(this.address(what, query), { method: 'POST', body: JSON.stringify(body) }, this.settings);
  }

  private address(what: string, query: Query): string {
    const { path, id } = this.notebook;
    return addressOf(what, { path, id: id || null, ...query }, this.settings);
  }
}

/** Reads what the server knows of all flows, and what it has to explain them. */
export class ServerOverview implements Overview {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  flows(look: boolean): Promise<FlowList> {
    return this.get('flows', { look: look ? 1 : null });
  }

  space(): Promise<SpaceList> {
    return this.get('space', {});
  }

  /** Return a page of the manual, the first if it is null. */
  manual(page: string | null): Promise<ManualPage> {
    return this.get('manual', { page });
  }

  demo(name: string): Promise<DemoNotebook> {
    return this.get('demo', { demo: name });
  }

  private get<T>(what: string, query: Query): Promise<T> {
    return askServer(addressOf(what, query, this.settings), {}, this.settings);
  }
}

function addressOf(what: string, query: Query, { baseUrl }: ServerConnection.ISettings): string {
  const words = Object.entries(query).filter(([, value]) => value !== null);
  return URLExt.join(baseUrl, 'nbflow', what) + URLExt.objectToQueryString(Object.fromEntries(words));
}

async function askServer<T>(address: string, init: RequestInit, settings: ServerConnection.ISettings): Promise<T> {
  const response = await ServerConnection.makeRequest(address, init, settings);
  if (!response.ok) {
    throw await refusal(response);
  }
  return response.json();
}

/** Returns the server's error message. If nothing answers at the extension's address, nbflow is not installed. */
async function refusal(response: Response): Promise<Error> {
  const message = readMessage(await response.text());
  return message || response.status !== 404
    ? new Error(message || `${response.status} ${response.statusText}`)
    : new ServerMissing();
}

function readMessage(text: string): string {
  try {
    const { message } = JSON.parse(text);
    return typeof message === 'string' ? message : '';
  } catch {
    return ''; // an HTML page
  }
}
