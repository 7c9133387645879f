import { describe, expect, it } from "vitest";
import { readPlace, runOf, writePlace } from "../src/lib/url";
import { matrixPixels, zoneOf } from "../src/matrix/image";
import { deedsFor, dropLine, hinderedGroups, operationLine, partitionLine, quote, readGroups } from "../src/state/actions";
import { NOT_LISTED } from "../src/wire";
import { info, peer } from "./fixtures";

describe("timeline lines", () => {
  it.each([
    ["plain", "plain"],
    ["two words", '"two words"'],
    ['say "hi"', '"say \\"hi\\""'],
    ["via", '"via"'],
    ["#1", '"#1"'],
    ["", '""'],
  ])("quote %s as %s", (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  it("carry what an operation needs", () => {
    expect(operationLine("update", "k", "new value", 3)).toBe('UPDATE k "new value" VIA 3');
    expect(operationLine("read", "k", "ignored", null)).toBe("READ k");
  });

  it("carry network faults", () => {
    expect(dropLine(12.5, 300)).toBe("DROP 0.125 UNTIL 300");
    expect(dropLine(10, null)).toBe("DROP 0.1");
    expect(dropLine(7, null)).toBe("DROP 0.07");
    expect(dropLine(0.004, null)).toBe("DROP 0.00004");
    expect(partitionLine([[1, 2], [3]], 9)).toBe("PARTITION 1,2 | 3 UNTIL 9");
  });

  it("read groups as a person writes them", () => {
    expect(readGroups("1-3, 7 | 4")).toEqual([[1, 2, 3, 7], [4]]);
    expect(readGroups("one | two")).toBeNull();
    expect(readGroups("1 |")).toBeNull();
    expect(readGroups("5-1 | 6-10")).toBeNull();
  });

  it.each([null, undefined, -1, 100.5, Number.NaN])("lose no share of %s %%", (percent) => {
    expect(dropLine(percent, null)).toBeNull();
  });

  it.each([
    ["1-5 | 6-10", null],
    ["1-5", null],
    ["1-10", "One group of all peers cuts nothing"],
    ["0 | 1", "There is no peer 0; there are peers 1 to 10"],
    ["1-99", "There is no peer 11; there are peers 1 to 10"],
    ["1-3 | 3", "Peer 3 is named twice"],
  ])("cut %s only if that can be done", (text, hindrance) => {
    expect(hinderedGroups(readGroups(text)!, 10)).toBe(hindrance);
  });
});

describe("what can be done to a peer", () => {
  const possible = (state: Parameters<typeof peer>[1], run = info()) =>
    deedsFor(peer(3, state), run)
      .filter((deed) => deed.hindrance === null)
      .map((deed) => deed.line);

  it.each([
    [{ state: "member" as const }, ["FAIL 3", "LEAVE 3"]],
    [{ state: "joining" as const }, ["FAIL 3"]],
    [{ state: "failed" as const }, ["RESTART 3"]],
    [{ state: "left" as const }, ["JOIN 3"]],
    [{ state: "waiting" as const }, []],
  ])("%o", (state, lines) => {
    expect(possible(state)).toEqual(lines);
  });

  it("is nothing once the run has finished", () => {
    expect(possible({ state: "member" }, info({ state: "finished" }))).toEqual([]);
  });
});

describe("the address bar", () => {
  it.each(["/", "/runs/abc", "/runs/abc?tick=7&peer=3&view=2&tab=members", "/runs/abc?key=a+b%26c"])(
    "%s reads and writes the same",
    (address) => {
      const [path, query] = address.split("?");
      expect(writePlace(readPlace(path!, query ?? ""))).toBe(address);
    },
  );

  it.each([
    ["/", null],
    ["/runs", null],
    ["/runs/", null],
    ["/runs/a%20b/", "a b"],
    ["/runs/%E0%A4%A", undefined],
    ["/runs/a/b", undefined],
    ["/grade", undefined],
  ])("%s names run %s", (path, run) => {
    expect(runOf(path)).toBe(run);
  });

  it("ignores what makes no sense", () => {
    expect(readPlace("/runs/a", "tick=-4&peer=x")).toMatchObject({ tick: null, selection: null });
  });
});

describe("the matrix image", () => {
  const inks = {
    fresh: [0, 0, 0],
    aged: [10, 0, 0],
    suspected: [20, 0, 0],
    overdue: [30, 0, 0],
    unlisted: [40, 0, 0],
    self: [50, 0, 0],
  } as const;
  const reds = (pixels: Uint8ClampedArray) => [...pixels].filter((_, i) => i % 4 === 0);

  it("has one pixel for each observer and member, in the order asked for", () => {
    const ages = new Uint8Array([0, 5, 11, 21, 0, NOT_LISTED, 10, 0, 0]);
    const red = (order: number[]) => reds(matrixPixels(ages, order, 10, 20, inks));
    expect(red([1, 2, 3])).toEqual([50, 5, 20, 30, 50, 40, 10, 0, 50]);
    expect(red([3, 2, 1])).toEqual([50, 0, 10, 40, 50, 30, 20, 5, 50]);
  });

  it("shows the most worrying cell where members share a pixel", () => {
    const ages = new Uint8Array(16).fill(1);
    ages[1 * 4 + 3] = 15;
    ages[3 * 4 + 0] = NOT_LISTED;
    expect(reds(matrixPixels(ages, [1, 2, 3, 4], 10, 20, inks, 2))).toEqual([1, 20, 40, 1]);
  });

  it("changes zone just above each limit", () => {
    expect([10, 11, 20, 21].map((age) => zoneOf(age, false, 10, 20))).toEqual([
      "trusted",
      "suspected",
      "suspected",
      "overdue",
    ]);
  });
});
