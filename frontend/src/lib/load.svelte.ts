/** Loading a `.conf`: from the shipped ones, from a file, or dropped on the page. */
import { runName } from "../state/names";
import type { Problem, RunInfo } from "../wire";
import { type NewRun, problem, Refused, startRun } from "./api";
import { router } from "./router.svelte";

export interface Refusal {
  /** What was refused: a file's name or a scenario's. */
  readonly what: string;
  readonly problem: Problem;
  /** It is the text of a file, which can be mended. */
  readonly mendable: boolean;
}

/** The status of a text that is no scenario; others are about the request or the server. */
const INVALID = 422;

class Loader {
  /** What the server said about the last scenario it refused, word for word. */
  refusal: Refusal | null = $state.raw(null);
  busy = $state(false);

  file(file: File, seed?: number): Promise<void> {
    const read = async () => ({ name: runName(file.name), text: await textOf(file), seed });
    return this.attempt(file.name, read, true);
  }

  scenario(name: string, seed?: number): Promise<void> {
    return this.attempt(name, () => ({ scenario: name, seed }));
  }

  /** The same scenario from the start, without what was done by hand; no seed: its own. */
  again({ name, scenario, speed }: RunInfo, seed: number | undefined): Promise<void> {
    return this.attempt(name, () => ({ name, text: scenario, seed, speed }));
  }

  private async attempt(
    what: string,
    find: () => NewRun | Promise<NewRun>,
    isFile = false,
  ): Promise<void> {
    this.busy = true;
    this.refusal = null;
    try {
      router.open((await startRun(await find())).id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { problem } = error;
      this.refusal = { what, problem, mendable: isFile && problem.status === INVALID };
    } finally {
      this.busy = false;
    }
  }
}

/** Files change and vanish between being chosen and being read. */
function textOf(file: File): Promise<string> {
  return file.text().catch(() => {
    throw new Refused(problem(0, "Not read", "The file could not be read; choose it again."));
  });
}

export const loader = new Loader();
