/** What a person reads out of graded logs: submissions, their points, and what went wrong most. */
import type { Check, LogOf, LogSetGrade, RunGrade, Section } from "../wire";

export type Kind = "mp1" | "mp2";
export type Rubric = "official" | "strict";

export const KINDS: readonly Kind[] = ["mp1", "mp2"];
export const ASSIGNMENTS: Record<Kind, string> = {
  mp1: "Assignment 1 · membership",
  mp2: "Assignment 2 · key-value store",
};
export const RUBRICS: Record<Rubric, { readonly title: string; readonly words: string }> = {
  official: { title: "Official", words: "What the course's grader makes of these logs, check by check." },
  strict: {
    title: "Strict",
    words: "What the course's grader forgets or counts wrongly. These points are never added to the official ones.",
  },
};

export interface Scenario {
  readonly name: string;
  readonly kind: Kind;
  readonly words: string;
}

/** The scenarios of the course, in the order of its graders. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "singlefailure", kind: "mp1", words: "one peer fails" },
  { name: "multifailure", kind: "mp1", words: "half the group fails" },
  { name: "msgdropsinglefailure", kind: "mp1", words: "one peer fails while messages are lost" },
  { name: "create", kind: "mp2", words: "keys are created" },
  { name: "delete", kind: "mp2", words: "keys are deleted" },
  { name: "read", kind: "mp2", words: "a key is read while its replicas fail" },
  { name: "update", kind: "mp2", words: "a key is updated while its replicas fail" },
];

const SHORT: Record<string, string> = {
  single: "singlefailure",
  multi: "multifailure",
  drop: "msgdropsinglefailure",
};

/** The scenario that a check is about: the first word of its id after the rubric's. */
export function scenarioOf(check: Pick<Check, "id">): string {
  const word = check.id.replace(/^strict\./, "").split(".")[0]!;
  return SHORT[word] ?? word;
}

/** The scenario that a file's name tells, such as `read.log`; null if it tells none. */
export const scenarioOfFile = (name: string): string | null =>
  SCENARIOS.find((scenario) => `${scenario.name}.log` === name.toLowerCase())?.name ?? null;

/** The logs of one person: at most one set for each assignment. */
export interface Submission {
  /** Its place in the order of upload, from 1. */
  readonly number: number;
  readonly path: string;
  readonly name: string;
  readonly sets: readonly LogSetGrade[];
  readonly error: string | null;
}

export function submissionsOf(sets: readonly LogSetGrade[]): Submission[] {
  const groups = new Map<string, LogSetGrade[]>();
  for (const set of sets) {
    // Two of one name and kind, as from two zips, are two submissions.
    let key = set.path;
    while (groups.get(key)?.some((other) => other.kind === set.kind)) key += "\0";
    groups.set(key, [...(groups.get(key) ?? []), set]);
  }
  const all = [...groups.values()];
  const names = shortNames(all.map(([first]) => first!.path));
  return all.map((own, i) => ({
    number: i + 1,
    path: own[0]!.path,
    name: names[i]!,
    sets: own,
    error: own.map((set) => set.error).find((error) => error !== null) ?? null,
  }));
}

/** The paths without the folders that all of them share. */
export function shortNames(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split("/"));
  const least = Math.min(...split.map((parts) => parts.length - 1));
  let shared = 0;
  while (paths.length && shared < least && split.every((parts) => parts[shared] === split[0]![shared])) shared++;
  return split.map((parts) => parts.slice(shared).join("/"));
}

export const sectionOf = (submission: Submission, kind: Kind, rubric: Rubric): Section | null =>
  submission.sets.find((set) => set.kind === kind)?.[rubric] ?? null;

export interface Points {
  readonly total: number;
  readonly max: number;
}

/** Points of all assignments together; null where nothing was graded. */
export function pointsOf(submission: Submission, rubric: Rubric): Points | null {
  const sections = KINDS.flatMap((kind) => sectionOf(submission, kind, rubric) ?? []);
  if (!sections.length) return null;
  return {
    total: sections.reduce((sum, section) => sum + section.total, 0),
    max: sections.reduce((sum, section) => sum + section.max, 0),
  };
}

export function lostChecks(submission: Submission, rubric: Rubric): Check[] {
  return KINDS.flatMap((kind) => sectionOf(submission, kind, rubric)?.checks ?? []).filter(isLost);
}

export const isLost = (check: Check): boolean => check.passed === false;

/** The assignments for which anybody has points. */
export const kindsIn = (submissions: readonly Submission[]): Kind[] =>
  KINDS.filter((kind) => submissions.some((one) => one.sets.some((set) => set.kind === kind)));

// --- one log of a set ---

export interface LogChecks {
  readonly scenario: string;
  readonly log: LogOf | null;
  readonly checks: readonly Check[];
  readonly total: number;
  readonly max: number;
}

/** The checks of a set by the log they are about, in the official order. */
export function byLog(set: LogSetGrade, rubric: Rubric): LogChecks[] {
  const checks = set[rubric]?.checks ?? [];
  return SCENARIOS.flatMap(({ name, kind }) => {
    const own = checks.filter((check) => scenarioOf(check) === name);
    const log = set.logs.find((one) => one.test === name) ?? null;
    if (kind !== set.kind || (!own.length && !log)) return [];
    const sum = (what: "points" | "max") => own.reduce((total, check) => total + check[what], 0);
    return [{ scenario: name, log, checks: own, total: round(sum("points")), max: round(sum("max")) }];
  });
}

