/** Logs on their way to the server: packed, sent, graded; and what to ask or to say on the way. */
import { scenarioOfFile } from "../state/grading";
import type { LogGrading, Problem } from "../wire";
import { gradeLogs, problem, Refused } from "./api";
import { type Dropped, folderOf, logsAmong } from "./drop";
import { router } from "./router.svelte";
import { gradePlace } from "./url";
import { zip } from "./zip";

export type Phase =
  | { readonly name: "idle" }
  | { readonly name: "packing"; readonly done: number; readonly of: number }
  | { readonly name: "sending"; readonly share: number }
  | { readonly name: "grading" }
  | { readonly name: "asking"; readonly why: string }
  | { readonly name: "refused"; readonly problem: Problem };

/** The status of logs that cannot be graded as they are; a lone one may lack only its scenario. */
const INVALID = 422;
const UNREADABLE = "The files could not be read; choose them again.";

class Upload {
  phase: Phase = $state.raw({ name: "idle" });
  /** What is on its way, for people: a file's name or a count. */
  what = $state("");
  /** The newest grading of this page, so that it need not be fetched again. */
  newest: LogGrading | null = $state.raw(null);
  /** A lone log that the server had to guess the scenario of, as long as it can be sent again. */
  guessed: { readonly grading: string; readonly file: File } | null = $state.raw(null);
  private lone: File | null = null;
  private stop = new AbortController();

  /** Send what was dropped or chosen, unless something is on its way already. */
  async start(files: Promise<readonly Dropped[]> | readonly Dropped[]): Promise<void> {
    if (!["idle", "asking", "refused"].includes(this.phase.name)) return;
    await this.attempt(async () => {
      const logs = logsAmong(await files);
      if (!logs.length) throw new Refused(problem(0, "No logs", "There is no .log or .zip among the files."));
      const only = logs.length === 1 ? logs[0]!.file : null;
      this.what = only?.name ?? `${logs.length} files`;
      this.lone = only && !scenarioOfFile(only.name) && !/\.zip$/i.test(only.name) ? only : null;
      return this.form(logs);
    });
  }

  /** Send the lone log again, as that of a scenario. */
  async as(scenario: string, file: File | null = this.lone): Promise<void> {
    if (!file) return;
    await this.attempt(async () => {
      this.what = file.name;
      this.lone = null;
      const form = new FormData();
      form.append("log", file, file.name);
      form.append("conf", scenario);
      return form;
    }, file);
  }

  /** Stop what is on its way, or put away what was said. */
  cancel(): void {
    this.stop.abort();
    this.phase = { name: "idle" };
  }

  private async attempt(find: () => Promise<FormData>, again: File | null = null): Promise<void> {
    const stop = (this.stop = new AbortController());
    this.phase = { name: "sending", share: 0 };
    try {
      const form = await find();
      if (stop.signal.aborted) return;
      const sent = (share: number) =>
        (this.phase = share < 1 ? { name: "sending", share } : { name: "grading" });
      this.finish(await gradeLogs(form, sent, stop.signal));
    } catch (error) {
      if (!stop.signal.aborted) this.complain(error, again);
    }
  }

  private finish(grading: LogGrading): void {
    this.newest = grading;
    this.guessed = this.lone ? { grading: grading.id, file: this.lone } : null;
    this.phase = { name: "idle" };
    router.openGrade(gradePlace(grading.id));
  }

  private complain(error: unknown, again: File | null): void {
    if (again) this.lone = again;
    const said =
      error instanceof Refused
        ? error.problem
        : problem(0, "Not read", error instanceof RangeError ? error.message : UNREADABLE);
    // A lone log may only lack the name of its scenario: ask for it, with the server's words.
    this.phase =
      this.lone && !again && said.status === INVALID
        ? { name: "asking", why: said.detail }
        : { name: "refused", problem: said };
  }

  /** Files in folders go as one zip, so that their paths travel with them. */
  private async form(logs: readonly Dropped[]): Promise<FormData> {
    const form = new FormData();
    if (!logs.some(({ path }) => path.includes("/"))) {
      for (const { file } of logs) form.append("log", file, file.name);
      return form;
    }
    const folder = folderOf(logs);
    const inside = folder === null ? logs : logs.map((log) => ({ ...log, path: log.path.slice(folder.length + 1) }));
    const of = inside.length;
    const { signal } = this.stop;
    const packed = await zip(inside, (done) => {
      signal.throwIfAborted();
      this.phase = { name: "packing", done, of };
    });
    form.append("log", packed, `${folder ?? "dropped"}.zip`);
    return form;
  }
}

export const upload = new Upload();
