/** Sentences, in the words of the course and of the gossip paper. */
import type { Check, KeyView, Mark, OperationView, PeerView, RunInfo, Unknown } from "../wire";
import { NOT_LISTED } from "../wire";
import { address, type Limits, others } from "./peers";

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** What a picture made from a log cannot tell, in words. */
export const UNKNOWN: Record<Unknown, string> = {
  messages: "messages, their loss and partitions",
  ages: "the ages of heartbeats, and so suspicions",
  positions: "places on the ring: peers and keys stand evenly apart",
  keys: "which copies really exist: replicas are those that answered, holders those that said they stored it",
};

/** Nothing is unknown of a run that is computed here. */
const ALL_KNOWN: ReadonlySet<Unknown> = new Set();

export function describePeer(
  peer: PeerView,
  peers: readonly PeerView[],
  unknown: ReadonlySet<Unknown> = ALL_KNOWN,
): string {
  const asked = Math.max(others(peer, peers), peer.suspected_by, peer.known_by);
  const suspects = unknown.has("ages") ? "" : `, ${peer.suspected_by} suspect it`;
  const believed = `${peer.known_by} of ${plural(asked, "live peer")} list it${suspects}.`;
  const since = `since tick ${peer.since}`;
  switch (peer.state) {
    case "waiting":
      return "Has not started yet.";
    case "joining":
      return `Asks the introducer to join, ${since}.`;
    case "member":
      return `Member ${since}, holds ${plural(peer.copies, "copy", "copies")}. ${believed}`;
    case "leaving":
      return `Says goodbye and hands over its keys, ${since}.`;
    case "left":
      return `Left gracefully at tick ${peer.since}. ${believed}`;
    case "failed":
      return peer.known_by
        ? `Failed at tick ${peer.since}. ${believed}`
        : `Failed at tick ${peer.since}; every live peer has removed it.`;
  }
}

/** Why an observer thinks what it thinks of a member. */
export function explainAge(
  observer: number,
  member: number,
  age: number,
  limits: Limits,
  unknown: ReadonlySet<Unknown> = ALL_KNOWN,
): string {
  if (observer === member) return `Peer ${observer} itself.`;
  if (age === NOT_LISTED) return `Peer ${observer} does not list peer ${member}.`;
  if (unknown.has("ages")) return `Peer ${observer} lists peer ${member}; since when without a heartbeat, the log does not tell.`;
  const seen = `Last heartbeat ${plural(age, "tick")} ago`;
  if (age > limits.t_cleanup)
    return `${seen}: over T_cleanup = ${limits.t_cleanup}, so peer ${observer} removes peer ${member}.`;
  if (age > limits.t_fail)
    return `${seen}: over T_fail = ${limits.t_fail}, so peer ${observer} suspects peer ${member}.`;
  return `${seen}: within T_fail = ${limits.t_fail}, so peer ${observer} trusts peer ${member}.`;
}

/** The same for a cell of a large group's matrix, which shows the worst of many beliefs. */
export function explainBlock(
  observers: readonly [number, number],
  members: readonly [number, number],
  age: number,
  limits: Limits,
): string {
  const who = `P${range(observers).slice(1)} about ${range(members)}`;
  if (age === NOT_LISTED) return `${who}: at least one of these observers does not list one of these members.`;
  const worst = `${who}: the oldest heartbeat is ${plural(age, "tick")} old`;
  if (age > limits.t_cleanup) return `${worst}, over T_cleanup = ${limits.t_cleanup}.`;
  if (age > limits.t_fail) return `${worst}, over T_fail = ${limits.t_fail}: somebody is suspected.`;
  return `${worst}, within T_fail = ${limits.t_fail}.`;
}

const range = ([first, last]: readonly [number, number]): string =>
  first === last ? `peer ${first}` : `peers ${first} to ${last}`;

export function describeKey(key: KeyView, unknown: ReadonlySet<Unknown> = ALL_KNOWN): string {
  const wanted = key.replicas.length;
  const held = key.replicas.filter((peer) => key.holders.includes(peer)).length;
  if (unknown.has("keys"))
    return `By the log ${plural(key.holders.length, "peer")} said ${key.holders.length === 1 ? "it" : "they"} stored the newest value.`;
  if (held === wanted) return `All ${wanted} replicas hold the newest version.`;
  const lacking = key.replicas.filter((peer) => !key.holders.includes(peer));
  return `${held} of ${wanted} replicas hold the newest version; missing on ${lacking
    .map((peer) => `peer ${peer}`)
    .join(", ")}.`;
}

export function describeMessage(kind: string, source: number, target: number, fate: number): string {
  const end = ["", ", lost", ", cut by the partition"][fate] ?? "";
  return `${kind}: ${address(source)} → ${address(target)}${end}`;
}

export function outcomeWords(operation: OperationView): string {
  return operation.outcome ?? "running";
}

export const verdict = (check: Check): "passed" | "failed" | "pending" =>
  check.passed === null ? "pending" : check.passed ? "passed" : "failed";

export function stateWords(info: Pick<RunInfo, "state" | "error">): string {
  return { running: "running", paused: "paused", finished: "finished", broken: "broken" }[info.state];
}

/** What the live region says about new marks: each when few, a count when many. */
export function narrate(marks: readonly Mark[]): string {
  const told = marks.filter((mark) => mark.lane !== "peer");
  if (!told.length) return "";
  if (told.length <= 3) return told.map((mark) => `Tick ${mark.tick}: ${mark.text}`).join(" ");
  const count = (lane: Mark["lane"], one: string) => {
    const n = told.filter((mark) => mark.lane === lane).length;
    return n ? [plural(n, one)] : [];
  };
  const parts = [
    ...count("failure", "failure"),
    ...count("detection", "detection"),
    ...count("operation", "operation"),
    ...count("network", "network change"),
  ];
  return `Up to tick ${told.at(-1)!.tick}: ${parts.join(", ")}.`;
}
