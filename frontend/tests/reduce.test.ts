import { describe, expect, it } from "vitest";
import { emptyView, type Message, reduce, type View } from "../src/state/view";
import { frame, info, key, mark, operation, series, snapshot } from "./fixtures";

const fold = (...messages: Message[]): View => messages.reduce(reduce, emptyView("r"));
const shows = (number: number, over = {}): Message => ({ type: "frame", frame: frame(number, over) });
const complete = (number: number, over = {}): Message => shows(number, { complete: true, ...over });

describe("frames", () => {
  it("follow one another", () => {
    const view = fold(complete(1), shows(2), shows(3));
    expect(view.live?.tick).toBe(3);
    expect(view.missed).toBe(false);
  });

  it("of another run change nothing", () => {
    const view = fold(complete(1));
    expect(reduce(view, complete(2, { run: "other" }))).toBe(view);
  });

  it("that skip a number leave the picture as it is until a complete one comes", () => {
    const view = fold(complete(1), shows(3));
    expect([view.missed, view.live?.tick]).toEqual([true, 1]);
    expect(reduce(view, shows(4)).live?.tick).toBe(1);
    const healed = reduce(view, complete(5));
    expect([healed.missed, healed.live?.tick]).toEqual([false, 5]);
  });

  it("older than the picture are ignored", () => {
    const view = fold(complete(5));
    expect(reduce(view, shows(4))).toBe(view);
  });

  it("without keys or ages keep those of the frame before", () => {
    const view = fold(complete(1), shows(2, { snapshot: snapshot(2, { keys: null, ages: null }) }));
    expect(view.live?.keys).toEqual([key("a")]);
    expect(view.live?.ages).toBe(snapshot(1).ages);
  });

  it("without ages do not keep a matrix of another size", () => {
    const more = snapshot(2, { ages: null, peers: [...snapshot(2).peers, snapshot(2).peers[0]!] });
    expect(fold(complete(1), shows(2, { snapshot: more })).live?.ages).toBeNull();
  });

  it("carry the run's tick and state along", () => {
    const view = fold({ type: "info", info: info() }, complete(8, { state: "paused" }));
    expect([view.info?.tick, view.info?.state]).toEqual([8, "paused"]);
  });
});

describe("history", () => {
  const history = (over = {}) => ({ operations: [], marks: [], series: series(0, []), ...over });

  it("grows by what is new and replaces what has changed", () => {
    const view = fold(
      complete(1, { history: history({ operations: [operation(1), operation(2)] }) }),
      shows(2, {
        history: history({ operations: [operation(1, { outcome: "success", ended: 12 }), operation(3)] }),
      }),
    );
    expect(view.operations.map((o) => [o.transaction, o.outcome])).toEqual([
      [1, "success"],
      [2, null],
      [3, null],
    ]);
  });

  it("starts again with a complete frame", () => {
    const view = fold(
      complete(1, { history: history({ marks: [mark(1), mark(2)] }) }),
      complete(9, { history: history({ marks: [mark(3)] }) }),
    );
    expect(view.marks.map((m) => m.tick)).toEqual([3]);
  });

  it("joins series tick by tick, also when they overlap", () => {
    const view = fold(
      complete(1, { history: history({ series: series(0, [1, 2, 3]) }) }),
      shows(2, { history: history({ series: series(2, [30, 40]) }) }),
    );
    expect(view.series.sent).toEqual([1, 2, 30, 40]);
  });
});

describe("looking at the past", () => {
  it("shows the picture that was asked for while the run goes on", () => {
    const view = fold(
      complete(50),
      { type: "seek", tick: 20 },
      { type: "sought", frame: frame(0, { complete: true, snapshot: snapshot(20) }) },
      shows(51),
    );
    expect([view.sought, view.past?.tick, view.live?.tick]).toEqual([20, 20, 51]);
  });

  it("keeps the last picture while the next one is on its way", () => {
    const view = fold(
      complete(50),
      { type: "seek", tick: 20 },
      { type: "sought", frame: frame(0, { snapshot: snapshot(20) }) },
      { type: "seek", tick: 21 },
    );
    expect([view.sought, view.past?.tick]).toEqual([21, 20]);
  });

  it("ends at once, and answers that come later are ignored", () => {
    const view = fold(
      complete(50),
      { type: "seek", tick: 20 },
      { type: "live" },
      { type: "sought", frame: frame(0, { snapshot: snapshot(20) }) },
    );
    expect([view.sought, view.past]).toEqual([null, null]);
  });
});

describe("the connection", () => {
  it("keeps the last picture when it is lost", () => {
    const view = fold(complete(5), { type: "linked", link: "lost" });
    expect([view.link, view.live?.tick]).toEqual(["lost", 5]);
  });

  it("forgets a problem once the run can be watched", () => {
    const problem = { type: "about:blank", title: "Too many", status: 429, detail: "" };
    const view = fold({ type: "problem", problem }, { type: "linked", link: "lost" });
    expect(view.problem).toBe(problem);
    expect(reduce(view, { type: "linked", link: "live" }).problem).toBeNull();
  });
});
