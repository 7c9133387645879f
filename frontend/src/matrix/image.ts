/** The membership matrix as an image: one pixel per (observer, member). */
import { NOT_LISTED } from "../wire";

/** Red, green, blue. */
export type Ink = readonly [number, number, number];

export interface Inks {
  /** Just heard of, and heard of T_fail ticks ago. */
  readonly fresh: Ink;
  readonly aged: Ink;
  readonly suspected: Ink;
  readonly overdue: Ink;
  readonly unlisted: Ink;
  readonly self: Ink;
}

export type Zone = "self" | "unlisted" | "trusted" | "suspected" | "overdue";

export function zoneOf(age: number, self: boolean, tFail: number, tCleanup: number): Zone {
  if (self) return "self";
  if (age === NOT_LISTED) return "unlisted";
  return age > tCleanup ? "overdue" : age > tFail ? "suspected" : "trusted";
}

export function inkOf(age: number, self: boolean, tFail: number, tCleanup: number, inks: Inks): Ink {
  const zone = zoneOf(age, self, tFail, tCleanup);
  if (zone !== "trusted") return inks[zone];
  // Even steps of lightness up to T_fail, so that equal differences in age look equal.
  return mix(inks.fresh, inks.aged, Math.min(1, age / Math.max(1, tFail)));
}

export function mix(a: Ink, b: Ink, t: number): Ink {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** An opaque pixel whose bytes in memory are red, green, blue, alpha. */
function pixel(ink: Ink): number {
  return new Uint32Array(new Uint8ClampedArray([...ink, 255]).buffer)[0]!;
}

/**
 * RGBA bytes of the image; rows and columns in the given order of peers (numbers from 1).
 *
 * With fewer than one pixel per peer (`side` pixels in all) members share pixels, and each shows
 * the most worrying of its cells, so that one suspected among a thousand is still seen.  `selves`:
 * the cells of the diagonal say nothing, since there a peer meets only itself.
 */
export function matrixPixels(
  ages: Uint8Array,
  order: readonly number[],
  tFail: number,
  tCleanup: number,
  inks: Inks,
  side = order.length,
  selves = true,
): Uint8ClampedArray<ArrayBuffer> {
  const ranks = Uint16Array.from({ length: 256 }, (_, age) => rank(age, tFail, tCleanup) * 256 + age);
  const worst = worstCells(ages, order, ranks, side, selves);
  const table = Uint32Array.from({ length: 256 }, (_, age) =>
    pixel(inkOf(age, false, tFail, tCleanup, inks)),
  );
  const self = pixel(inks.self);
  const pixels = new Uint32Array(side * side);
  for (let i = 0; i < pixels.length; i++) pixels[i] = worst[i]! < 0 ? self : table[worst[i]! & 255]!;
  return new Uint8ClampedArray(pixels.buffer);
}

function rank(age: number, tFail: number, tCleanup: number): number {
  const order: Zone[] = ["trusted", "unlisted", "suspected", "overdue"];
  return order.indexOf(zoneOf(age, false, tFail, tCleanup));
}

/** Per pixel the highest rank among its cells; -1 where an observer meets only itself. */
function worstCells(
  ages: Uint8Array,
  order: readonly number[],
  ranks: Uint16Array,
  side: number,
  selves: boolean,
): Int32Array {
  const n = order.length;
  // Plain loops over typed arrays: a thousand peers are a million cells in every picture.
  const bins = Int32Array.from(order, (_, i) => Math.floor((i * side) / n));
  const columns = Int32Array.from(order, (peer) => peer - 1);
  const worst = new Int32Array(side * side).fill(-1);
  for (let row = 0; row < n; row++) {
    const from = columns[row]! * n;
    const to = bins[row]! * side;
    for (let column = 0; column < n; column++) {
      if (selves && row === column) continue;
      const code = ranks[ages[from + columns[column]!]!]!;
      const at = to + bins[column]!;
      if (code > worst[at]!) worst[at] = code;
    }
  }
  return worst;
}

export const inkFrom = (css: string): Ink => {
  const parts = css.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  const scale = css.startsWith("color(") ? 255 : 1;
  return [parts[0]! * scale, parts[1]! * scale, parts[2]! * scale];
};
