/** The open run: the reducer's state, drawn at most once a frame, and what a person can do to it. */
import { isProblem, problem, readGrade, readGrading, readRun, Refused } from "../lib/api";
import { Live } from "../lib/live";
import type { Selection } from "../lib/url";
import type { KeyView, Mark, OperationView, Problem, RunGrade, RunInfo, Snapshot, Unknown } from "../wire";
import { hindered } from "./actions";
import { gradeOfReplay, submissionOfReplay } from "./grading";
import { lostPoints, nextPicture, pictureOf, previousPicture } from "./marks";
import { operationsAt } from "./operations";
import { blockOf } from "./peers";
import { say } from "./toasts.svelte";
import { emptyView, type Message, reduce, type View } from "./view";

const NO_KEYS: readonly KeyView[] = [];
/** How fast a log is replayed at first, in ticks per second. */
const PACE = 50;

export class Run {
  view: View = $state.raw(emptyView(""));
  selection: Selection | null = $state(null);
  tab: string | null = $state(null);
  /** Playing the past again, from the cursor on. */
  replaying = $state(false);

  readonly shown: Snapshot | null = $derived(this.view.past ?? this.view.live);
  // Of their own, so that what hangs on them is left alone by frames that do not change them.
  readonly keys: readonly KeyView[] = $derived(this.shown?.keys ?? NO_KEYS);
  readonly marks: readonly Mark[] = $derived(this.view.marks);
  readonly size = $derived(this.shown?.peers.length ?? 0);
  readonly info: RunInfo | null = $derived(this.view.info);
  /** The run is the replay of a log: it can only be looked at. */
  readonly isReplay = $derived(this.info?.origin === "log");
  /** What the picture cannot tell. */
  readonly unknown: ReadonlySet<Unknown> = $derived(new Set(this.shown?.unknown));
  readonly inPast = $derived(this.view.sought !== null);
  /** Where the cursor stands, also while the picture of that tick is still on its way. */
  readonly cursor = $derived(this.view.sought ?? this.view.live?.tick ?? 0);
  readonly liveTick = $derived(this.view.live?.tick ?? 0);
  readonly operations: OperationView[] = $derived(
    operationsAt(this.view.operations, this.shown?.tick ?? 0),
  );

  /** Of a replay: which submission of its grading it belongs to. */
  submission: number | null = $state(null);

  private pace = $state(PACE);
  private wantedObserver: number | null = $state(null);
  private next: View;
  private drawing = 0;
  private seeking = false;
  private readonly live: Live;

  constructor(id: string, tick: number | null) {
    this.next = emptyView(id);
    if (tick !== null) this.next = reduce(this.next, { type: "seek", tick });
    this.view = this.next;
    this.live = new Live(id, (message) => this.tell(message));
    void this.load();
  }

  /** Whose view is shown; null: the truth, also where there is no such peer. */
  get observer(): number | null {
    const wanted = this.wantedObserver;
    if (wanted === null || !this.shown) return wanted;
    return this.shown.peers[wanted - 1] && blockOf(this.shown) === 1 ? wanted : null;
  }

  set observer(peer: number | null) {
    this.wantedObserver = peer;
  }

  /** Ticks per second; a replay's is a matter of this page alone. */
  get speed(): number {
    return this.isReplay ? this.pace : (this.info?.speed ?? 0);
  }

  set speed(value: number) {
    if (this.isReplay) this.pace = value;
    else void this.control("speed", value);
  }

  close(): void {
    cancelAnimationFrame(this.drawing);
    this.replaying = false;
    this.live.close();
  }

  // --- going through time ---

  seek(tick: number): void {
    const wanted = Math.max(0, Math.round(tick));
    if (wanted >= this.next.live!.tick) return this.goLive();
    this.tell({ type: "seek", tick: wanted });
    void this.fetchSought();
  }

  /** Show the picture in which something of `tick` is first to be seen. */
  seekMark(tick: number): void {
    this.replaying = false;
    this.seek(pictureOf(tick));
  }

  goLive(): void {
    this.replaying = false;
    this.tell({ type: "live" });
  }

  /** Move the cursor; to the right of the live tick a paused run computes on. */
  move(ticks: number): void {
    this.replaying = false;
    if (ticks > 0 && !this.inPast) {
      if (this.info?.state === "paused") void this.control("step", ticks);
    } else this.seek(this.cursor + ticks);
  }

