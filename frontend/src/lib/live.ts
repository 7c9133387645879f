/** The socket: one connection that watches one run and heals itself. */
import { io, type Socket } from "socket.io-client";
import type { Message } from "../state/view";
import type { ClientEvents, Control, Frame, Problem, RunInfo, ServerEvents } from "../wire";
import { forPeople, isProblem, token } from "./api";

const PATIENCE = 10_000;
const PAUSE = 1_000;
const NO_ANSWER = 504;
const TOO_MANY = 429;

type Send<T> = (done: (error: Error | null, value: T | Problem) => void) => void;

const hasStatus = (answer: unknown, ...statuses: number[]): boolean =>
  isProblem(answer) && statuses.includes(answer.status);

export class Live {
  private readonly socket: Socket<ServerEvents, ClientEvents>;
  private watching = false;

  constructor(
    private readonly run: string,
    private readonly tell: (message: Message) => void,
  ) {
    this.socket = io({ transports: ["websocket", "polling"], auth: { token: token() } });
    this.socket.on("connect", () => void this.watch());
    this.socket.on("disconnect", () => tell({ type: "linked", link: "lost" }));
    this.socket.on("connect_error", () => tell({ type: "linked", link: "lost" }));
    this.socket.on("frame", (frame) => tell({ type: "frame", frame }));
    this.socket.on("run", (info) => tell({ type: "info", info }));
    this.socket.on("grade", (grade) => tell({ type: "grade", grade }));
    this.socket.on("gone", (problem) => tell({ type: "problem", problem }));
  }

  /** Ask for a complete frame, and for all that follow. */
  async watch(): Promise<void> {
    if (this.watching) return;
    this.watching = true;
    // A long run that has to be computed again takes its time.
    const busy = [NO_ANSWER, TOO_MANY];
    const answer = await this.askUntilFree<Frame>(busy, (done) =>
      this.socket.timeout(PATIENCE).emit("watch", { run: this.run }, done),
    );
    this.watching = false;
    if (hasStatus(answer, ...busy)) return; // the next connection asks again
    if (isProblem(answer)) {
      this.tell({ type: "problem", problem: answer });
    } else {
      this.tell({ type: "frame", frame: answer });
      this.tell({ type: "linked", link: "live" });
    }
  }

  seek(tick: number): Promise<Frame | Problem> {
    return this.askUntilFree([TOO_MANY], (done) =>
      this.socket.timeout(PATIENCE).emit("seek", { run: this.run, tick }, done),
    );
  }

  control(command: Control["command"], value: number | null = null): Promise<RunInfo | Problem> {
    return this.ask((done) =>
      this.socket.timeout(PATIENCE).emit("control", { run: this.run, command, value }, done),
    );
  }

  act(line: string): Promise<RunInfo | Problem> {
    return this.ask((done) =>
      this.socket.timeout(PATIENCE).emit("act", { run: this.run, line }, done),
    );
  }

  close(): void {
    this.socket.close();
  }

  /** Ask again, after a pause, for as long as the answer has one of the statuses of `busy`. */
  private async askUntilFree<T>(busy: readonly number[], send: Send<T>): Promise<T | Problem> {
    let answer = await this.ask(send);
    while (hasStatus(answer, ...busy) && this.socket.connected) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      answer = await this.ask(send);
    }
    return answer;
  }

  private ask<T>(send: Send<T>): Promise<T | Problem> {
    return new Promise((resolve) =>
      send((error, value) =>
        resolve(
          error
            ? {
                type: "about:blank",
                title: "No answer",
                status: NO_ANSWER,
                detail: "The server did not answer in time; try again.",
              }
            : isProblem(value)
              ? forPeople(value)
              : value,
        ),
      ),
    );
  }
}
