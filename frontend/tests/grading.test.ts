import { describe, expect, it } from "vitest";
import { folderOf, isScenario, logsAmong } from "../src/lib/drop";
import { readGradePlace, writeGradePlace } from "../src/lib/url";
import { crc32, zip } from "../src/lib/zip";
import {
  byLog,
  distribution,
  failing,
  gradeOfReplay,
  kindsIn,
  lostChecks,
  matching,
  pointsOf,
  readOrder,
  scenarioOf,
  scenarioOfFile,
  shortNames,
  sorted,
  submissionOfReplay,
  submissionsOf,
  writeOrder,
} from "../src/state/grading";
import { check, logOf, logSet, section } from "./fixtures";

const lost = check("read.3.1", { points: 0, max: 9, passed: false, tick: 225 });
const kept = check("read.1", { points: 3, max: 3 });

/** Three submissions: full marks, a lost check, and one that cannot be graded. */
const three = submissionsOf([
  logSet("class/bob", { official: section([kept, lost]), strict: section([kept]) }),
  logSet("class/ada", { official: section([kept]) }),
  logSet("class/ada", { kind: "mp1", official: section([check("single.join", { points: 10, max: 10 })]) }),
  logSet("class/eve", { kind: null, official: null, strict: null, error: "the log is cut off" }),
]);
const names = (all: readonly { name: string }[]) => all.map(({ name }) => name);

describe("a check", () => {
  it.each([
    ["read.3.1", "read"],
    ["single.join", "singlefailure"],
    ["strict.drop.join", "msgdropsinglefailure"],
    ["strict.update.must-fail", "update"],
  ])("%s is about the log of %s", (id, scenario) => {
    expect(scenarioOf({ id })).toBe(scenario);
  });
});

describe("a file", () => {
  it("tells its scenario by its name, if by anything", () => {
    expect(scenarioOfFile("Read.log")).toBe("read");
    expect(scenarioOfFile("dbg.log")).toBeNull();
  });
});

describe("submissions", () => {
  it("join the two assignments of one path", () => {
    expect(names(three)).toEqual(["bob", "ada", "eve"]);
    expect(three[1]!.sets).toHaveLength(2);
    expect(pointsOf(three[1]!, "official")).toEqual({ total: 13, max: 13 });
    expect(kindsIn(three)).toEqual(["mp1", "mp2"]);
  });

  it("keep the rubrics apart", () => {
    expect(pointsOf(three[0]!, "official")).toEqual({ total: 3, max: 12 });
    expect(pointsOf(three[0]!, "strict")).toEqual({ total: 3, max: 3 });
    expect(lostChecks(three[0]!, "official")).toEqual([lost]);
    expect(lostChecks(three[0]!, "strict")).toEqual([]);
  });

  it("of one name and assignment stay two", () => {
    const twice = submissionsOf([logSet("ada"), logSet("ada"), logSet("ada", { kind: "mp1" })]);
    expect(twice.map(({ number, name, sets }) => [number, name, sets.length])).toEqual([
      [1, "ada", 2],
      [2, "ada", 1],
    ]);
  });

  it("say why one could not be graded", () => {
    expect(three[2]!.error).toBe("the log is cut off");
    expect(pointsOf(three[2]!, "official")).toBeNull();
  });

  it("are called without the folders that all share, but never by nothing", () => {
    expect(shortNames(["a/b/x", "a/b/y/z"])).toEqual(["x", "y/z"]);
    expect(shortNames(["a/b", "a/b"])).toEqual(["b", "b"]);
    expect(shortNames(["dbg.log"])).toEqual(["dbg.log"]);
    expect(shortNames(["a", "a/b"])).toEqual(["a", "a/b"]);
    expect(shortNames([])).toEqual([]);
  });
});

describe("the class's table", () => {
  it.each([
    ["name", ["ada", "bob", "eve"]],
    ["-name", ["eve", "bob", "ada"]],
    ["mp2.official", ["ada", "bob", "eve"]],
    ["mp1.official", ["ada", "bob", "eve"]],
    ["lost", ["ada", "bob", "eve"]],
    ["-lost", ["bob", "ada", "eve"]],
  ])("sorts by %s, what has no value last", (order, expected) => {
    expect(writeOrder(readOrder(order))).toBe(order);
    expect(names(sorted(three, readOrder(order)))).toEqual(expected);
  });

  it("sorts numbers in names as numbers", () => {
    const many = submissionsOf(["s10", "s9", "s1"].map((path) => logSet(path)));
    expect(names(sorted(many, readOrder("name")))).toEqual(["s1", "s9", "s10"]);
  });

  it("ignores an order that makes no sense", () => {
    expect(writeOrder(readOrder("mp3.official"))).toBe("name");
  });

  it.each([
    ["", ["bob", "ada", "eve"]],
    ["BOB", ["bob"]],
    ["read.3.1", ["bob"]],
    ["cut off", ["eve"]],
    ["bob cut", []],
  ])("is filtered by %o", (words, expected) => {
    expect(names(matching(three, words))).toEqual(expected);
  });
});

