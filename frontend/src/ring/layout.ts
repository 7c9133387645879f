/** Where things go on the ring.  Position 0 is at the top, clockwise; lengths in CSS pixels. */
import type { PeerView } from "../wire";

export const TURN = 2 * Math.PI;
/** Up to here every peer has its label. */
export const LABELS_UP_TO = 60;
/** From here on peers are drawn as strokes, not as discs. */
export const CONDENSED_FROM = 150;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Node extends Point {
  readonly peer: number;
  /** Angle of the position itself, and of the disc, which may be moved aside a little. */
  readonly angle: number;
  readonly shown: number;
  readonly r: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly cx: number;
  readonly cy: number;
  /** Radius of the circle of discs. */
  readonly radius: number;
  /** Radius of the inside rim, with key ownership and keys. */
  readonly rim: number;
  readonly condensed: boolean;
}

export function polar(frame: Pick<Frame, "cx" | "cy">, angle: number, radius: number): Point {
  return { x: frame.cx + radius * Math.sin(angle), y: frame.cy - radius * Math.cos(angle) };
}

export function frameFor(width: number, height: number, peers: number): Frame {
  const condensed = peers >= CONDENSED_FROM;
  const narrow = width < 480;
  const radius = Math.max(60, Math.min(width / 2 - (narrow ? 52 : 140), height / 2 - (narrow ? 40 : 48)));
  const inset = condensed ? 26 : narrow ? 26 : 38;
  return { width, height, cx: width / 2, cy: height / 2, radius, rim: radius - inset, condensed };
}

/**
 * Angles near the wanted ones, in their order, at least `gap` apart on the circle.
 *
 * Crowded neighbours form a block around the mean of where they want to be; if they cannot all
 * have `gap`, they get what the circle has room for.
 */
export function spread(wanted: readonly number[], gap: number): number[] {
  const n = wanted.length;
  if (n < 2) return [...wanted];
  const step = Math.min(gap, (0.96 * TURN) / n);
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const sorted = order.map((i) => wanted[i]!);
  // Three turns in a row, of which the middle one counts: its ends have neighbours on both sides.
  const turns = [-TURN, 0, TURN].flatMap((turn) => sorted.map((angle) => angle + turn));
  const spaced = blocks(turns, step).flatMap((block) =>
    Array.from({ length: block.size }, (_, k) => block.start + k * step),
  );
  const result = new Array<number>(n);
  order.forEach((i, at) => (result[i] = spaced[n + at]!));
  return result;
}

interface Block {
  readonly size: number;
  /** Sum of the starts that each member would choose for the block. */
  readonly sum: number;
  readonly start: number;
}

function blocks(wanted: readonly number[], step: number): Block[] {
  const done: Block[] = [];
  for (const angle of wanted) {
    let block: Block = { size: 1, sum: angle, start: angle };
    let before = done.at(-1);
    while (before && before.start + before.size * step > block.start) {
      const sum: number = before.sum + block.sum - block.size * before.size * step;
      const size: number = before.size + block.size;
      block = { size, sum, start: sum / size };
      done.pop();
      before = done.at(-1);
    }
    done.push(block);
  }
  return done;
}

/** Discs for all peers; area grows with the copies a peer holds. */
export function layoutNodes(peers: readonly PeerView[], frame: Frame): Node[] {
  const most = Math.max(1, ...peers.map((peer) => peer.copies));
  const room = (Math.PI * frame.radius) / Math.max(1, peers.length);
  const largest = frame.condensed ? 9 : Math.max(3, Math.min(17, room * 0.82));
  const smallest = Math.max(3, largest * 0.5);
  const angles = peers.map((peer) => peer.position * TURN);
  const shown = frame.condensed ? angles : spread(angles, (2 * largest + 5) / frame.radius);
  return peers.map((peer, i) => {
    const share = peer.copies / most;
    const r = Math.sqrt(smallest ** 2 + share * (largest ** 2 - smallest ** 2));
    return {
      peer: peer.peer,
      angle: angles[i]!,
      shown: shown[i]!,
      r,
      ...polar(frame, shown[i]!, frame.radius),
    };
  });
}

/** A path for the arc from one angle clockwise to another. */
export function arc(frame: Pick<Frame, "cx" | "cy">, from: number, to: number, radius: number): string {
  const sweep = (((to - from) % TURN) + TURN) % TURN;
  if (sweep > TURN - 1e-6 || sweep === 0) return circle(frame, radius);
  const a = polar(frame, from, radius);
  const b = polar(frame, to, radius);
  return `M${fix(a.x)} ${fix(a.y)}A${fix(radius)} ${fix(radius)} 0 ${sweep > Math.PI ? 1 : 0} 1 ${fix(b.x)} ${fix(b.y)}`;
}

function circle(frame: Pick<Frame, "cx" | "cy">, radius: number): string {
  const r = fix(radius);
  return `M${fix(frame.cx)} ${fix(frame.cy - radius)}a${r} ${r} 0 1 1 -.01 0z`;
}

/** A short stroke along the radius. */
export function spoke(frame: Pick<Frame, "cx" | "cy">, angle: number, from: number, to: number): string {
  const a = polar(frame, angle, from);
  const b = polar(frame, angle, to);
  return `M${fix(a.x)} ${fix(a.y)}L${fix(b.x)} ${fix(b.y)}`;
}

/** Control point of the curve between two points: bent towards the middle of the ring. */
export function bend(frame: Pick<Frame, "cx" | "cy">, a: Point, b: Point): Point {
  const pull = 0.45;
  return {
    x: ((a.x + b.x) / 2) * (1 - pull) + frame.cx * pull,
    y: ((a.y + b.y) / 2) * (1 - pull) + frame.cy * pull,
  };
}

export function curve(frame: Pick<Frame, "cx" | "cy">, a: Point, b: Point): string {
  const c = bend(frame, a, b);
  return `M${fix(a.x)} ${fix(a.y)}Q${fix(c.x)} ${fix(c.y)} ${fix(b.x)} ${fix(b.y)}`;
}

const fix = (n: number): string => n.toFixed(1);
