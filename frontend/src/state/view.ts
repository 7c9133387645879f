/** What the page knows about one run: a plain value, changed only by `reduce`. */
import type {
  Frame,
  History,
  Mark,
  OperationView,
  Problem,
  RunGrade,
  RunInfo,
  Series,
  Snapshot,
} from "../wire";

export type Link = "connecting" | "live" | "lost";

export interface View {
  readonly run: string;
  readonly link: Link;
  /** Why the run cannot be shown at all, if so. */
  readonly problem: Problem | null;
  readonly info: RunInfo | null;
  readonly grade: RunGrade | null;
  /** The run itself, with the keys and ages of an earlier frame where the newest had none. */
  readonly live: Snapshot | null;
  /** The past tick being looked at; null while following the run. */
  readonly past: Snapshot | null;
  /** The past tick asked for; null while following the run.  `past` follows it. */
  readonly sought: number | null;
  /** Number of the last frame folded in. */
  readonly number: number;
  /** A frame was missed: only a new complete one can be trusted. */
  readonly missed: boolean;
  readonly operations: readonly OperationView[];
  readonly marks: readonly Mark[];
  readonly series: Series;
}

export type Message =
  | { type: "linked"; link: Link }
  | { type: "frame"; frame: Frame }
  | { type: "info"; info: RunInfo }
  | { type: "grade"; grade: RunGrade }
  | { type: "seek"; tick: number }
  | { type: "sought"; frame: Frame }
  | { type: "live" }
  | { type: "problem"; problem: Problem };

const NO_SERIES: Series = {
  start: 0,
  sent: [],
  received: [],
  lost: [],
  live: [],
  listed: [],
  suspected: [],
  copies: [],
  missing: [],
};

export function emptyView(run: string): View {
  return {
    run,
    link: "connecting",
    problem: null,
    info: null,
    grade: null,
    live: null,
    past: null,
    sought: null,
    number: 0,
    missed: false,
    operations: [],
    marks: [],
    series: NO_SERIES,
  };
}

export function reduce(view: View, message: Message): View {
  switch (message.type) {
    case "linked":
      return { ...view, link: message.link, problem: message.link === "live" ? null : view.problem };
    case "frame":
      return message.frame.run === view.run ? withFrame(view, message.frame) : view;
    case "info":
      return message.info.id === view.run ? { ...view, info: message.info } : view;
    case "grade":
      return message.grade.run === view.run ? { ...view, grade: message.grade } : view;
    case "seek":
      return { ...view, sought: message.tick };
    case "sought":
      // Answers to a seek that was given up come too late and change nothing.
      return view.sought === null ? view : { ...view, past: message.frame.snapshot };
    case "live":
      return { ...view, sought: null, past: null };
    case "problem":
      return { ...view, problem: message.problem };
  }
}

function withFrame(view: View, frame: Frame): View {
  if (!frame.complete && (view.missed || frame.number !== view.number + 1)) {
    return frame.number <= view.number ? view : { ...view, missed: true };
  }
  const base = frame.complete ? { ...view, operations: [], marks: [], series: NO_SERIES } : view;
  return {
    ...base,
    number: frame.number,
    missed: false,
    problem: null,
    live: withCarried(frame.snapshot, view.live),
    info: view.info && { ...view.info, tick: frame.snapshot.tick, state: frame.state },
    ...(frame.history ? withHistory(base, frame.history) : {}),
  };
}

/** Fill what a frame left out because it is unchanged (keys) or large (ages). */
function withCarried(snapshot: Snapshot, before: Snapshot | null): Snapshot {
  if (!before || (snapshot.keys && snapshot.ages)) return snapshot;
  const sameSize =
    before.peers.length === snapshot.peers.length && before.ages_side === snapshot.ages_side;
  return {
    ...snapshot,
    keys: snapshot.keys ?? before.keys,
    ages: snapshot.ages ?? (sameSize ? before.ages : null),
  };
}

function withHistory(view: View, history: History): Pick<View, "operations" | "marks" | "series"> {
  return {
    operations: mergeOperations(view.operations, history.operations),
    marks: history.marks.length ? [...view.marks, ...history.marks] : view.marks,
    series: mergeSeries(view.series, history.series),
  };
}

/** Both lists are in order of transaction; the newer version of an operation replaces the older. */
function mergeOperations(
  known: readonly OperationView[],
  news: readonly OperationView[],
): readonly OperationView[] {
  if (!news.length) return known;
  if (!known.length) return news;
  const changed = new Map(news.map((operation) => [operation.transaction, operation]));
  const merged = known.map((operation) => {
    const newer = changed.get(operation.transaction);
    changed.delete(operation.transaction);
    return newer ?? operation;
  });
  return [...merged, ...changed.values()];
}

function mergeSeries(known: Series, news: Series): Series {
  if (!news.sent.length) return known;
  if (!known.sent.length) return news;
  const kept = news.start - known.start;
  const join = (name: Exclude<keyof Series, "start">) => [
    ...known[name].slice(0, kept),
    ...news[name],
  ];
  return {
    start: known.start,
    sent: join("sent"),
    received: join("received"),
    lost: join("lost"),
    live: join("live"),
    listed: join("listed"),
    suspected: join("suspected"),
    copies: join("copies"),
    missing: join("missing"),
  };
}