  toMark(direction: 1 | -1): void {
    const lost = lostPoints(this.view.grade).map((l) => ({ ...l, lane: "peer" as const, peer: null }));
    const marks = [...this.view.marks, ...lost];
    const to = direction > 0 ? nextPicture(marks, this.cursor) : previousPicture(marks, this.cursor);
    this.replaying = false;
    if (to !== null) this.seek(to);
  }

  /** In the past: play it again.  Else: let the run go on, or hold it. */
  togglePlay(): void {
    if (this.replaying) this.replaying = false;
    else if (this.inPast) this.replay();
    else if (this.info?.state === "running") void this.control("pause");
    else if (this.info?.state === "paused") void this.control("resume");
    else if (this.info?.state === "finished") {
      this.seek(0);
      this.replay();
    }
  }

  private replay(): void {
    const start = performance.now();
    const from = this.cursor;
    const speed = this.speed || PACE;
    this.replaying = true;
    const turn = (now: number) => {
      if (!this.replaying) return;
      const to = from + Math.floor(((now - start) / 1000) * speed);
      if (to >= this.liveTick) return this.goLive();
      if (to !== this.cursor) this.seek(to);
      requestAnimationFrame(turn);
    };
    requestAnimationFrame(turn);
  }

  /** One seek at a time; when it is answered, the newest wish is next. */
  private async fetchSought(): Promise<void> {
    if (this.seeking) return;
    this.seeking = true;
    let asked = -1;
    while (this.next.sought !== null && this.next.sought !== asked) {
      asked = this.next.sought;
      const answer = await this.live.seek(asked);
      if (isProblem(answer)) {
        this.complain(answer);
        this.goLive();
      } else this.tell({ type: "sought", frame: answer });
    }
    this.seeking = false;
  }

  // --- acting on the run ---

  async control(command: "pause" | "resume" | "step" | "speed", value: number | null = null): Promise<void> {
    const answer = await this.live.control(command, value);
    if (isProblem(answer)) this.complain(answer);
    else this.tell({ type: "info", info: answer });
  }

  /** Do something to the run at its live tick: a timeline line without its tick. */
  async act(line: string): Promise<boolean> {
    if (this.isReplay) {
      this.complain(problem(409, "Not done", hindered(this.info)!));
      return false;
    }
    const answer = await this.live.act(line);
    if (isProblem(answer)) {
      this.complain(answer);
      return false;
    }
    this.tell({ type: "info", info: answer });
    say(`${answer.actions.at(-1) ?? line}`, this.inPast ? "Done at the live tick" : "Done");
    return true;
  }

  private complain(problem: Problem): void {
    say(problem.detail || problem.title, "Not done", "bad");
  }

  // --- looking ---

  selectPeer(peer: number | null): void {
    this.selection = peer === null ? null : { type: "peer", peer };
  }

  selectKey(key: string | null): void {
    this.selection = key === null ? null : { type: "key", key };
  }

  // --- state in, picture out ---

  private tell(message: Message): void {
    this.next = reduce(this.next, message);
    if (this.next.missed) void this.live.watch();
    if (message.type === "linked" && message.link === "live") void this.load();
    if (message.type === "frame" && this.next.sought !== null && !this.next.past) void this.fetchSought();
    // A hidden page gets no animation frames; the state goes on, and is drawn when it is back.
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      this.view = this.next;
    });
  }

  private async load(): Promise<void> {
    try {
      const info = await readRun(this.next.run);
      this.tell({ type: "info", info });
      const grade = await this.gradeOf(info);
      if (grade) this.tell({ type: "grade", grade });
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 404)
        this.tell({ type: "problem", problem: error.problem });
    }
  }

  /** The grade of a run, or that of the log which it replays: null once that is forgotten. */
  private async gradeOf(info: RunInfo): Promise<RunGrade | null> {
    if (info.origin !== "log") return readGrade(info.id);
    const grading = info.grading === null ? null : await readGrading(info.grading).catch(() => null);
    this.submission = grading && submissionOfReplay(grading.sets, info.id);
    return grading && gradeOfReplay(grading.sets, info.id, info.ticks);
  }
}
