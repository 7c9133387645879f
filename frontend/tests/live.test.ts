import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Live } from "../src/lib/live";
import type { Message } from "../src/state/view";
import type { Problem } from "../src/wire";
import { frame } from "./fixtures";

type Ack = (error: Error | null, value?: unknown) => void;

const socket = vi.hoisted(() => ({
  connected: true,
  handlers: {} as Record<string, (payload?: unknown) => void>,
  asked: [] as Ack[],
}));

vi.mock("socket.io-client", () => ({
  io: () => ({
    get connected() {
      return socket.connected;
    },
    on: (name: string, handler: () => void) => (socket.handlers[name] = handler),
    timeout: () => ({ emit: (_: string, __: unknown, done: Ack) => socket.asked.push(done) }),
  }),
}));

const problem = (status: number): Problem => ({ type: "about:blank", title: "No", status, detail: "why" });

describe("watching a run", () => {
  let told: Message[];
  let live: Live;
  const answer = async (error: Error | null, value?: unknown) => {
    socket.asked.shift()!(error, value);
    await vi.runAllTimersAsync();
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("location", { search: "" });
    vi.stubGlobal("sessionStorage", { getItem: () => null });
    Object.assign(socket, { connected: true, asked: [] });
    told = [];
    live = new Live("r", (message) => told.push(message));
    socket.handlers.connect!();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("asks again for as long as the server is busy", async () => {
    await answer(new Error("timeout"));
    await answer(null, problem(429));
    expect(told).toEqual([]);
    await answer(null, frame(1));
    expect(told.map((message) => message.type)).toEqual(["frame", "linked"]);
  });

  it("seeks again when the server has too many frames to send", async () => {
    await answer(null, frame(1));
    const sought = live.seek(7);
    await answer(null, problem(429));
    await answer(null, frame(2));
    expect(await sought).toEqual(frame(2));
  });

  it("leaves asking to the next connection when this one is lost", async () => {
    socket.connected = false;
    await answer(new Error("disconnected"));
    expect([socket.asked, told]).toEqual([[], []]);
    socket.handlers.connect!();
    expect(socket.asked).toHaveLength(1);
  });

  it("tells why a run cannot be shown, or can no longer be", async () => {
    await answer(null, problem(404));
    socket.handlers.gone!(problem(404));
    const said = { type: "problem", problem: problem(404) };
    expect(told).toEqual([said, said]);
  });

  it("tells people, not programs, how to give the token", async () => {
    await answer(null, problem(401));
    expect(told).toMatchObject([{ problem: { status: 401, detail: expect.stringContaining("?token=") } }]);
  });
});
