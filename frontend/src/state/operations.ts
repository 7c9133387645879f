/** Operations as they stood at a tick, and in the groups a person thinks in. */
import type { OperationView } from "../wire";

/** The operation as known after `tick` ticks: later answers and its end are not known yet. */
export function asOf(operation: OperationView, tick: number): OperationView {
  if (operation.ended !== null && operation.ended < tick) return operation;
  return {
    ...operation,
    answers: operation.answers.filter((answer) => answer.tick < tick),
    ended: null,
    outcome: null,
  };
}

export function operationsAt(all: readonly OperationView[], tick: number): OperationView[] {
  return all.filter((operation) => operation.started < tick).map((op) => asOf(op, tick));
}

export type Pip = "yes" | "no" | "waiting";

/** One pip per replica, in order primary, secondary, tertiary. */
export function pips(operation: OperationView): Pip[] {
  return operation.replicas.map((replica) => {
    const answer = operation.answers.find((a) => a.peer === replica);
    return answer ? (answer.ok ? "yes" : "no") : "waiting";
  });
}

export interface Bulk {
  readonly tick: number;
  readonly kind: OperationView["kind"];
  readonly operations: readonly OperationView[];
}

/** From this many alike in one tick on, operations are shown as one row. */
export const BULK = 8;

/** Newest first; many of one kind started in one tick come as one `Bulk`. */
export function grouped(operations: readonly OperationView[]): (OperationView | Bulk)[] {
  const rows: (OperationView | Bulk)[] = [];
  let at = 0;
  while (at < operations.length) {
    const first = operations[at]!;
    let end = at + 1;
    while (
      end < operations.length &&
      operations[end]!.started === first.started &&
      operations[end]!.kind === first.kind
    )
      end++;
    const run = operations.slice(at, end);
    if (run.length >= BULK) rows.push({ tick: first.started, kind: first.kind, operations: run });
    else rows.push(...run);
    at = end;
  }
  return rows.reverse();
}

export function matches(operation: OperationView, words: string): boolean {
  const text =
    `${operation.transaction} ${operation.kind} ${operation.key} peer${operation.coordinator} ${operation.outcome ?? "running"}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
