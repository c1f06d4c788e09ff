/** Shows the list and the graph as a widget in front ends other than JupyterLab: `flow.show()`. */
import { FlowModel } from '../state/model';
import type { FlowState, Snapshot } from '../state/protocol';
import { h } from '../ui/dom';
import { now } from '../ui/format';
import type { Translate } from '../ui/language';
import { Tabs } from '../ui/tabs';
import { type Bound, FlowBinding } from './binding';
import { FlowGraph } from './graph';
import { empty, otherVersion } from './notices';
import { Steps } from './steps';

/** Describes the model of anywidget: the traits of the Python side. */
interface Traits {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

const english: Translate = (text, ...args) =>
  text.replace(/%(\d)/g, (_, place) => String(args[Number(place) - 1] ?? ''));

export default {
  /** Draw into `el`, and return a function that removes the drawing. */
  render({ model, el }: { model: Traits; el: HTMLElement }): () => void {
    const flow = new FlowModel();
    const drawn = draw(flow, el);
    const stop = [follow(model, flow), measure(flow, el), sync(model, flow), showNotices(flow, drawn.notices)];
    const timer = setInterval(() => flow.running && drawn.bound.forEach(bound => bound.tick(now())), 1000);
    return () => {
      clearInterval(timer);
      stop.forEach(end => end());
      drawn.dispose();
      flow.dispose();
    };
  }
};

interface Drawn {
  readonly bound: readonly Bound[];
  readonly notices: HTMLElement;
  dispose(): void;
}

function draw(flow: FlowModel, el: HTMLElement): Drawn {
  const bound: Bound[] = [];
  const props = { trans: english, onSelect: (step: string): void => flow.select({ step, task: null }) };
  const bind = (view: Steps | FlowGraph): Bound => {
    const made = new FlowBinding(flow, view);
    bound.push(made);
    return made;
  };
  const tabs = new Tabs(
    'Views of the flow',
    [
      { name: 'graph', label: 'Graph', create: () => bind(new FlowGraph(props)) },
      { name: 'steps', label: 'Steps', create: () => bind(new Steps(props)) }
    ],
    () => undefined
  );
  const notices = h('div');
  el.classList.add('nbf-Panel', 'nbf-Widget');
  el.replaceChildren(notices, tabs.bar, tabs.node);
  tabs.current = 'graph';
  const dispose = (): void => {
    tabs.dispose();
    el.replaceChildren();
  };
  return { bound, notices, dispose };
}

/** Copies the traits `state` (the stored flow) and `snapshot` (its progress now) into the model. */
function follow(model: Traits, flow: FlowModel): () => void {
  const onState = (): void => {
    const state = model.get('state');
    if (isState(state)) {
      flow.setState(state);
    }
  };
  const onSnapshot = (): void => {
    const snapshot = model.get('snapshot');
    if (isSnapshot(snapshot)) {
      flow.receive(snapshot);
    }
  };
  onState();
  onSnapshot();
  model.on('change:state', onState);
  model.on('change:snapshot', onSnapshot);
  return () => {
    model.off('change:state', onState);
    model.off('change:snapshot', onSnapshot);
  };
}

/** Gives the widget the height that its steps need. */
function measure(flow: FlowModel, el: HTMLElement): () => void {
  const show = (): void => el.style.setProperty('--nbf-steps', String(flow.shape?.steps.length ?? 0));
  show();
  flow.shapeChanged.connect(show);
  return () => flow.shapeChanged.disconnect(show);
}

/** Keeps the selection and the trait `selected`, the name of a step or "", the same. */
function sync(model: Traits, flow: FlowModel): () => void {
  const take = (): void => {
    const step = model.get('selected');
    flow.select(typeof step === 'string' && step ? { step, task: null } : null);
  };
  const give = (): void => {
    const step = flow.selected?.step ?? '';
    if (model.get('selected') !== step) {
      model.set('selected', step);
      model.save_changes();
    }
  };
  take();
  model.on('change:selected', take);
  flow.selectedChanged.connect(give);
  return () => {
    model.off('change:selected', take);
    flow.selectedChanged.disconnect(give);
  };
}

function showNotices(flow: FlowModel, host: HTMLElement): () => void {
  const show = (): void => {
    const notices = [
      flow.foreign === null ? null : otherVersion(flow.foreign, english),
      flow.shape?.steps.length
        ? null
        : empty(
            'No steps yet',
            'Put this line on top of a cell to make the cell a step of a flow:',
            h('code', {}, '%%step NAME')
          )
    ];
    host.replaceChildren(...notices.filter(notice => notice !== null));
  };
  show();
  flow.flowChanged.connect(show);
  flow.shapeChanged.connect(show);
  return () => {
    flow.flowChanged.disconnect(show);
    flow.shapeChanged.disconnect(show);
  };
}

const has = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' && value !== null && names.every(name => name in value);

const isState = (value: unknown): value is FlowState => has(value, 'shape', 'lines', 'parameters');
const isSnapshot = (value: unknown): value is Snapshot => has(value, 'protocol', 'lines');
