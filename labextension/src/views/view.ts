/** Defines the interface of the two drawings of a flow, as a list and as a graph. */
import type { Component } from '../ui/component';
import type { Translate } from '../ui/language';
import type { FlowShape, StepLine } from '../state/protocol';

export interface FlowView extends Component {
  draw(shape: FlowShape | null, line: (step: string) => StepLine | undefined): void;
  /** Show changed lines, without a new layout. */
  update(lines: readonly StepLine[]): void;
  select(step: string | null): void;
  /** Update the durations of running steps. */
  tick(now: number): void;
}

export interface FlowProps {
  readonly trans: Translate;
  readonly onSelect: (step: string) => void;
}
