/** Marks on the timeline.  What happens in tick t is first seen in the picture after t + 1 ticks. */
import type { Mark, RunGrade } from "../wire";

/** The picture in which a mark of `tick` is first to be seen. */
export const pictureOf = (tick: number): number => tick + 1;

export function nextPicture(marks: readonly Mark[], shown: number): number | null {
  let best: number | null = null;
  for (const mark of marks) {
    const at = pictureOf(mark.tick);
    if (at > shown && (best === null || at < best)) best = at;
  }
  return best;
}

export function previousPicture(marks: readonly Mark[], shown: number): number | null {
  let best: number | null = null;
  for (const mark of marks) {
    const at = pictureOf(mark.tick);
    if (at < shown && (best === null || at > best)) best = at;
  }
  return best;
}

/** Ticks at which points were lost. */
export function lostPoints(grade: RunGrade | null): { tick: number; text: string }[] {
  if (!grade) return [];
  return [...grade.mp1.checks, ...grade.mp2.checks].flatMap((check) =>
    check.passed === false && check.tick !== null
      ? [{ tick: check.tick, text: `${check.title}: ${check.reason}` }]
      : [],
  );
}

export interface Band {
  readonly from: number;
  readonly to: number;
  /** Mean share of messages lost in it, 0 to 1. */
  readonly share: number;
}

/** Stretches of ticks in which messages were lost; gaps shorter than `gap` ticks are bridged. */
export function lossBands(
  start: number,
  sent: readonly number[],
  lost: readonly number[],
  gap = 12,
): Band[] {
  const bands: Band[] = [];
  let from = -1;
  let last = -1;
  let sumLost = 0;
  let sumSent = 0;
  const close = () => {
    if (from >= 0)
      bands.push({ from: start + from, to: start + last + 1, share: sumLost / Math.max(1, sumSent) });
    from = -1;
    sumLost = sumSent = 0;
  };
  lost.forEach((n, i) => {
    if (from >= 0 && i - last > gap) close();
    if (n > 0) {
      if (from < 0) from = i;
      last = i;
    }
    if (from >= 0) {
      sumLost += n;
      sumSent += sent[i] ?? 0;
    }
  });
  close();
  return bands;
}
