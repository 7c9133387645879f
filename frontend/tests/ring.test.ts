import { describe, expect, it } from "vitest";
import { along, flightAt, launch, MOST, progress, sortOf } from "../src/ring/flights";
import { placeLabels } from "../src/ring/labels";
import { frameFor, layoutNodes, spread, TURN } from "../src/ring/layout";
import { peer } from "./fixtures";

/** Positions without any pattern, the same every time. */
const scattered = (n: number) =>
  Array.from({ length: n }, (_, i) => peer(i + 1, { position: (i * 0.7548776662 + 0.3) % 1, copies: i % 9 }));

const gaps = (angles: readonly number[]): number[] => {
  const sorted = angles.map((a) => ((a % TURN) + TURN) % TURN).sort((a, b) => a - b);
  return sorted.map((a, i) => (i ? a - sorted[i - 1]! : a + TURN - sorted.at(-1)!));
};

describe("spreading angles", () => {
  it("leaves alone what has room", () => {
    expect(spread([1, 2, 3], 0.5)).toEqual([1, 2, 3]);
  });

  it("puts a crowd around where it wants to be, in its order", () => {
    const [a, b] = spread([1, 1.1], 0.3);
    expect(a).toBeCloseTo(0.9);
    expect(b).toBeCloseTo(1.2);
  });

  it("works across the top of the circle", () => {
    const [a, b] = spread([TURN - 0.01, 0.01], 0.3);
    expect(Math.cos(a! - b!)).toBeCloseTo(Math.cos(0.3));
  });

  it.each([2, 10, 60, 140])("keeps %i peers apart", (n) => {
    const gap = (0.9 * TURN) / n;
    const angles = spread(scattered(n).map((p) => p.position * TURN), gap);
    expect(Math.min(...gaps(angles))).toBeGreaterThan(gap - 1e-9);
  });

  it("shares the circle when there is no room", () => {
    const angles = spread(Array<number>(20).fill(1), 1);
    expect(Math.min(...gaps(angles))).toBeGreaterThan((0.95 * TURN) / 20);
  });
});

describe("discs and labels", () => {
  it.each([1, 3, 10, 30, 60, 120])("of %i peers never overlap", (n) => {
    const frame = frameFor(760, 600, n);
    const nodes = layoutNodes(scattered(n), frame);
    for (const a of nodes)
      for (const b of nodes)
        if (a.peer < b.peer) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(a.r + b.r);
    const labels = placeLabels(nodes.map((node) => ({ node, note: "", important: false })), frame);
    for (const a of labels)
      for (const b of labels)
        if (a.peer < b.peer && a.anchor === b.anchor && Math.abs(a.x - b.x) < 16)
          expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(14.9);
  });

  it("thin out when there are many, but the important ones stay", () => {
    const nodes = layoutNodes(scattered(120), frameFor(760, 600, 120));
    const wishes = nodes.map((node) => ({ node, note: "", important: node.peer === 7 }));
    const labels = placeLabels(wishes, frameFor(760, 600, 120));
    expect(labels.length).toBeLessThan(40);
    expect(labels.some((label) => label.peer === 7)).toBe(true);
  });
});

describe("messages", () => {
  const frame = frameFor(760, 600, 3);
  const nodes = layoutNodes([peer(1), peer(2), peer(3)], frame);
  const sent = { kinds: ["gossip", "create"], sources: [1, 2], targets: [2, 3], fates: [0, 1], every: 1 };
  const flights = launch(sent, nodes, frame, 1000, 500);

  it("fly from the sender to the receiver", () => {
    expect(along(flights[0]!, 0)).toEqual({ x: nodes[0]!.x, y: nodes[0]!.y });
    expect(along(flights[0]!, 1)).toEqual({ x: nodes[1]!.x, y: nodes[1]!.y });
    expect([progress(flights[0]!, 900), progress(flights[0]!, 1500)]).toEqual([0, 1]);
  });

  it("that are lost stop on their way", () => {
    expect(progress(flights[1]!, 9999)).toBeLessThan(0.7);
  });

  it("are found by pointing at their curve", () => {
    const p = along(flights[1]!, 0.5);
    expect(flightAt(flights, p.x + 1, p.y)?.kind).toBe("create");
    expect(flightAt(flights, frame.cx, 5)).toBeNull();
  });

  it("are of four sorts", () => {
    expect(["gossip", "delete", "reply", "transfer"].map(sortOf)).toEqual([
      "gossip",
      "request",
      "reply",
      "repair",
    ]);
  });

  it("are thinned when there are too many to draw", () => {
    const n = MOST * 3;
    const many = {
      kinds: Array<string>(n).fill("gossip"),
      sources: Array<number>(n).fill(1),
      targets: Array<number>(n).fill(2),
      fates: Array<number>(n).fill(0),
      every: 1,
    };
    expect(launch(many, nodes, frame, 0, 1)).toHaveLength(MOST);
  });
});
