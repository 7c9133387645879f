/** plotly.js, loaded when the first plot is opened. */
import type { Figure } from "./api";

interface Plotly {
  react(
    element: HTMLElement,
    data: Figure["data"],
    layout: Record<string, unknown>,
    config: Record<string, unknown>,
  ): Promise<unknown>;
  relayout(element: HTMLElement, change: Record<string, unknown>): Promise<unknown>;
  purge(element: HTMLElement): void;
}

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

let loading: Promise<Plotly> | null = null;

export function loadPlotly(): Promise<Plotly> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/vendor/plotly.min.js";
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("no plotly")));
    script.onerror = () => {
      loading = null;
      reject(new Error("plotly.min.js could not be loaded"));
    };
    document.head.append(script);
  });
  return loading;
}

export interface PlotColours {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly accent: string;
}

/** The server's figure in the colours of the page, with the cursor drawn in. */
export function dress(figure: Figure, colours: PlotColours, cursor: number): Record<string, unknown> {
  const axis = {
    gridcolor: colours.line,
    linecolor: colours.line,
    zerolinecolor: colours.line,
    automargin: true,
  };
  const axes = Object.keys(figure.layout).filter((name) => /^[xy]axis\d*$/.test(name));
  const dressed = axes.map((name) => [name, dressAxis(figure.layout[name], axis, name)]);
  return {
    ...figure.layout,
    template: undefined,
    title: undefined,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colours.quiet, size: 11, family: "system-ui, sans-serif" },
    margin: { l: 40, r: 16, t: 8, b: 24 },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
    hovermode: "x unified",
    autosize: true,
    height: undefined,
    width: undefined,
    ...Object.fromEntries(dressed),
    shapes: [cursorShape(cursor, colours.accent)],
  };
}

/** The ticks need no title: the timeline below has the same ones. */
function dressAxis(own: unknown, axis: object, name: string): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...(own as object), ...axis };
  return name.startsWith("x") ? { ...merged, title: undefined } : merged;
}

export const cursorShape = (tick: number, colour: string): Record<string, unknown> => ({
  type: "line",
  x0: tick,
  x1: tick,
  yref: "paper",
  y0: 0,
  y1: 1,
  line: { color: colour, width: 1.5 },
});