const round = (points: number): number => Number(points.toFixed(4));

/** The grade of the replay `run`: the official checks of the log that it shows; null if unknown. */
export function gradeOfReplay(sets: readonly LogSetGrade[], run: string, tick: number): RunGrade | null {
  for (const set of sets) {
    const log = set.logs.find((one) => one.replay === run);
    if (!log) continue;
    const own = byLog(set, "official").find((one) => one.log === log);
    const section: Section = { total: own?.total ?? 0, max: own?.max ?? 0, checks: own?.checks ?? [] };
    const none: Section = { total: 0, max: 0, checks: [] };
    const [mp1, mp2] = set.kind === "mp1" ? [section, none] : [none, section];
    return { run, tick, final: true, mp1, mp2, note: "" };
  }
  return null;
}

/** The number of the submission whose log the replay `run` shows; null where there is but one. */
export function submissionOfReplay(sets: readonly LogSetGrade[], run: string): number | null {
  const all = submissionsOf(sets);
  const own = all.find((one) => one.sets.some((set) => set.logs.some((log) => log.replay === run)));
  return all.length > 1 && own ? own.number : null;
}

// --- a class ---

/** Columns of the class's table: a name, or an assignment by a rubric. */
export type Column = "name" | "lost" | `${Kind}.${Rubric}`;

export interface Order {
  readonly column: Column;
  readonly down: boolean;
}

export function readOrder(text: string | null): Order {
  const known = /^(-?)(name|lost|mp[12]\.(?:official|strict))$/.exec(text ?? "");
  return known ? { column: known[2] as Column, down: known[1] === "-" } : { column: "name", down: false };
}

export const writeOrder = ({ column, down }: Order): string => (down ? "-" : "") + column;

const collator = new Intl.Collator("en", { numeric: true });

/** Sorted copies; what has no value comes last either way, equals by name. */
export function sorted(submissions: readonly Submission[], order: Order): Submission[] {
  const keyed = submissions.map((one) => ({ one, key: keyOf(one, order.column) }));
  const sign = order.down ? -1 : 1;
  keyed.sort((a, b) => {
    const byName = collator.compare(a.one.name, b.one.name);
    if (order.column === "name") return sign * byName;
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null) || byName;
    return sign * (a.key - b.key) || byName;
  });
  return keyed.map(({ one }) => one);
}

function keyOf(submission: Submission, column: Column): number | null {
  if (column === "name") return null;
  if (column === "lost") return submission.error ? null : lostChecks(submission, "official").length;
  const [kind, rubric] = column.split(".") as [Kind, Rubric];
  return sectionOf(submission, kind, rubric)?.total ?? null;
}

/** Whether all words are found in its name, in the ids or titles of its lost checks, or its error. */
export function matching(submissions: readonly Submission[], words: string): readonly Submission[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return submissions;
  return submissions.filter((one) => {
    const text = textOf(one);
    return wanted.every((word) => text.includes(word));
  });
}

const texts = new WeakMap<Submission, string>();

function textOf(submission: Submission): string {
  let text = texts.get(submission);
  if (text === undefined) {
    const lost = (["official", "strict"] as const).flatMap((rubric) => lostChecks(submission, rubric));
    const words = lost.map((check) => `${check.id} ${check.title}`);
    text = [submission.path, submission.error ?? "", ...words].join("\n").toLowerCase();
    texts.set(submission, text);
  }
  return text;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** How many have so many points: steps of ten, and full marks on their own. */
export function distribution(totals: readonly number[], max: number): Bin[] {
  const bins: Bin[] = [];
  for (let from = 0; from < max; from += 10) {
    const next = Math.min(from + 10, max);
    const count = totals.filter((total) => total >= from && total < next).length;
    bins.push({ from, to: next - 1, count });
  }
  bins.push({ from: max, to: max, count: totals.filter((total) => total >= max).length });
  return bins;
}

export interface Failing {
  readonly id: string;
  readonly title: string;
  /** How many submissions lost points here, of so many that have the check. */
  readonly lost: number;
  readonly of: number;
  /** Mean points lost by those. */
  readonly mean: number;
}

/** The checks that cost points, the most frequent first. */
export function failing(submissions: readonly Submission[], kind: Kind, rubric: Rubric): Failing[] {
  const found = new Map<string, { title: string; lost: number; of: number; points: number }>();
  for (const submission of submissions)
    for (const check of sectionOf(submission, kind, rubric)?.checks ?? []) {
      const sum = found.get(check.id) ?? { title: check.title, lost: 0, of: 0, points: 0 };
      sum.of++;
      if (isLost(check)) {
        sum.lost++;
        sum.points += check.max - check.points;
      }
      found.set(check.id, sum);
    }
  return [...found]
    .filter(([, sum]) => sum.lost)
    .map(([id, { title, lost, of, points }]) => ({ id, title, lost, of, mean: points / lost }))
    .sort((a, b) => b.lost - a.lost);
}
