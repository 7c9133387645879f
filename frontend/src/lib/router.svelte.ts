/** Where the page is; the address bar follows, and the back button works. */
import { type Place, readPlace, runOf, writePlace } from "./url";

class Router {
  place: Place = $state.raw(readPlace(location.pathname, location.search));
  /** Whether the address is that of a page. */
  known = $state(runOf(location.pathname) !== undefined);
  private timer = 0;

  constructor() {
    addEventListener("popstate", () => {
      this.place = readPlace(location.pathname, location.search);
      this.known = runOf(location.pathname) !== undefined;
    });
  }

  /** Open another run (or the start page). */
  open(run: string | null): void {
    clearTimeout(this.timer);
    this.place = { run, tick: null, selection: null, observer: null, tab: null };
    this.known = true;
    history.pushState(null, "", writePlace(this.place));
    scrollTo(0, 0);
  }

  /** Note where one is in the address bar, not more often than browsers allow. */
  note(place: Place): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (this.place.run === place.run) history.replaceState(null, "", writePlace(place));
    }, 250);
  }
}

export const router = new Router();

/** Follow links inside the page without loading it again. */
export function inside(event: MouseEvent, run: string | null): void {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  router.open(run);
}
