// The panel in a page of its own: what would come from a kernel and a server is put here by the test.
import { Widget } from '@lumino/widgets';
import { FlowModel } from '@nbflow/state/model.js';
import { FlowPanel } from '@nbflow/views/panel.js';
import { makeKeep } from '@nbflow/state/keep.js';
import { showPlainly } from '@nbflow/views/plain.js';
import { refresh } from '@nbflow/state/reading.js';
import widget from '@nbflow/views/widget.js';

const trans = (text, ...args) => text.replace(/%(\d)/g, (_, place) => String(args[place - 1]));

/** What is stored, as a test wrote it down; what a test did not write cannot be read. */
class StoredFacts {
  constructor(facts) {
    this.facts = facts;
    this.asked = [];
  }
  async look(...path) {
    this.asked.push(path.join(' '));
    const fact = path.reduce((found, key) => found?.[key], this.facts);
    if (fact === undefined) {
      throw new Error(`nothing is stored for ${path.join(' ')}`);
    }
    return fact;
  }
  flow = () => this.look('flow');
  runs = () => this.look('runs');
  run = number => this.look('run', number);
  results = async () => this.facts.results ?? { columns: [], runs: [], cells: [] };
  async tasks(run) {
    const runs = await this.look('tasks');
    const list = run === null ? Object.values(runs).at(-1) : runs[run];
    return { run: list?.run ?? null, tasks: list?.tasks ?? [] };
  }
  /** As a table of the tasks alone, unless the test wrote down its columns and cells. */
  async grid(step, run) {
    const runs = await this.look('tasks');
    const has = list => list.tasks.some(task => task.step === step);
    const list = run === null ? Object.values(runs).reverse().find(has) : runs[run];
    const tasks = (list?.tasks ?? []).filter(task => task.step === step);
    const { columns, cells } = this.facts.cells?.[step] ?? { columns: [], cells: tasks.map(() => []) };
    return { run: list?.run ?? null, columns, tasks, cells };
  }
  task = (run, number) => this.look('task', run, number);
  diff = runs => this.look('diff', [...runs].sort((one, other) => one - other).join(' '));
}

/** Notes down what was asked for. */
const noting = calls =>
  new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args) =>
          void calls.push([name, ...args])
    }
  );

export function mount({ facts = null, canAct = true, view = 'steps' } = {}) {
  const model = new FlowModel();
  const calls = [];
  const archive = facts && new StoredFacts(facts);
  const host = { archive, actions: canAct ? noting(calls) : null, showOutputs: showPlainly, keep: makeKeep(() => 'test'), trans };
  const panel = new FlowPanel({ model, host, view });
  Widget.attach(panel, document.getElementById('host'));
  return { model, panel, calls, archive, refresh: () => refresh(model, archive) };
}

export function mountWidget(traits) {
  const listeners = new Map();
  const saved = [];
  const model = {
    get: name => traits[name],
    set(name, value) {
      traits[name] = value;
      listeners.get(`change:${name}`)?.forEach(listener => listener());
    },
    save_changes: () => void saved.push({ ...traits }),
    on: (event, listener) => void listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    off: (event, listener) =>
      void listeners.set(
        event,
        (listeners.get(event) ?? []).filter(other => other !== listener)
      )
  };
  const end = widget.render({ model, el: document.getElementById('host') });
  return { model, saved, end, listeners };
}
