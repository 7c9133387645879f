import { hindered } from "../src/state/actions";
import { describe, expect, it } from "vitest";
import { ageOf, belief, blockOf, looks, peersOf, truth } from "../src/state/peers";
import { describeKey, describePeer, explainAge, explainBlock, narrate } from "../src/state/words";
import { NOT_LISTED } from "../src/wire";
import { info, key, mark, peer, snapshot } from "./fixtures";

const limits = info();

describe("the truth about a peer", () => {
  const around = (view: ReturnType<typeof peer>) => [view, peer(8), peer(9)];

  it.each([
    [{ state: "waiting" as const }, "waiting", ""],
    [{}, "alive", ""],
    [{ suspected_by: 1 }, "suspected", "suspected by 1/2"],
    [{ state: "failed" as const, since: 9 }, "failed", "failed at 9"],
    [{ state: "failed" as const, suspected_by: 2 }, "failed", "suspected by 2/2"],
    [{ state: "failed" as const, known_by: 0 }, "removed", "removed by all"],
    [{ state: "left" as const, since: 9 }, "left", "left at 9"],
  ])("%o", (over, status, note) => {
    const view = peer(1, over);
    expect(truth(view, around(view))).toMatchObject({ status, note });
  });

  it("measures doubt as the share of live others that suspect it", () => {
    const view = peer(1, { suspected_by: 1 });
    expect(truth(view, around(view)).doubt).toBe(0.5);
  });

  it("is told in a sentence", () => {
    const view = peer(3, { state: "failed", since: 100, known_by: 2, suspected_by: 1 });
    expect(describePeer(view, around(view))).toBe(
      "Failed at tick 100. 2 of 2 live peers list it, 1 suspect it.",
    );
  });
});

describe("the belief of an observer", () => {
  it.each([
    [0, "alive"],
    [10, "alive"],
    [11, "suspected"],
    [NOT_LISTED, "unlisted"],
  ])("age %i: %s", (age, status) => {
    expect(belief(1, 2, age, limits).status).toBe(status);
  });

  it("is read from its own row of the matrix", () => {
    const now = snapshot(5);
    expect([ageOf(now, 1, 3), ageOf(now, 2, 3), ageOf(now, 3, 1)]).toEqual([15, 2, NOT_LISTED]);
    expect(looks(now, 1, limits).map((look) => look.status)).toEqual(["self", "alive", "suspected"]);
  });

  it("of a large group is known as the worst of its block", () => {
    const peers = [1, 2, 3, 4, 5].map((number) => peer(number));
    const now = snapshot(5, { peers, ages: btoa("\x00\x01\xff\x0f\x02\x03\x04\x05\x06"), ages_side: 3 });
    expect(blockOf(now)).toBe(2);
    expect([ageOf(now, 1, 4), ageOf(now, 2, 5), ageOf(now, 4, 1), ageOf(now, 5, 5)]).toEqual([1, NOT_LISTED, 15, 6]);
    expect([peersOf(now, 1), peersOf(now, 2)]).toEqual([
      [3, 4],
      [5, 5],
    ]);
    expect(explainBlock([1, 2], [5, 5], NOT_LISTED, limits)).toBe(
      "Peers 1 to 2 about peer 5: at least one of these observers does not list one of these members.",
    );
    expect(explainBlock([3, 4], [1, 2], 15, limits)).toContain("15 ticks old, over T_fail = 10");
    expect(explainBlock([3, 4], [1, 2], 25, limits)).toContain("over T_cleanup = 20");
    expect(explainBlock([3, 4], [3, 4], 2, limits)).toContain("2 ticks old, within T_fail = 10");
  });

  it("is explained by the rule that applies", () => {
    expect(explainAge(1, 3, 11, limits)).toBe(
      "Last heartbeat 11 ticks ago: over T_fail = 10, so peer 1 suspects peer 3.",
    );
    expect(explainAge(1, 3, 1, limits)).toContain("1 tick ago: within T_fail = 10");
    expect(explainAge(1, 3, 21, limits)).toContain("over T_cleanup = 20");
  });
});

describe("a key", () => {
  it("is told with the replicas that lack it", () => {
    expect(describeKey(key("a", { holders: [1, 9] }))).toBe(
      "1 of 3 replicas hold the newest version; missing on peer 2, peer 3.",
    );
  });
});

describe("the narrator", () => {
  it("tells few marks one by one, and many as counts", () => {
    expect(narrate([mark(9)])).toBe("Tick 9: Peer 3 fails.");
    const many = [1, 2, 3, 4].map((tick) => mark(tick, { lane: "detection" }));
    expect(narrate([mark(0), ...many])).toBe("Up to tick 4: 1 failure, 4 detections.");
  });

  it("is silent when there is nothing to tell", () => {
    expect(narrate([])).toBe("");
    expect(narrate([mark(1, { lane: "peer" })])).toBe("");
  });
});

describe("the replay of a log", () => {
  const unknown = new Set(["ages", "keys"] as const);

  it("says nothing about suspicions and ages", () => {
    expect(describePeer(peer(1, { known_by: 2 }), [peer(1), peer(2), peer(3)], unknown)).not.toContain("suspect");
    expect(explainAge(1, 2, 0, info(), unknown)).toContain("the log does not tell");
    expect(explainAge(1, 2, NOT_LISTED, info(), unknown)).toBe("Peer 1 does not list peer 2.");
  });

  it("does not call a copy missing that it knows nothing of", () => {
    expect(describeKey(key("a", { holders: [1] }), unknown)).toBe("By the log 1 peer said it stored the newest value.");
  });

  it("cannot be changed", () => {
    expect(hindered(info({ origin: "log", state: "finished" }))).toContain("not changed");
  });
});
