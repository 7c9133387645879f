/** Lanes of the timeline: marks as one path per lane, so that thousands cost nothing. */
import type { Band } from "../state/marks";

export type Sign = "cross" | "diamond" | "bar" | "tick" | "flag";

export interface LaneMark {
  readonly tick: number;
  readonly text: string;
}

export interface LaneView {
  readonly name: string;
  readonly sign: Sign;
  readonly marks: readonly LaneMark[];
  readonly bands: readonly Band[];
}

const DRAWN: Record<Sign, (x: number, y: number) => string> = {
  cross: (x, y) => `M${x - 3} ${y - 3}l6 6m0-6l-6 6`,
  diamond: (x, y) => `M${x} ${y - 4}l3.5 4l-3.5 4l-3.5-4z`,
  bar: (x, y) => `M${x} ${y - 4}v8`,
  tick: (x, y) => `M${x} ${y - 5}v10`,
  flag: (x, y) => `M${x} ${y + 5}v-10l6 3l-6 3`,
};

/** One path for all marks of a lane; marks in the same pixel are drawn once. */
export function lanePath(lane: LaneView, y: number, xOf: (tick: number) => number): string {
  const drawn = new Set<number>();
  let path = "";
  for (const mark of lane.marks) {
    const x = Math.round(xOf(mark.tick) * 2) / 2;
    if (drawn.has(x)) continue;
    drawn.add(x);
    path += DRAWN[lane.sign](x, y);
  }
  return path;
}

/** What the marks within `reach` ticks of `tick` say, at most `most` of them. */
export function marksNear(lanes: readonly LaneView[], tick: number, reach: number, most = 4): LaneMark[] {
  return lanes
    .flatMap((lane) => lane.marks)
    .filter((mark) => Math.abs(mark.tick - tick) <= reach)
    .sort((a, b) => Math.abs(a.tick - tick) - Math.abs(b.tick - tick))
    .slice(0, most);
}

/** Round steps for the axis: about one label every `room` pixels. */
export function axisTicks(ticks: number, width: number, room = 80): number[] {
  const wanted = (ticks * room) / Math.max(1, width);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, wanted)));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= wanted) ?? 10 * power;
  const whole = Math.max(1, Math.round(step));
  return Array.from({ length: Math.floor(ticks / whole) + 1 }, (_, i) => i * whole);
}
