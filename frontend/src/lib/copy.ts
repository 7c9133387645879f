import { say } from "../state/toasts.svelte";

/** Put a value on the clipboard and say so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(text, `Copied the ${what}`);
  } catch {
    say(text, `Please copy the ${what} by hand`, "bad");
  }
}
