/** Labels around the ring that never overlap; one moved from its place gets a leader line. */
import { type Frame, LABELS_UP_TO, type Node, polar } from "./layout";

export interface Label {
  readonly peer: number;
  readonly text: string;
  readonly note: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
  /** From here a leader line runs to the disc; null when the label sits beside it. */
  readonly leader: { x1: number; y1: number; x2: number; y2: number } | null;
}

export interface Wish {
  readonly node: Node;
  readonly note: string;
  /** Abnormal or selected: keeps its label even when there are many peers. */
  readonly important: boolean;
}

const CHARACTER = 6.7;
const LINE = 15;
/** No more labels of the important ones than this, so that they stay readable. */
const MOST = 28;

interface Box {
  wish: Wish;
  x: number;
  y: number;
  width: number;
  height: number;
  anchor: Label["anchor"];
}

export function placeLabels(wishes: readonly Wish[], frame: Frame): Label[] {
  const boxes = chosen(wishes).map((wish) => boxFor(wish, frame));
  const right = settle(boxes.filter((box) => box.anchor !== "end"), frame);
  const left = settle(boxes.filter((box) => box.anchor === "end"), frame);
  return [...left, ...right].map((box) => labelOf(box, frame));
}

function chosen(wishes: readonly Wish[]): Wish[] {
  if (wishes.length <= LABELS_UP_TO) return [...wishes];
  const important = wishes.filter((wish) => wish.important).slice(0, MOST);
  if (frameIsFull(wishes)) return important;
  const every = Math.ceil(wishes.length / 24);
  const others = wishes.filter((wish) => !wish.important && wish.node.peer % every === 0);
  return [...important, ...others];
}

const frameIsFull = (wishes: readonly Wish[]): boolean => wishes.length >= 150;

function boxFor(wish: Wish, frame: Frame): Box {
  const reach = reachOf(wish, frame);
  const at = polar(frame, wish.node.shown, reach);
  const anchor = at.x < frame.cx ? "end" : "start";
  const width = Math.max(String(wish.node.peer).length * 8, wish.note.length * CHARACTER) + 6;
  const height = wish.note ? LINE * 2 - 2 : LINE;
  // Near the top and the bottom the text would run over the discs: lift it clear of them.
  const tilt = Math.abs(Math.cos(wish.node.shown));
  const lift = -Math.cos(wish.node.shown) * tilt * (height / 2 - 2);
  return { wish, x: at.x, y: at.y + lift, width, height, anchor };
}

/** How far from the centre a label begins: outside the disc and the rings around it. */
const reachOf = (wish: Wish, frame: Frame): number =>
  frame.radius + wish.node.r + (wish.important ? 15 : 11);

/** Push boxes of one side apart downwards, then back up from the bottom edge. */
function settle(boxes: Box[], frame: Frame): Box[] {
  const sorted = [...boxes].sort((a, b) => a.y - b.y || a.wish.node.peer - b.wish.node.peer);
  sorted.forEach((box, i) => {
    box.y = Math.max(box.y, box.height / 2 + 2);
    for (const above of sorted.slice(0, i)) {
      if (meet(above, box)) box.y = Math.max(box.y, above.y + (above.height + box.height) / 2);
    }
  });
  for (let i = sorted.length - 1; i >= 0; i--) {
    const box = sorted[i]!;
    box.y = Math.min(box.y, frame.height - box.height / 2 - 2);
    for (const below of sorted.slice(i + 1)) {
      if (meet(box, below)) box.y = Math.min(box.y, below.y - (below.height + box.height) / 2);
    }
  }
  for (const box of sorted) box.x = besideRing(box, frame);
  return sorted;
}

/** A box that was pushed up or down must not end on the discs of its new neighbours. */
function besideRing(box: Box, frame: Frame): number {
  const reach = reachOf(box.wish, frame);
  const off = Math.abs(box.y - frame.cy);
  if (off >= reach) return box.x;
  const half = Math.sqrt(reach ** 2 - off ** 2);
  return box.anchor === "end" ? Math.min(box.x, frame.cx - half) : Math.max(box.x, frame.cx + half);
}

function meet(a: Box, b: Box): boolean {
  const from = (box: Box) => (box.anchor === "end" ? box.x - box.width : box.x);
  const apart = Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
  return !apart && from(a) < from(b) + b.width && from(b) < from(a) + a.width;
}

function labelOf(box: Box, frame: Frame): Label {
  const node = box.wish.node;
  const home = polar(frame, node.shown, reachOf(box.wish, frame));
  const moved = Math.hypot(box.x - home.x, box.y - home.y) > 20;
  const edge = polar(frame, node.shown, frame.radius + node.r + 2);
  const side = box.anchor === "end" ? 3 : -3;
  return {
    peer: node.peer,
    text: String(node.peer),
    note: box.wish.note,
    x: box.x,
    y: box.y,
    anchor: box.anchor,
    leader: moved ? { x1: edge.x, y1: edge.y, x2: box.x + side, y2: box.y } : null,
  };
}
