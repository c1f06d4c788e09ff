/** What the two drawings of a flow, as a list and as a graph, have in common. */
import type { Component } from '../ui/component';
import type { Translate } from '../ui/language';
import type { FlowShape, StepLine } from '../state/protocol';

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