describe("the class", () => {
  it("is spread over steps of ten points, full marks on their own", () => {
    const bins = distribution([0, 9, 10, 89, 90, 90], 90);
    expect(bins).toHaveLength(10);
    expect(bins.map((bin) => bin.count)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect(bins[8]).toMatchObject({ from: 80, to: 89 });
    expect(bins[9]).toMatchObject({ from: 90, to: 90 });
  });

  it("keeps steps that do not fit the maximum whole", () => {
    expect(distribution([24, 25], 25).map(({ from, to, count }) => [from, to, count])).toEqual([
      [0, 9, 0],
      [10, 19, 0],
      [20, 24, 1],
      [25, 25, 1],
    ]);
  });

  it("tells which checks cost most often, and how much", () => {
    expect(failing(three, "mp2", "official")).toEqual([
      { id: "read.3.1", title: "read.3.1", lost: 1, of: 1, mean: 9 },
    ]);
    expect(failing(three, "mp2", "strict")).toEqual([]);
  });
});

describe("the logs of a set", () => {
  const set = logSet("bob", {
    official: section([kept, lost]),
    logs: [logOf("read", { replay: "log-1" }), logOf("create")],
  });

  it("have their own checks, in the order of the grader", () => {
    const [create, read, ...others] = byLog(set, "official");
    expect(others).toEqual([]);
    expect([create!.scenario, create!.max]).toEqual(["create", 0]);
    expect([read!.scenario, read!.total, read!.max]).toEqual(["read", 3, 12]);
    expect(read!.log?.replay).toBe("log-1");
  });

  it("give a replay its grade", () => {
    expect(gradeOfReplay([set], "log-1", 700)).toMatchObject({
      final: true,
      mp1: { checks: [] },
      mp2: { total: 3, max: 12, checks: [kept, lost] },
    });
    expect(gradeOfReplay([set], "log-2", 700)).toBeNull();
  });

  it("tell of which submission a replay is, if there are several", () => {
    expect(submissionOfReplay([logSet("ada"), set], "log-1")).toBe(2);
    expect(submissionOfReplay([set], "log-1")).toBeNull();
  });
});

describe("the address of graded logs", () => {
  it.each(["/grade", "/grade/abc", "/grade/abc?submission=3&rubric=strict&sort=-mp2.official&find=read.3.1"])(
    "%s reads and writes the same",
    (address) => {
      const [path, query] = address.split("?");
      expect(writeGradePlace(readGradePlace(path!, query ?? "")!)).toBe(address);
    },
  );

  it.each(["/", "/runs/a", "/grade/a/b", "/grade/%E0%A4%A"])("%s is another one", (path) => {
    expect(readGradePlace(path, "")).toBeNull();
  });
});

const dropped = (...paths: string[]) => paths.map((path) => ({ path, file: new File(["x"], path) }));

describe("what is dropped", () => {
  it("is a scenario only if it is one file that looks like it", () => {
    expect(isScenario(dropped("read.conf"))).toBe(true);
    expect(isScenario(dropped("dbg.log"))).toBe(false);
    expect(isScenario(dropped("a/read.conf"))).toBe(false);
    expect(isScenario(dropped("a.conf", "b.conf"))).toBe(false);
  });

  it("is searched for logs, except a file on its own", () => {
    expect(logsAmong(dropped("output"))).toHaveLength(1);
    expect(logsAmong(dropped("s/a.cpp", "s/dbg.log", "s/x.zip")).map(({ path }) => path)).toEqual(["s/dbg.log", "s/x.zip"]);
  });

  it("may come from one folder", () => {
    expect(folderOf(dropped("s/a", "s/t/b"))).toBe("s");
    expect(folderOf(dropped("s/a", "t/b"))).toBeNull();
    expect(folderOf(dropped("a"))).toBeNull();
  });
});

describe("a zip", () => {
  it("checks its bytes as all zips do", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  it("holds every file under its path, and tells how far it is", async () => {
    const told: number[] = [];
    const text = "server: read success\n".repeat(500);
    const packed = await zip(
      [
        { path: "ada/read.log", file: new Blob([text]) },
        { path: "bjørn/read.log", file: new Blob([""]) },
      ],
      (done) => told.push(done),
    );
    const bytes = new Uint8Array(await packed.arrayBuffer());
    const view = new DataView(bytes.buffer);
    expect(told).toEqual([1, 2]);
    expect(bytes.length).toBeLessThan(text.length / 10);
    const end = bytes.length - 22;
    expect([view.getUint32(end, true), view.getUint16(end + 10, true)]).toEqual([0x06054b50, 2]);
    const directory = view.getUint32(end + 16, true);
    expect(view.getUint32(directory, true)).toBe(0x02014b50);
    expect(view.getUint32(directory + 24, true)).toBe(text.length);
    expect(new TextDecoder().decode(bytes)).toContain("bjørn/read.log");
  });
});
