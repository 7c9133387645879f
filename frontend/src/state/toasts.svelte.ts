/** Short notes on what was done, read out by screen readers, gone by themselves. */
export interface Toast {
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly mood: "good" | "bad";
}

const SHOWN_FOR = { good: 5_000, bad: 12_000 };

export const toasts: { list: Toast[] } = $state({ list: [] });
let count = 0;

export function say(text: string, title: string, mood: Toast["mood"] = "good"): void {
  const id = ++count;
  toasts.list = [...toasts.list.slice(-2), { id, title, text, mood }];
  setTimeout(() => dismiss(id), SHOWN_FOR[mood]);
}

export function dismiss(id: number): void {
  toasts.list = toasts.list.filter((toast) => toast.id !== id);
}
