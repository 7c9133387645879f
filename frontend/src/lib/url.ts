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

const whole = (text: string | null): number | null =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;

/** The run that a path names; null: the start page; undefined: there is no such page. */
export function runOf(path: string): string | null | undefined {
  if (/^\/(runs\/?)?$/.test(path)) return null;
  const run = /^\/runs\/([^/]+)\/?$/.exec(path);
  try {
    return run ? decodeURIComponent(run[1]!) : undefined;
  } catch {
    return undefined; // a % that encodes nothing
  }
}

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
  const query = search.toString();
  return `/runs/${encodeURIComponent(place.run)}${query ? `?${query}` : ""}`;
}
