// Made by `python -m ringscope.server.typescript` from the server's types. Do not edit.

/** In `Snapshot.ages`: the observer does not list the member. */
export const NOT_LISTED = 255;

export type OperationKind = "create" | "read" | "update" | "delete";

export type Outcome = "success" | "failure" | "timeout" | "lost";

export type PeerState = "waiting" | "joining" | "member" | "leaving" | "failed" | "left";

export type Unknown = "messages" | "ages" | "positions" | "keys";

export type RunState = "running" | "paused" | "finished" | "broken";

export type RunOrigin = "run" | "log";

export type GradingState = "running" | "done" | "failed" | "cancelled";

export type Lane = "failure" | "detection" | "operation" | "network" | "peer";

/**
 * One picture.  `number` counts the frames of a run; a page that misses one watches again.
 *
 * `complete`: stands alone; else `history` is what changed since frame `number - 1` and
 * `snapshot.keys` may be None (unchanged).  A seek's frame has no history.
 */
export interface Frame {
  run: string;
  number: number;
  complete: boolean;
  state: RunState;
  snapshot: Snapshot;
  history: History | null;
}

/** Nothing more to say. */
export interface Done {
}

/**
 * One run.  `tick`: the live tick; `ticks`: its length; `speed`: ticks per second, 0 for
 * as fast as it goes.  `actions`: lines injected by hand so far, with their ticks.
 *
 * `scenario`: its text; empty in the list of all runs, which would be too long with it.
 * `origin`: `log` for the replay of a log that `grading` has graded.  It has come to its end
 * and can only be looked at; nobody knows its `seed`, `fanout`, `t_fail` and `t_cleanup`,
 * which are 0, nor its `scenario`, which is empty.
 */
export interface RunInfo {
  id: string;
  name: string;
  scenario: string;
  seed: number;
  peers: number;
  tick: number;
  ticks: number;
  state: RunState;
  speed: number;
  fanout: number;
  t_fail: number;
  t_cleanup: number;
  replicas: number;
  read_quorum: number;
  write_quorum: number;
  actions: readonly string[];
  created: string;
  error: string | null;
  origin: RunOrigin;
  grading: string | null;
}

/** Show me run `run` from now on. */
export interface Watch {
  run: string;
}

/** Stop sending the frames of run `run`. */
export interface Unwatch {
  run: string;
}

/** Show me run `run` as it was after `tick` ticks. */
export interface Seek {
  run: string;
  tick: number;
}

/** Drive a run.  `value`: ticks per second for `speed`, a number of ticks for `step`. */
export interface Control {
  run: string;
  command: "pause" | "resume" | "speed" | "step";
  value?: number | null;
}

/** Do something to run `run` in its next tick: a timeline line without its `AT <tick>`. */
export interface Act {
  run: string;
  line: string;
}

/**
 * The grade of a run as of `tick`; `final` once the run has ended.
 *
 * Sections: `mp1` (membership) and `mp2` (store); the one that does not apply has no checks.
 */
export interface RunGrade {
  run: string;
  tick: number;
  final: boolean;
  mp1: Section;
  mp2: Section;
  note: string;
}

/** What went wrong, in the form of RFC 9457 (application/problem+json). */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  type: string;
}

/**
 * A stored scenario.  `shipped`: one of ours, cannot be overwritten.  `summary`: its
 * opening comment, or a sentence made from its keys.
 */
export interface ScenarioInfo {
  name: string;
  text: string;
  shipped: boolean;
  summary: string;
}

/**
 * Scenarios graded without watching them; `done` of `total` runs are through.
 *
 * `reports`: one for each seed, as far as they are known.  `error`: why it `failed`.
 */
export interface Grading {
  job: string;
  state: GradingState;
  seeds: string;
  scenarios: readonly string[];
  done: number;
  total: number;
  reports: readonly Report[];
  error: string | null;
}

/** What was uploaded, graded; kept until newer ones need the room. */
export interface LogGrading {
  id: string;
  created: string;
  sets: readonly LogSetGrade[];
}

/** Lines of a log; the first of them is number `first`, and the log has `total`. */
export interface LogLines {
  first: number;
  total: number;
  lines: readonly string[];
}

/**
 * The first event of every stream: all that is needed to compute the run again.
 *
 * `scenario` is the text of the `.conf`, `engine` the version of the rules.
 */
export interface RunStarted {
  event: "RunStarted";
  tick: number;
  name: string;
  scenario: string;
  seed: number;
  peers: number;
  ticks: number;
  engine: string;
}

