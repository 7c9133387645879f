/** REST, as typed functions.  Every failure is a `Problem` with a sentence to show. */
import type { LogGrading, LogLines, Problem, RunGrade, RunInfo, ScenarioInfo } from "../wire";

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

/** The token of a server that is open to others; kept for the tab, asked for with `?token=`. */
export function token(): string | null {
  const given = new URLSearchParams(location.search).get("token");
  if (given) sessionStorage.setItem("token", given);
  return sessionStorage.getItem("token");
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "status" in value && "title" in value;
}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const secret = token();
  const headers = new Headers(init.headers);
  if (secret) headers.set("Authorization", `Bearer ${secret}`);
  let answer: Response;
  try {
    answer = await fetch(`/api${path}`, { ...init, headers });
  } catch {
    throw new Refused(NO_ANSWER);
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as T;
  throw new Refused(saidBy(answer.status, answer.statusText, body));
}

const saidBy = (status: number, title: string, body: unknown): Problem =>
  forPeople(isProblem(body) ? body : problem(status, title, "The server could not do this."));

/** What the server says about a missing token is meant for programs. */
export const forPeople = (said: Problem): Problem =>
  said.status === 401
    ? { ...said, detail: "This server needs its token: open the page once with ?token=… after its address." }
    : said;

export const problem = (status: number, title: string, detail: string): Problem => ({
  type: "about:blank",
  status,
  title,
  detail,
});

const NO_ANSWER = problem(0, "No answer", "The server does not answer. Is it still running?");

const post = <T>(path: string, body: unknown): Promise<T> =>
  call<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** A run of a stored scenario, or of a text. */
export interface NewRun {
  scenario?: string;
  text?: string;
  name?: string;
  seed?: number | undefined;
  speed?: number;
}

export const scenarios = (): Promise<ScenarioInfo[]> => call("/scenarios");
export const runs = (): Promise<RunInfo[]> => call("/runs");
export const startRun = (run: NewRun): Promise<RunInfo> => post("/runs", run);
export const readRun = (id: string): Promise<RunInfo> => call(`/runs/${encodeURIComponent(id)}`);
export const readGrade = (id: string): Promise<RunGrade> =>
  call(`/runs/${encodeURIComponent(id)}/grade`);

/** A plotly figure as the server makes it. */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

export const readPlot = (id: string, name: string): Promise<Figure> =>
  call(`/runs/${encodeURIComponent(id)}/plots/${name}`);

export const readGrading = (id: string): Promise<LogGrading> =>
  call(`/grade-log/${encodeURIComponent(id)}`);
/** Lines `from` to `to` (from 1, both included) of the log that a replay shows. */
export const readLines = (replay: string, from: number, to: number): Promise<LogLines> =>
  call(`/logs/${encodeURIComponent(replay)}/lines?from=${from}&to=${to}`);

/** Have logs graded; `told` hears which share of them is sent, 1 when the server is at work. */
export function gradeLogs(
  form: FormData,
  told: (share: number) => void,
  signal: AbortSignal,
): Promise<LogGrading> {
  // Only the old interface tells how far an upload has come.
  const request = new XMLHttpRequest();
  request.open("POST", "/api/grade-log");
  request.responseType = "json";
  const secret = token();
  if (secret) request.setRequestHeader("Authorization", `Bearer ${secret}`);
  request.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : 0);
  request.upload.onload = () => told(1);
  signal.addEventListener("abort", () => request.abort());
  return new Promise((resolve, reject) => {
    request.onload = () => {
      if (request.status === 200 || request.status === 201) resolve(request.response as LogGrading);
      else reject(new Refused(saidBy(request.status, request.statusText, request.response)));
    };
    request.onerror = () => reject(new Refused(NO_ANSWER));
    request.onabort = () => reject(new DOMException("given up", "AbortError"));
    request.send(form);
  });
}

export const logAddress = (id: string): string => `/api/runs/${encodeURIComponent(id)}/dbg.log`;
