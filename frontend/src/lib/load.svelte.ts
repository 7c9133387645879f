/** Loading a `.conf`: from the shipped ones, from a file, or dropped on the page. */
import type { Problem } from "../wire";
import { Refused, startRun, upload } from "./api";
import { router } from "./router.svelte";

export interface Refusal {
  readonly file: string;
  readonly problem: Problem;
}

class Loader {
  /** What the server said about the last file it refused, word for word. */
  refusal: Refusal | null = $state.raw(null);
  busy = $state(false);

  async file(file: File, seed?: number): Promise<void> {
    await this.attempt(file.name, async () => {
      const stored = await upload(file.name, await file.text());
      return stored.name;
    }, seed);
  }

  async scenario(name: string, seed?: number): Promise<void> {
    await this.attempt(name, () => Promise.resolve(name), seed);
  }

  private async attempt(file: string, find: () => Promise<string>, seed?: number): Promise<void> {
    this.busy = true;
    this.refusal = null;
    try {
      const scenario = await find();
      const run = await startRun({ scenario, ...(seed === undefined ? {} : { seed }) });
      router.open(run.id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refusal = { file, problem: error.problem };
    } finally {
      this.busy = false;
    }
  }
}

export const loader = new Loader();