/**
 * An action took effect.  `line` is its timeline form, for example `AT 120 FAIL 3`.
 *
 * `injected` tells the actions of a person (a click, a REST call) from those of the scenario.
 */
export interface ActionApplied {
  event: "ActionApplied";
  tick: number;
  line: string;
  injected: boolean;
}

/** An action could not be carried out; `reason` is one sentence.  The run goes on. */
export interface ActionRejected {
  event: "ActionRejected";
  tick: number;
  line: string;
  reason: string;
}

/** A peer came up.  `starts_group`: it declares itself the group instead of asking to join. */
export interface PeerStarted {
  event: "PeerStarted";
  tick: number;
  peer: number;
  starts_group: boolean;
}

/**
 * A peer crashed and lost its memory.
 *
 * `group_failure`: one of the course's "half the group" (its log line is spelt differently).
 */
export interface PeerFailed {
  event: "PeerFailed";
  tick: number;
  peer: number;
  group_failure: boolean;
}

/** A peer announced that it leaves and hands its keys over. */
export interface PeerLeaving {
  event: "PeerLeaving";
  tick: number;
  peer: number;
}

/** A leaving peer has gone. */
export interface PeerLeft {
  event: "PeerLeft";
  tick: number;
  peer: number;
}

/** `observers[i]` added `members[i]` to its member list. */
export interface MembersJoined {
  event: "MembersJoined";
  tick: number;
  observers: readonly number[];
  members: readonly number[];
}

/** `observers[i]` has seen no new heartbeat of `members[i]` for more than T_fail ticks. */
export interface MembersSuspected {
  event: "MembersSuspected";
  tick: number;
  observers: readonly number[];
  members: readonly number[];
}

/** `observers[i]` suspected `members[i]` and has now seen a newer heartbeat. */
export interface MembersTrusted {
  event: "MembersTrusted";
  tick: number;
  observers: readonly number[];
  members: readonly number[];
}

/** `observers[i]` deleted `members[i]`: silent for more than T_cleanup ticks, or it left. */
export interface MembersRemoved {
  event: "MembersRemoved";
  tick: number;
  observers: readonly number[];
  members: readonly number[];
}

/** From this tick on each message is lost with this `probability` (0: reliable). */
export interface LossChanged {
  event: "LossChanged";
  tick: number;
  probability: number;
}

/** From this tick on only peers of one group reach each other; no groups: healed. */
export interface PartitionChanged {
  event: "PartitionChanged";
  tick: number;
  groups: readonly (readonly number[])[];
}

/**
 * All messages of one layer that peers sent in this tick, in sending order.
 *
 * `fates[i]` is 0 when message i is under way, 1 when it was lost by chance, 2 when a
 * partition cut it.
 */
export interface MessagesSent {
  event: "MessagesSent";
  tick: number;
  layer: "membership" | "store";
  kinds: readonly string[];
  sources: readonly number[];
  targets: readonly number[];
  fates: readonly number[];
}

/** What each peer sent and received on one layer in this tick; column i is peer i + 1. */
export interface MessagesCounted {
  event: "MessagesCounted";
  tick: number;
  layer: "membership" | "store";
  sent: readonly number[];
  received: readonly number[];
}

/** The last event of every tick: message counts over all peers, in both layers together. */
export interface TickEnded {
  event: "TickEnded";
  tick: number;
  sent: number;
  received: number;
  lost: number;
}

/**
 * A client asked `coordinator`.  `value`: what is written, or for the course's driver what
 * a read or delete is about.  `transaction` counts from 1 over the whole run.
 */
export interface OperationStarted {
  event: "OperationStarted";
  tick: number;
  transaction: number;
  kind: OperationKind;
  key: string;
  value: string | null;
  coordinator: number;
  replicas: readonly number[];
  quorum: number;
}

/** `peer` carried out its part of a client operation (`ok`) or could not. */
export interface ReplicaAnswered {
  event: "ReplicaAnswered";
  tick: number;
  transaction: number;
  kind: OperationKind;
  key: string;
  value: string | null;
  peer: number;
  ok: boolean;
}

/**
 * The one end of an operation.
 *
 * `success`: a quorum said yes; `failure`: so many said no that a quorum is impossible, and
 * a write is taken back; `timeout`: too few answered in time, so the write may or may not have
 * happened; `lost`: the coordinator itself went down and nobody will ever be told.  An operation
 * still under way when the run is over has no end.
 */
