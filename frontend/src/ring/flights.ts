/** Messages on their way across the ring, and how to draw them on a canvas. */
import type { MessageView } from "../wire";
import { bend, type Frame, type Node, type Point } from "./layout";

export type Sort = "gossip" | "request" | "reply" | "repair";

export interface Flight {
  readonly sort: Sort;
  readonly kind: string;
  readonly source: number;
  readonly target: number;
  readonly fate: number;
  readonly from: Point;
  readonly by: Point;
  readonly to: Point;
  readonly born: number;
  readonly lasts: number;
}

const REQUESTS = new Set(["create", "read", "update", "delete"]);
const REPAIRS = new Set(["offer", "answer", "transfer", "repair"]);

export function sortOf(kind: string): Sort {
  if (REQUESTS.has(kind)) return "request";
  if (kind === "reply") return "reply";
  return REPAIRS.has(kind) ? "repair" : "gossip";
}

/** At most this many are drawn of one tick; of more, every second, third, ... one. */
export const MOST = 900;

export function launch(
  messages: MessageView,
  nodes: readonly Node[],
  frame: Frame,
  born: number,
  lasts: number,
): Flight[] {
  const every = Math.ceil(messages.kinds.length / MOST);
  const flights: Flight[] = [];
  for (let i = 0; i < messages.kinds.length; i += every) {
    const source = messages.sources[i]!;
    const target = messages.targets[i]!;
    const from = nodes[source - 1];
    const to = nodes[target - 1];
    if (!from || !to || source === target) continue;
    const kind = messages.kinds[i]!;
    flights.push({
      sort: sortOf(kind),
      kind,
      source,
      target,
      fate: messages.fates[i]!,
      from,
      by: bend(frame, from, to),
      to,
      born,
      lasts,
    });
  }
  return flights;
}

export function along(flight: Flight, t: number): Point {
  const u = 1 - t;
  const at = (a: number, b: number, c: number) => u * u * a + 2 * u * t * b + t * t * c;
  return {
    x: at(flight.from.x, flight.by.x, flight.to.x),
    y: at(flight.from.y, flight.by.y, flight.to.y),
  };
}

/** Where a message that does not arrive stops. */
const STOP = 0.62;

export function progress(flight: Flight, now: number): number {
  const t = Math.min(1, Math.max(0, (now - flight.born) / flight.lasts));
  const eased = t * t * (3 - 2 * t);
  return flight.fate ? Math.min(eased, STOP) : eased;
}

/** The flight whose curve passes within `reach` pixels of a point, the nearest one. */
export function flightAt(flights: readonly Flight[], x: number, y: number, reach = 5): Flight | null {
  let best: Flight | null = null;
  let closest = reach;
  for (const flight of flights) {
    for (let t = 0.08; t < 0.95; t += 0.06) {
      const p = along(flight, t);
      const distance = Math.hypot(p.x - x, p.y - y);
      if (distance < closest) [closest, best] = [distance, flight];
    }
  }
  return best;
}

export type Palette = Readonly<Record<Sort | "lost", string>>;

const WEIGHT: Record<Sort, { line: number; alpha: number; dot: number }> = {
  gossip: { line: 0.75, alpha: 0.35, dot: 2 },
  request: { line: 1.5, alpha: 0.55, dot: 4 },
  reply: { line: 1, alpha: 0.45, dot: 2.75 },
  repair: { line: 1.5, alpha: 0.5, dot: 3.5 },
};

export function paint(
  context: CanvasRenderingContext2D,
  flights: readonly Flight[],
  now: number,
  palette: Palette,
  dots: boolean,
): void {
  for (const sort of ["gossip", "reply", "repair", "request"] as const) {
    const some = flights.filter((flight) => flight.sort === sort);
    if (!some.length) continue;
    paintLines(context, some, sort, palette[sort]);
    if (dots) paintDots(context, some, now, WEIGHT[sort].dot, palette[sort]);
  }
  paintLost(context, flights, now, palette.lost, dots);
}

function paintLines(
  context: CanvasRenderingContext2D,
  flights: readonly Flight[],
  sort: Sort,
  colour: string,
): void {
  const crowd = Math.max(0.25, Math.min(1, 60 / flights.length));
  context.globalAlpha = WEIGHT[sort].alpha * (sort === "gossip" ? crowd : 1);
  context.strokeStyle = colour;
  context.lineWidth = WEIGHT[sort].line;
  context.beginPath();
  for (const { from, by, to, fate } of flights) {
    if (fate) continue;
    context.moveTo(from.x, from.y);
    context.quadraticCurveTo(by.x, by.y, to.x, to.y);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function paintDots(
  context: CanvasRenderingContext2D,
  flights: readonly Flight[],
  now: number,
  size: number,
  colour: string,
): void {
  context.fillStyle = colour;
  context.beginPath();
  for (const flight of flights) {
    const t = progress(flight, now);
    if (t >= 1 || (flight.fate && t >= STOP)) continue;
    const p = along(flight, t);
    context.moveTo(p.x + size, p.y);
    context.arc(p.x, p.y, size, 0, 7);
  }
  context.fill();
}

/** A lost message goes as far as it got and ends in a small cross; a cut one between two bars. */
function paintLost(
  context: CanvasRenderingContext2D,
  flights: readonly Flight[],
  now: number,
  colour: string,
  dots: boolean,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.globalAlpha = 0.8;
  context.beginPath();
  for (const flight of flights) {
    if (!flight.fate || (dots && progress(flight, now) < STOP)) continue;
    const p = along(flight, STOP);
    context.moveTo(p.x - 3, p.y - 3);
    context.lineTo(p.x + 3, p.y + 3);
    context.moveTo(p.x + 3, p.y - 3);
    context.lineTo(p.x - 3, p.y + 3);
  }
  context.stroke();
  context.setLineDash([3, 3]);
  context.globalAlpha = 0.3;
  context.beginPath();
  for (const flight of flights) {
    if (!flight.fate) continue;
    context.moveTo(flight.from.x, flight.from.y);
    for (let t = 0.1; t < STOP; t += 0.1) {
      const p = along(flight, t);
      context.lineTo(p.x, p.y);
    }
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}
