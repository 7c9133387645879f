/** Small hand-made values; each test says only what it is about. */
import type {
  Check,
  Frame,
  KeyView,
  LogOf,
  LogSetGrade,
  Mark,
  OperationView,
  PeerView,
  RunInfo,
  Section,
  Series,
  Snapshot,
} from "../src/wire";

export const peer = (number: number, over: Partial<PeerView> = {}): PeerView => ({
  peer: number,
  state: "member",
  position: (number - 1) / 10,
  since: 1,
  copies: 30,
  known_by: 2,
  suspected_by: 0,
  ...over,
});

export const key = (name: string, over: Partial<KeyView> = {}): KeyView => ({
  key: name,
  position: 0.5,
  value: "v",
  replicas: [1, 2, 3],
  holders: [1, 2, 3],
  stale: [],
  ...over,
});

export const snapshot = (tick: number, over: Partial<Snapshot> = {}): Snapshot => ({
  tick,
  peers: [peer(1), peer(2), peer(3)],
  ages: btoa("\x00\x01\x0f\x01\x00\x02\xff\x19\x00"),
  keys: [key("a")],
  messages: { kinds: [], sources: [], targets: [], fates: [], every: 1 },
  loss: 0,
  groups: [],
  key_count: 1,
  ages_side: 3,
  unknown: [],
  ...over,
});

export const series = (start: number, sent: number[], lost: number[] = sent.map(() => 0)): Series => ({
  start,
  sent,
  lost,
  received: sent,
  live: sent,
  listed: sent,
  suspected: sent,
  copies: sent,
  missing: sent,
});

export const operation = (transaction: number, over: Partial<OperationView> = {}): OperationView => ({
  transaction,
  kind: "read",
  key: "a",
  value: null,
  coordinator: 1,
  replicas: [1, 2, 3],
  quorum: 2,
  started: 10,
  answers: [],
  ended: null,
  outcome: null,
  ...over,
});

export const mark = (tick: number, over: Partial<Mark> = {}): Mark => ({
  tick,
  lane: "failure",
  peer: 3,
  text: "Peer 3 fails.",
  ...over,
});

export const frame = (number: number, over: Partial<Frame> = {}): Frame => ({
  run: "r",
  number,
  complete: false,
  state: "running",
  snapshot: snapshot(number),
  history: null,
  ...over,
});

export const info = (over: Partial<RunInfo> = {}): RunInfo => ({
  id: "r",
  name: "read",
  scenario: "MAX_NNB: 3",
  seed: 7,
  peers: 3,
  tick: 0,
  ticks: 700,
  state: "running",
  speed: 10,
  fanout: 3,
  t_fail: 10,
  t_cleanup: 20,
  replicas: 3,
  read_quorum: 2,
  write_quorum: 2,
  actions: [],
  created: "2026-01-01T00:00:00Z",
  error: null,
  origin: "run",
  grading: null,
  ...over,
});

export const check = (id: string, over: Partial<Check> = {}): Check => ({
  id,
  title: id,
  points: 1,
  max: 1,
  passed: true,
  reason: "",
  evidence: [],
  tick: null,
  explanation: null,
  ...over,
});

export const section = (checks: readonly Check[]): Section => ({
  total: checks.reduce((sum, one) => sum + one.points, 0),
  max: checks.reduce((sum, one) => sum + one.max, 0),
  checks,
});

export const logOf = (test: string, over: Partial<LogOf> = {}): LogOf => ({
  test,
  replay: null,
  lines: 700,
  unread: 0,
  why: "",
  ...over,
});

export const logSet = (path: string, over: Partial<LogSetGrade> = {}): LogSetGrade => ({
  path,
  kind: "mp2",
  official: section([]),
  strict: section([]),
  notes: [],
  error: null,
  logs: [],
  ...over,
});