export interface OperationEnded {
  event: "OperationEnded";
  tick: number;
  transaction: number;
  kind: OperationKind;
  key: string;
  value: string | null;
  coordinator: number;
  outcome: Outcome;
  accepted: number;
  answered: number;
}

/**
 * `peer` now holds this version of `key`; a `value` of None is a tombstone.
 *
 * `cause`: a client's `write`, `stabilisation`, `repair` after a read, or `undo` of a
 * write that failed, which puts back what it replaced.
 */
export interface CopyStored {
  event: "CopyStored";
  tick: number;
  peer: number;
  key: string;
  value: string | null;
  version: readonly [number, number, number];
  cause: "repair" | "stabilisation" | "undo" | "write";
}

/**
 * `peer` gave up its copy.
 *
 * Either it left the key's replica set, and that whole set holds the key; or the copy was that of
 * a create that failed and was taken back.
 */
export interface CopyDropped {
  event: "CopyDropped";
  tick: number;
  peer: number;
  key: string;
}

/**
 * State after `tick` ticks have been computed (0: nothing has happened yet).
 *
 * `ages`: a square of bytes, row = observer, column = member: ticks since the observer saw a
 * newer heartbeat of the member, at most 254, or `NOT_LISTED`.  None: too large to send this time.
 * `ages_side`: its side; N up to `AGES_SIDE` peers.  In larger groups each cell stands for a
 * block of ceil(N / ages_side) peers by as many, and shows the worst of them: the oldest age, or
 * `NOT_LISTED`.  What a peer believes of itself, and observers that are down, count only where
 * there is nothing else in the block.
 * `keys` in byte order of the key, at most `KEYS_SHOWN` of the `key_count` there are; None on
 * the wire: unchanged since the frame before.
 * `loss`: probability now; `groups`: partition now, empty when there is none.
 * `unknown`: what this picture cannot tell, because it was made from a log.  Without
 * `messages` there are none, nor `loss` and `groups`; without `ages` there are only 0 for
 * listed and `NOT_LISTED`; without `positions` peers and keys stand in order, evenly apart;
 * without `keys` replicas are those who answered, and holders those who said they stored it.
 */
export interface Snapshot {
  tick: number;
  peers: readonly PeerView[];
  ages: string | null;
  keys: readonly KeyView[] | null;
  messages: MessageView;
  loss: number;
  groups: readonly (readonly number[])[];
  key_count: number;
  ages_side: number;
  unknown: readonly Unknown[];
}

/**
 * What has happened.  In a complete frame: everything up to the live tick; else only what is
 * new or changed since the frame before (operations are replaced by transaction number).
 */
export interface History {
  operations: readonly OperationView[];
  marks: readonly Mark[];
  series: Series;
}

/** The checks of one assignment, in the official order, and their sum. */
export interface Section {
  total: number;
  max: number;
  checks: readonly Check[];
}

/** The grade of one seed: both assignments. */
export interface Report {
  seed: number;
  mp1: Section;
  mp2: Section;
}

/**
 * The grade of the logs of one submission, called `path`.
 *
 * `official` and `strict`: None if not asked for.  `error`: why it could not be graded, in
 * a sentence; `kind` may be None then.  `notes`: what else is worth knowing.
 */
export interface LogSetGrade {
  path: string;
  kind: "mp1" | "mp2" | null;
  official: Section | null;
  strict: Section | null;
  notes: readonly string[];
  error: string | null;
  logs: readonly LogOf[];
}

/**
 * One peer: the truth about it (`state`) and what the others believe (the counts).
 *
 * `position` is its place on the ring as a share of the whole turn, 0 <= position < 1.
 * `since`: tick when it last started, failed, began to leave, or left.  `copies`: keys it
 * holds (tombstones not counted).  `known_by` / `suspected_by`: how many live other peers
 * list / suspect it.
 */
export interface PeerView {
  peer: number;
  state: PeerState;
  position: number;
  since: number;
  copies: number;
  known_by: number;
  suspected_by: number;
}

/**
 * One key: where it belongs and where it is.
 *
 * `replicas`: the replica set over the live members, primary first.  `holders`: the live
 * peers that hold the newest version; `stale`: those that hold an older one.
 */
export interface KeyView {
  key: string;
  position: number;
  value: string;
  replicas: readonly number[];
  holders: readonly number[];
  stale: readonly number[];
}

/**
 * Messages sent in the snapshot's last tick; columns as in `events.MessagesSent`.
 *
 * `every`: of the membership messages every so-many-th is listed (1: all), store messages all.
 */
