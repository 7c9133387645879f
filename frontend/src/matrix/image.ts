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

/** RGBA bytes of the image; rows and columns in the given order of peers (numbers from 1). */
export function matrixPixels(
  ages: Uint8Array,
  order: readonly number[],
  tFail: number,
  tCleanup: number,
  inks: Inks,
): Uint8ClampedArray<ArrayBuffer> {
  const n = order.length;
  const pixels = new Uint32Array(n * n);
  const table = Uint32Array.from({ length: 256 }, (_, age) =>
    pixel(inkOf(age, false, tFail, tCleanup, inks)),
  );
  const self = pixel(inks.self);
  let at = 0;
  for (const observer of order) {
    const row = (observer - 1) * n;
    for (const member of order)
      pixels[at++] = observer === member ? self : table[ages[row + member - 1]!]!;
  }
  return new Uint8ClampedArray(pixels.buffer);
}

export const inkFrom = (css: string): Ink => {
  const parts = css.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  const scale = css.startsWith("color(") ? 255 : 1;
  return [parts[0]! * scale, parts[1]! * scale, parts[2]! * scale];
};
