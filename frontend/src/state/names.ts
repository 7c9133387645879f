/** What to call the run of a file. */

/** The server takes letters, digits, - and _, a letter or digit first, 64 of them at most. */
export function runName(file: string): string {
  const name = file
    .replace(/\.(conf|txt)$/i, "")
    .replace(/[^a-z0-9_]+/gi, "-")
    .replace(/^[-_]+|-+$/g, "");
  return name.slice(0, 64) || "unnamed";
}
