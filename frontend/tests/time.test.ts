import { describe, expect, it } from "vitest";
import { lossBands, lostPoints, nextPicture, previousPicture } from "../src/state/marks";
import { asOf, BULK, grouped, matches, operationsAt, pips } from "../src/state/operations";
import { axisTicks, lanePath, marksNear } from "../src/timeline/lanes";
import { mark, operation } from "./fixtures";

describe("operations at a tick", () => {
  const done = operation(1, {
    started: 10,
    answers: [
      { tick: 11, peer: 1, ok: true },
      { tick: 12, peer: 3, ok: false },
    ],
    ended: 13,
    outcome: "success",
  });

  it("are known as far as they had got", () => {
    expect(operationsAt([done], 10)).toEqual([]);
    expect(asOf(done, 12)).toMatchObject({ answers: [{ peer: 1 }], ended: null, outcome: null });
    expect(asOf(done, 14)).toBe(done);
  });

  it("show one pip per replica", () => {
    expect(pips(done)).toEqual(["yes", "waiting", "no"]);
  });

  it("come newest first, many alike in one row", () => {
    const bulk = Array.from({ length: BULK }, (_, i) => operation(i, { kind: "create", started: 5 }));
    const rows = grouped([...bulk, operation(99, { started: 9 })]);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ transaction: 99 });
    expect(rows[1]).toMatchObject({ kind: "create", tick: 5 });
  });

  it("are found by words in any order", () => {
    expect(matches(operation(7, { coordinator: 3 }), "peer3 read")).toBe(true);
    expect(matches(operation(7), "success")).toBe(false);
  });
});

describe("marks", () => {
  const marks = [mark(10), mark(10), mark(25)];

  it("are seen in the picture after their tick", () => {
    expect(nextPicture(marks, 0)).toBe(11);
    expect(nextPicture(marks, 11)).toBe(26);
    expect(nextPicture(marks, 26)).toBeNull();
    expect(previousPicture(marks, 26)).toBe(11);
    expect(previousPicture(marks, 11)).toBeNull();
  });

  it("of lost points come from failed checks only", () => {
    const check = { id: "", title: "t", points: 0, max: 3, reason: "r", evidence: [], tick: 9, explanation: null };
    const section = { total: 0, max: 3, checks: [{ ...check, passed: false }, { ...check, passed: null }] };
    const grade = { run: "r", tick: 9, final: false, note: "", mp1: section, mp2: { ...section, checks: [] } };
    expect(lostPoints(grade)).toEqual([{ tick: 9, text: "t: r" }]);
  });

  it("near a tick are listed nearest first", () => {
    const lane = { name: "", sign: "cross" as const, marks, bands: [] };
    expect(marksNear([lane], 24, 20).map((m) => m.tick)).toEqual([25, 10, 10]);
  });

  it("in one pixel are drawn once", () => {
    const lane = { name: "", sign: "bar" as const, marks, bands: [] };
    expect(lanePath(lane, 4, (tick) => tick).match(/M/g)).toHaveLength(2);
  });
});

describe("bands of loss", () => {
  it("bridge short gaps and keep apart what is apart", () => {
    const lost = [0, 1, 0, 0, 1, ...Array<number>(20).fill(0), 5, 5];
    const bands = lossBands(100, lost.map(() => 10), lost);
    expect(bands.map((band) => [band.from, band.to])).toEqual([
      [101, 105],
      [125, 127],
    ]);
    expect(bands[1]!.share).toBe(0.5);
  });

  it("are none when nothing is lost", () => {
    expect(lossBands(0, [5, 5], [0, 0])).toEqual([]);
  });
});

describe("the axis", () => {
  it("has round steps", () => {
    expect(axisTicks(700, 800)).toEqual([0, 100, 200, 300, 400, 500, 600, 700]);
    expect(axisTicks(5, 800)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
