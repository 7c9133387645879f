import { type Order, readOrder, type Rubric, writeOrder } from "../state/grading";

/** The address bar holds where one is: the run, the tick, and what is selected. */

export type Selection =
  | { readonly type: "peer"; readonly peer: number }
  | { readonly type: "key"; readonly key: string };

export interface Place {
  /** null: the start page. */
  readonly run: string | null;
  readonly tick: number | null;
  readonly selection: Selection | null;
  readonly observer: number | null;
  readonly tab: string | null;
}

/** A page of graded logs. */
export interface GradePlace {
  /** null: nothing is graded yet, and one is asked for logs. */
  readonly grading: string | null;
  /** Which submission of several; null: the class. */
  readonly submission: number | null;
  readonly rubric: Rubric;
  readonly order: Order;
  readonly words: string;
}

const whole = (text: string | null): number | null =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;

/** The run that a path names; null: the start page; undefined: there is no such page. */
export function runOf(path: string): string | null | undefined {
  if (/^\/(runs\/?)?$/.test(path)) return null;
  return named(/^\/runs\/([^/]+)\/?$/.exec(path));
}

function named(found: RegExpExecArray | null): string | undefined {
  try {
    return found ? decodeURIComponent(found[1]!) : undefined;
  } catch {
    return undefined; // a % that encodes nothing
  }
}

/** The page of graded logs that an address names; null: it is another page. */
export function readGradePlace(path: string, query: string): GradePlace | null {
  const grading = /^\/grade\/?$/.test(path) ? null : named(/^\/grade\/([^/]+)\/?$/.exec(path));
  if (grading === undefined) return null;
  const search = new URLSearchParams(query);
  return {
    grading,
    submission: whole(search.get("submission")),
    rubric: search.get("rubric") === "strict" ? "strict" : "official",
    order: readOrder(search.get("sort")),
    words: search.get("find") ?? "",
  };
}

export const gradePlace = (grading: string | null): GradePlace => ({
  grading,
  submission: null,
  rubric: "official",
  order: readOrder(null),
  words: "",
});

export function writeGradePlace(place: GradePlace): string {
  if (place.grading === null) return "/grade";
  const search = new URLSearchParams();
  if (place.submission !== null) search.set("submission", String(place.submission));
  if (place.rubric !== "official") search.set("rubric", place.rubric);
  if (writeOrder(place.order) !== "name") search.set("sort", writeOrder(place.order));
  if (place.words) search.set("find", place.words);
  return addressOf(`/grade/${encodeURIComponent(place.grading)}`, search);
}

const addressOf = (path: string, search: URLSearchParams): string =>
  search.size ? `${path}?${search.toString()}` : path;

export function readPlace(path: string, query: string): Place {
  const search = new URLSearchParams(query);
  const peer = whole(search.get("peer"));
  const key = search.get("key");
  return {
    run: runOf(path) ?? null,
    tick: whole(search.get("tick")),
    selection: key !== null ? { type: "key", key } : peer !== null ? { type: "peer", peer } : null,
    observer: whole(search.get("view")),
    tab: search.get("tab"),
  };
}

export function writePlace(place: Place): string {
  if (place.run === null) return "/";
  const search = new URLSearchParams();
  if (place.tick !== null) search.set("tick", String(place.tick));
  if (place.selection?.type === "peer") search.set("peer", String(place.selection.peer));
  if (place.selection?.type === "key") search.set("key", place.selection.key);
  if (place.observer !== null) search.set("view", String(place.observer));
  if (place.tab !== null) search.set("tab", place.tab);
  return addressOf(`/runs/${encodeURIComponent(place.run)}`, search);
}
