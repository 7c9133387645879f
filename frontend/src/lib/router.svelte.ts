/** Where the page is; the address bar follows, and the back button works. */
import {
  type GradePlace,
  gradePlace,
  type Place,
  readGradePlace,
  readPlace,
  runOf,
  type Selection,
  writeGradePlace,
  writePlace,
} from "./url";

const NOWHERE: Place = { run: null, tick: null, selection: null, observer: null, tab: null };

class Router {
  place: Place = $state.raw(NOWHERE);
  /** The page of graded logs, if it is open; `place` means nothing then. */
  grade: GradePlace | null = $state.raw(null);
  /** Whether the address is that of a page. */
  known = $state(true);
  private timer = 0;

  constructor() {
    this.read();
    addEventListener("popstate", () => this.read());
  }

  /** Open another run (or the start page), at its end or at a moment of it. */
  open(run: string | null, tick: number | null = null, selection: Selection | null = null): void {
    this.place = { ...NOWHERE, run, tick, selection };
    this.grade = null;
    this.show(writePlace(this.place));
  }

  /** Open the page of graded logs. */
  openGrade(place: GradePlace): void {
    this.grade = place;
    this.show(writeGradePlace(place));
  }

  /** Look at the same graded logs in another way, which is no step for the back button. */
  turnGrade(change: Partial<GradePlace>): void {
    if (!this.grade) return;
    this.grade = { ...this.grade, ...change };
    this.later(writeGradePlace(this.grade));
  }

  /** Note where one is in the address bar, not more often than browsers allow. */
  note(place: Place): void {
    if (!this.grade && this.place.run === place.run) this.later(writePlace(place));
  }

  private show(address: string): void {
    clearTimeout(this.timer);
    this.known = true;
    history.pushState(null, "", address);
    scrollTo(0, 0);
  }

  private later(address: string): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => history.replaceState(null, "", address), 250);
  }

  private read(): void {
    const { pathname, search } = location;
    this.place = readPlace(pathname, search);
    this.grade = readGradePlace(pathname, search);
    this.known = this.grade !== null || runOf(pathname) !== undefined;
  }
}

export const router = new Router();

/** Follow links inside the page without loading it again. */
export function inside(event: MouseEvent, run: string | null): void {
  follow(event, () => router.open(run));
}

export function insideGrade(event: MouseEvent, place: GradePlace = gradePlace(null)): void {
  follow(event, () => router.openGrade(place));
}

export function follow(event: MouseEvent, open: () => void): void {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open();
}
