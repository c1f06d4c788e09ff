/** Draws the lines beside the list of steps as one path, so that a thousand steps are drawn at once. */
import { setAttribute, svg } from '../ui/dom';
import { type LaneEdge, lanePath, type Lanes, type Pitch } from './layout';

const LANE = 11;
const WIDEST = 88; // the largest width of all lanes together, in pixels
const DOT = 3;

export class LaneLines {
  readonly node: SVGSVGElement;

  constructor() {
    this.node = svg(
      'svg',
      { class: 'nbf-Lanes', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
      this.all,
      this.joins,
      this.lit,
      this.dots
    );
  }

  /** The width of all lanes, in pixels. */
  draw(lanes: Lanes | null, row: number): number {
    this.lanes = lanes;
    this.pitch = { row, lane: Math.min(LANE, WIDEST / (lanes?.width ?? 1)) };
    const edges = lanes?.edges ?? [];
    const [width, height] = [Math.ceil((lanes?.width ?? 0) * this.pitch.lane), (lanes?.rows.length ?? 0) * row];
    setAttribute(this.node, 'height', height);
    setAttribute(this.node, 'viewBox', `0 0 ${width} ${height}`);
    setAttribute(this.all, 'd', this.path(edges.filter(edge => !edge.joins)));
    setAttribute(this.joins, 'd', this.path(edges.filter(edge => edge.joins)));
    setAttribute(this.dots, 'd', this.dotPath());
    return width;
  }

  /** Mark the lines that lead to a step or away from it. */
  light(step: string | null): void {
    const row = this.lanes?.rows.findIndex(one => one.step === step) ?? -1;
    const edges = (this.lanes?.edges ?? []).filter(edge => edge.from === row || edge.to === row);
    const name = (at: number): string => this.lanes?.rows[at]?.step ?? '';
    const paths = edges.map(edge =>
      svg('path', { 'data-from': name(edge.from), 'data-to': name(edge.to), d: this.path([edge]) })
    );
    this.lit.replaceChildren(...paths);
  }

  private path(edges: readonly LaneEdge[]): string {
    return edges.map(edge => lanePath(edge, this.lanes?.rows ?? [], this.pitch)).join('');
  }

  private dotPath(): string {
    const radius = Math.min(DOT, this.pitch.lane / 3);
    const arc = `a${radius} ${radius} 0 1 0`;
    return (this.lanes?.rows ?? [])
      .map(
        ({ lane }, row) =>
          `M${(lane + 0.5) * this.pitch.lane - radius} ${(row + 0.5) * this.pitch.row}${arc} ${2 * radius} 0${arc} ${-2 * radius} 0`
      )
      .join('');
  }

  private lanes: Lanes | null = null;
  private pitch: Pitch = { row: 0, lane: 0 };
  private readonly all = svg('path', { class: 'nbf-lane' });
  private readonly joins = svg('path', { class: 'nbf-lane nbf-mod-join' });
  private readonly lit = svg('g', { class: 'nbf-lane nbf-mod-lit' });
  private readonly dots = svg('path', { class: 'nbf-dot' });
}
