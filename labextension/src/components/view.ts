/** What the two drawings of a flow, as a list and as a graph, have in common. */
import type { IDisposable } from '@lumino/disposable';
import type { Translate } from '../host';
import type { FlowShape, StepLine } from '../protocol';

/** A part of the page. */
export interface Component extends IDisposable {
  readonly node: HTMLElement;
}

export interface FlowView extends Component {
  draw(shape: FlowShape | null, line: (step: string) => StepLine | undefined): void;
  /** These lines changed; nothing is laid out again. */
  update(lines: readonly StepLine[]): void;
  select(step: string | null): void;
  /** Durations of what runs go on. */
  tick(now: number): void;
}

export interface FlowProps {
  readonly trans: Translate;
  readonly onSelect: (step: string) => void;
}
