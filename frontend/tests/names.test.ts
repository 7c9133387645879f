import { describe, expect, it } from "vitest";
import { runName } from "../src/state/names";

describe("the run of a file", () => {
  it.each([
    ["read.conf", "read"],
    ["my read (1).conf", "my-read-1"],
    ["Mine.CONF", "Mine"],
    ["mine.txt", "mine"],
    ["a.b.conf", "a-b"],
    ["_hidden", "hidden"],
    ["é.conf", "unnamed"],
    [`${"long".repeat(30)}.conf`, "long".repeat(16)],
  ])("%s is called %s", (file, name) => {
    expect(runName(file)).toBe(name);
  });
});
