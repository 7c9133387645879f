"""The style and the script of the page that ``--format html`` writes."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --panel: #ffffff; --ink: #1d2327; --faint: #5b656d; --line: #d9dee2;
  --good: #17704b; --bad: #b3261e; --accent: #0b6a75; --tint: #eef4f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181b; --panel: #1c2226; --ink: #e6eaec; --faint: #a3adb4; --line: #364047;
    --good: #5fc797; --bad: #ff8a80; --accent: #62c4cf; --tint: #20292d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 16px; max-width: 1200px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
h1 { font-size: 24px; margin: 8px 0 0; } h2 { font-size: 18px; margin: 32px 0 8px; }
h3 { font-size: 15px; margin: 16px 0 8px; }
p { margin: 4px 0; } .faint { color: var(--faint); }
a { color: var(--accent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--panel); }
th, td { border: 1px solid var(--line); padding: 4px 8px; text-align: left; vertical-align: top; }
th { background: var(--tint); }
th button { all: unset; cursor: pointer; width: 100%; font-weight: 600; }
th button:focus-visible, summary:focus-visible, a:focus-visible, input:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px;
}
th[aria-sort=ascending] button::after { content: " ▲"; }
th[aria-sort=descending] button::after { content: " ▼"; }
td.number, th.number { text-align: right; white-space: nowrap; }
.path { min-width: 120px; } .lost { min-width: 160px; }
.good { color: var(--good); } .bad { color: var(--bad); }
input { font: inherit; width: 100%; max-width: 320px; padding: 4px 8px; margin: 0 0 8px;
  color: inherit; background: var(--panel); border: 1px solid var(--faint); border-radius: 4px; }
svg { display: block; width: 100%; height: 12px; } rect { fill: var(--accent); }
.bars { display: grid; grid-template-columns: auto 1fr auto; gap: 4px 8px; align-items: center;
  margin: 8px 0; }
.summaries { display: grid; gap: 0 48px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); }
details { background: var(--panel); border: 1px solid var(--line); border-radius: 4px;
  margin: 8px 0; padding: 0 12px; }
details details { background: var(--ground); }
summary { cursor: pointer; padding: 8px 0; } details[open] { padding-bottom: 12px; }
summary b { margin-right: 8px; }
dl { display: grid; grid-template-columns: minmax(72px, auto) 1fr; gap: 4px 12px; margin: 8px 0; }
dt { color: var(--faint); } dd { margin: 0; }
@media (max-width: 480px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 8px; } }
ul { margin: 0; padding-left: 18px; }
ol.log { list-style: none; margin: 8px 0 0; padding: 8px; background: var(--tint); overflow-x: auto;
  font: 13px/1.5 ui-monospace, monospace; overflow-wrap: normal; }
ol.log li { white-space: pre; } ol.log b { color: var(--faint); font-weight: 400;
  display: inline-block; min-width: 5ch; margin-right: 12px; text-align: right; }
"""

SCRIPT = """
"use strict";
const value = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
};
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement, column = head.cellIndex, table = head.closest("table");
    const falling = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows].sort((one, two) => {
      const a = value(one, column), b = value(two, column);
      const order = typeof a === "number" ? a - b : a.localeCompare(b, undefined, {numeric: true});
      return falling ? -order : order;
    });
    table.tBodies[0].append(...rows);
  });
}
const filter = document.querySelector("#filter");
if (filter) filter.addEventListener("input", () => {
  const wanted = filter.value.toLowerCase();
  for (const row of document.querySelectorAll("#sets tbody tr"))
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
const unfold = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
};
addEventListener("hashchange", unfold);
unfold();
"""
