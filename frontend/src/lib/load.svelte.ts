/** Loading a `.conf`: from the shipped ones, from a file, or dropped on the page. */
import type { Problem, RunInfo } from "../wire";
import { type NewRun, Refused, startRun, upload } from "./api";
import { router } from "./router.svelte";

export interface Refusal {
  readonly file: string;
  readonly problem: Problem;
}

class Loader {
  /** What the server said about the last file it refused, word for word. */
  refusal: Refusal | null = $state.raw(null);
  busy = $state(false);

  file(file: File, seed?: number): Promise<void> {
    return this.attempt(file.name, async () => {
      const stored = await upload(file.name, await file.text());
      return { scenario: stored.name, seed };
    });
  }

  scenario(name: string, seed?: number): Promise<void> {
    return this.attempt(name, () => ({ scenario: name, seed }));
  }

  /** The same scenario and seed from the start, without what was done by hand. */
  again(run: RunInfo): Promise<void> {
    const { name, scenario, seed, speed } = run;
    return this.attempt(name, () => ({ name, text: scenario, seed, speed }));
  }

  private async attempt(file: string, find: () => NewRun | Promise<NewRun>): Promise<void> {
    this.busy = true;
    this.refusal = null;
    try {
      router.open((await startRun(await find())).id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refusal = { file, problem: error.problem };
    } finally {
      this.busy = false;
    }
  }
}

export const loader = new Loader();
