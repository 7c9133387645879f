/** Light, dark, or as the system wants it; and the colours of the page for canvases and plots. */
export type Theme = "system" | "light" | "dark";

const dark = matchMedia("(prefers-color-scheme: dark)");
const stored = localStorage.getItem("theme");

class Colours {
  theme: Theme = $state(stored === "light" || stored === "dark" ? stored : "system");
  private systemDark = $state(dark.matches);
  readonly dark = $derived(this.theme === "system" ? this.systemDark : this.theme === "dark");

  constructor() {
    dark.addEventListener("change", (event) => (this.systemDark = event.matches));
    this.apply();
  }

  set(theme: Theme): void {
    this.theme = theme;
    localStorage.setItem("theme", theme);
    this.apply();
  }

  next(): void {
    const order: Theme[] = ["system", "light", "dark"];
    this.set(order[(order.indexOf(this.theme) + 1) % order.length]!);
  }

  /** The value of a colour token in the present theme, as rgb. */
  token(name: string): string {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }

  private apply(): void {
    const root = document.documentElement;
    if (this.theme === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = this.theme;
  }
}

export const colours = new Colours();
export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
