/** What a person can do to a run, as timeline lines without their `AT <tick>`. */
import type { OperationKind, PeerView, RunInfo } from "../wire";
import { isUp } from "./peers";

export interface Deed {
  readonly name: string;
  readonly line: string;
  /** Why it cannot be done now; null if it can. */
  readonly hindrance: string | null;
}

export function hindered(info: Pick<RunInfo, "state" | "origin"> | null): string | null {
  if (info?.origin === "log") return "This is the replay of a log: it can be looked at, not changed.";
  if (info?.state === "finished") return "The run has finished. Run it again to break it.";
  if (info?.state === "broken") return "The run has stopped with an error.";
  return info ? null : "The run is not loaded yet.";
}

/** The deeds for one peer, by how it is at the live tick. */
export function deedsFor(peer: PeerView, info: RunInfo | null): Deed[] {
  const ended = hindered(info);
  const deed = (name: string, verb: string, possible: boolean, why: string): Deed => ({
    name,
    line: `${verb} ${peer.peer}`,
    hindrance: ended ?? (possible ? null : why),
  });
  const down = `Peer ${peer.peer} is not up.`;
  const deeds = [
    deed("Fail", "FAIL", isUp(peer), down),
    deed("Leave", "LEAVE", peer.state === "member", `Peer ${peer.peer} is not a member.`),
  ];
  return peer.state === "left"
    ? [...deeds, deed("Join again", "JOIN", true, "")]
    : [...deeds, deed("Restart", "RESTART", peer.state === "failed", "Only a failed peer can be restarted.")];
}

/** The form of a word on a timeline line: bare if it is plain, else quoted. */
export function quote(text: string): string {
  const plain = text !== "" && !/[\s"\\#]/.test(text) && text.toUpperCase() !== "VIA";
  return plain ? text : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

export function operationLine(kind: OperationKind, key: string, value: string, via: number | null): string {
  const words = [kind.toUpperCase(), quote(key)];
  if (kind === "create" || kind === "update") words.push(quote(value));
  if (via !== null) words.push("VIA", String(via));
  return words.join(" ");
}

/** null if there is no such share of the messages. */
export function dropLine(percent: number | null | undefined, until: number | null): string | null {
  if (percent === null || percent === undefined || !(percent >= 0 && percent <= 100)) return null;
  const probability = Number((percent / 100).toPrecision(12)); // 7 % is 0.07, not 0.07000000000000001
  return `DROP ${probability}${until === null ? "" : ` UNTIL ${until}`}`;
}

export function partitionLine(groups: readonly (readonly number[])[], until: number | null): string {
  const text = groups
    .filter((group) => group.length)
    .map((group) => group.join(","))
    .join(" | ");
  return `PARTITION ${text}${until === null ? "" : ` UNTIL ${until}`}`;
}

/** Why these groups cannot be cut apart in a cluster of `size`; null if they can. */
export function hinderedGroups(groups: readonly (readonly number[])[], size: number): string | null {
  const named = groups.flat();
  const unknown = named.find((peer) => peer < 1 || peer > size);
  if (unknown !== undefined) return `There is no peer ${unknown}; there are peers 1 to ${size}`;
  const twice = named.find((peer, i) => named.indexOf(peer) !== i);
  if (twice !== undefined) return `Peer ${twice} is named twice`;
  return groups.length === 1 && named.length === size ? "One group of all peers cuts nothing" : null;
}

/** `1-3, 5 | 7` as groups of numbers; null if it cannot be read. */
export function readGroups(text: string): number[][] | null {
  const groups: number[][] = [];
  for (const part of text.split("|")) {
    const group: number[] = [];
    for (const item of part.split(",").map((word) => word.trim())) {
      const range = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(item);
      if (!range) return null;
      const first = Number(range[1]);
      const last = Number(range[2] ?? range[1]);
      if (last < first) return null;
      for (let peer = first; peer <= last; peer++) group.push(peer);
    }
    groups.push(group);
  }
  return groups;
}

/** The number a new peer would get. */
export const newcomer = (peers: readonly PeerView[]): number => peers.length + 1;