export interface MessageView {
  kinds: readonly string[];
  sources: readonly number[];
  targets: readonly number[];
  fates: readonly number[];
  every: number;
}

/** A client operation as far as it has got; `ended` and `outcome` are None while it runs. */
export interface OperationView {
  transaction: number;
  kind: OperationKind;
  key: string;
  value: string | null;
  coordinator: number;
  replicas: readonly number[];
  quorum: number;
  started: number;
  answers: readonly Answer[];
  ended: number | null;
  outcome: Outcome | null;
}

/** Something worth a mark on the timeline, with the sentence that explains it. */
export interface Mark {
  tick: number;
  lane: Lane;
  peer: number | null;
  text: string;
}

/**
 * Counts per tick, equally long columns, the first for tick `start`.
 *
 * `sent`, `received`, `lost`: messages; `live`: peers that are members; `listed`:
 * entries about others in all live member lists; `suspected`: those of them under suspicion;
 * `copies`: copies of keys that live peers hold; `missing`: copies that the existing keys
 * lack, counting for each the replication factor (or all members, if they are fewer).
 */
export interface Series {
  start: number;
  sent: readonly number[];
  received: readonly number[];
  lost: readonly number[];
  live: readonly number[];
  listed: readonly number[];
  suspected: readonly number[];
  copies: readonly number[];
  missing: readonly number[];
}

/**
 * One graded rule.
 *
 * `id` names it for machines (`read.3.1`), `title` in plain words.  `passed` is None while
 * the run has not come to the tick that decides it.  `reason` is one sentence: what was
 * expected and what was seen.  `tick`: the moment to look at, None when there is none.
 * `explanation`: of lost points, where one was asked for.
 */
export interface Check {
  id: string;
  title: string;
  points: number;
  max: number;
  passed: boolean | null;
  reason: string;
  evidence: readonly Evidence[];
  tick: number | null;
  explanation: Explanation | null;
}

/**
 * The log of one of the course's scenarios, `test`, in a log set.
 *
 * `replay`: id of the run that shows it and of its lines; if None, `why` says why not.
 * `lines`: how many it has; `unread`: those that are neither blank nor understood.
 */
export interface LogOf {
  test: string;
  replay: string | null;
  lines: number;
  unread: number;
  why: string;
}

/** A replica's answer to an operation. */
export interface Answer {
  tick: number;
  peer: number;
  ok: boolean;
}

/** A line of dbg.log that speaks for or against: its number in the file (from 1), tick, text. */
export interface Evidence {
  line: number;
  tick: number;
  text: string;
}

/**
 * Why points were lost, in the words of somebody who reads the log with its author.
 *
 * `rule`: what was asked for, in a sentence.  `peers` and `keys`: whom and what it is about,
 * as far as the log tells.  `expected` and `seen`: in figures.  `causes`: what the log shows
 * to have gone wrong, the most telling first; never a guess that no line speaks for.
 * `specific`: a cause was found in the log; otherwise `causes` say where to look.
 * `more`: how many lines speak for it beyond those shown as evidence.
 */
export interface Explanation {
  rule: string;
  expected: string;
  seen: string;
  peers: readonly number[];
  keys: readonly string[];
  causes: readonly string[];
  specific: boolean;
  more: number;
}

/** Every observable fact of a run. */
export type AnyEvent =
  | RunStarted
  | ActionApplied
  | ActionRejected
  | PeerStarted
  | PeerFailed
  | PeerLeaving
  | PeerLeft
  | MembersJoined
  | MembersSuspected
  | MembersTrusted
  | MembersRemoved
  | LossChanged
  | PartitionChanged
  | MessagesSent
  | MessagesCounted
  | TickEnded
  | OperationStarted
  | ReplicaAnswered
  | OperationEnded
  | CopyStored
  | CopyDropped;

/** What the page may ask over Socket.IO, each with its acknowledgement. */
export interface ClientEvents {
  watch: (payload: Watch, answer: (value: Frame | Problem) => void) => void;
  unwatch: (payload: Unwatch, answer: (value: Done | Problem) => void) => void;
  seek: (payload: Seek, answer: (value: Frame | Problem) => void) => void;
  control: (payload: Control, answer: (value: RunInfo | Problem) => void) => void;
  act: (payload: Act, answer: (value: RunInfo | Problem) => void) => void;
}

/** What the server sends over Socket.IO. */
export interface ServerEvents {
  frame: (payload: Frame) => void;
  run: (payload: RunInfo) => void;
  grade: (payload: RunGrade) => void;
  gone: (payload: Problem) => void;
}
