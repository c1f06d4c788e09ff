/** Shows where a task comes from: what it reads from which steps, its key, its attempt and its author. */
import type { Edge, StepFacts, TaskState } from '../state/protocol';
import { h } from '../ui/dom';
import type { Translate } from '../ui/language';

export function about(
  facts: StepFacts,
  task: TaskState | null,
  trans: Translate,
  onStep: (step: string) => void
): HTMLElement {
  const upstream = facts.upstream.map(edge => edgeButton(edge, trans, onStep));
  const rows: [string, (Node | string)[]][] = [
    [trans('Cell'), [facts.number ? String(facts.number) : '']],
    [trans('Header'), [facts.mark]],
    [trans('After'), upstream],
    [trans('Reads'), [facts.reads.join(', ')]],
    [trans('Writes'), [facts.writes.join(', ')]],
    [trans('Parameters'), [facts.parameters.join(', ')]],
    [trans('Reused from'), [task?.source ?? '']],
    [trans('Attempt'), [task && task.attempt > 1 ? String(task.attempt) : '']],
    [trans('Written by'), [task?.signer ?? '']],
    [trans('Key'), [task?.key ? h('code', { title: task.key }, task.key.slice(0, 16)) : '']]
  ];
  const full = rows.filter(([, content]) => content.some(part => part !== ''));
  return h(
    'dl',
    { class: 'nbf-About' },
    ...full.flatMap(([name, content]) => [h('dt', {}, name), h('dd', {}, ...content)])
  );
}

function edgeButton(edge: Edge, trans: Translate, onStep: (step: string) => void): HTMLElement {
  const names = edge.names.length ? trans('%1 of %2', edge.names.join(', '), edge.step) : edge.step;
  return h(
    'button',
    { class: 'nbf-Link', type: 'button', 'data-upstream': edge.step, title: names, onclick: () => onStep(edge.step) },
    edge.step
  );
}
