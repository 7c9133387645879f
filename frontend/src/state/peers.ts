/** What to say and draw about a peer: the truth about it, or what one observer believes. */
import { NOT_LISTED, type PeerView, type RunInfo, type Snapshot } from "../wire";

export type Status =
  | "waiting"
  | "joining"
  | "alive"
  | "suspected"
  | "failed"
  | "removed"
  | "leaving"
  | "left"
  | "self"
  | "unlisted";

export interface Look {
  readonly status: Status;
  /** Share of the peers asked that suspect this one, 0 to 1. */
  readonly doubt: number;
  /** A few words for a label; empty when all is well. */
  readonly note: string;
}

export type Limits = Pick<RunInfo, "t_fail" | "t_cleanup">;

/** The member's word for its own name, as the course prints it. */
export const address = (peer: number): string => `${peer}.0.0.0:0`;

export function isUp(peer: PeerView): boolean {
  return peer.state === "member" || peer.state === "joining" || peer.state === "leaving";
}

const count = (peers: readonly PeerView[]): number =>
  peers.reduce((sum, peer) => sum + (peer.state === "member" ? 1 : 0), 0);

/** How many live members there are besides this one; `members` in all. */
export const others = (peer: PeerView, peers: readonly PeerView[], members = count(peers)): number =>
  members - (peer.state === "member" ? 1 : 0);

export function truth(peer: PeerView, peers: readonly PeerView[], members = count(peers)): Look {
  const asked = Math.max(others(peer, peers, members), peer.suspected_by);
  const doubt = asked ? peer.suspected_by / asked : 0;
  switch (peer.state) {
    case "waiting":
      return { status: "waiting", doubt: 0, note: "" };
    case "joining":
      return { status: "joining", doubt: 0, note: "joining" };
    case "leaving":
      return { status: "leaving", doubt, note: "leaving" };
    case "left":
      return { status: "left", doubt, note: `left at ${peer.since}` };
    case "failed":
      return peer.known_by === 0
        ? { status: "removed", doubt: 0, note: "removed by all" }
        : { status: "failed", doubt, note: doubt ? suspects(peer, asked) : `failed at ${peer.since}` };
    case "member":
      return peer.suspected_by
        ? { status: "suspected", doubt, note: suspects(peer, asked) }
        : { status: "alive", doubt: 0, note: "" };
  }
}

const suspects = (peer: PeerView, asked: number): string =>
  `suspected by ${peer.suspected_by}/${asked}`;

/** How one observer sees one member, by the age of its last heartbeat. */
export function belief(observer: number, member: number, age: number, limits: Limits): Look {
  if (observer === member) return { status: "self", doubt: 0, note: "observer" };
  if (age === NOT_LISTED) return { status: "unlisted", doubt: 0, note: "not listed" };
  if (age > limits.t_fail) return { status: "suspected", doubt: 1, note: `silent for ${age}` };
  return { status: "alive", doubt: 0, note: "" };
}

const decoded = new WeakMap<Snapshot, Uint8Array>();

/** The ages of a snapshot as bytes: row = observer, column = member. */
export function agesOf(snapshot: Snapshot): Uint8Array | null {
  if (snapshot.ages === null) return null;
  let bytes = decoded.get(snapshot);
  if (!bytes) {
    // A plain loop: with 1,000 peers and more this is a million bytes, once a second.
    const text = atob(snapshot.ages);
    bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    decoded.set(snapshot, bytes);
  }
  return bytes;
}

/** So many peers share a row and a column of the ages; 1: each belief can be told. */
export const blockOf = (snapshot: Snapshot): number =>
  Math.max(1, Math.ceil(snapshot.peers.length / snapshot.ages_side));

/** The peers of a row or column of the ages, numbered from 0: the first and the last. */
export function peersOf(snapshot: Snapshot, index: number): readonly [number, number] {
  const block = blockOf(snapshot);
  return [index * block + 1, Math.min(snapshot.peers.length, (index + 1) * block)];
}

/**
 * Age of the last heartbeat `observer` has of `member`; `NOT_LISTED` if there is none.
 *
 * In a large group the worst age of the block that the two belong to.
 */
export function ageOf(snapshot: Snapshot, observer: number, member: number): number {
  const block = blockOf(snapshot);
  const index = (peer: number) => Math.floor((peer - 1) / block);
  return agesOf(snapshot)?.[index(observer) * snapshot.ages_side + index(member)] ?? NOT_LISTED;
}

/** The look of every peer: the truth, or the belief of `observer`. */
export function looks(snapshot: Snapshot, observer: number | null, limits: Limits): Look[] {
  const members = count(snapshot.peers);
  return snapshot.peers.map((peer) =>
    observer === null
      ? truth(peer, snapshot.peers, members)
      : belief(observer, peer.peer, ageOf(snapshot, observer, peer.peer), limits),
  );
}
