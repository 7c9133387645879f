"""Puts results into a document, so that its tables and plots are always those of one real run.

``python -m ringscope.benchmarks.document RESULTS.json DOCUMENT.md`` rewrites what stands between
``<!-- figures: ratio.* -->`` (patterns of names), ``<!-- stages -->``, ``<!-- machine -->`` or
``<!-- missing -->`` and the next ``<!-- end -->``, and draws the plots beside the document.
"""

import re
import sys
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from ringscope.benchmarks.figures import Figure, Results, number
from ringscope.benchmarks.images import draw

_BLOCK = re.compile(
    r"<!-- (figures|stages|machine|missing)(?:: ([^>]*?))? -->\n.*?<!-- end -->", re.DOTALL
)
_MET = {True: "yes", False: "**no**", None: ""}


def rewritten(text: str, results: Results) -> str:
    """Return the document ``text`` with the tables of these results."""

    def block(found: re.Match[str]) -> str:
        kind, patterns = found[1], (found[2] or "").split()
        opening = found[0].split("\n", 1)[0]
        return f"{opening}\n{_WRITERS[kind](results, patterns)}\n<!-- end -->"

    return _BLOCK.sub(block, text)


def _figures(results: Results, patterns: Sequence[str]) -> str:
    chosen = [
        one for pattern in patterns for one in results.figures if fnmatchcase(one.name, pattern)
    ]
    if not chosen:
        return "These were not measured in this run."
    head = [
        "| Figure | Median | Lowest to highest | Target | Met | What |",
        "| --- | ---: | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *map(_row, dict.fromkeys(chosen))])


def _row(one: Figure) -> str:
    spread = (
        f"{number(one.low)} to {number(one.high)}, {one.repeats} times"
        if one.repeats > 1
        else "once"
    )
    cells = f"`{one.name}`", f"{number(one.median)} {one.unit}", spread, one.target or ""
    return f"| {' | '.join((*cells, _MET[one.met], one.note))} |"


def _stages(results: Results, _: Sequence[str]) -> str:
    """A column for each size, a row for each stage, the largest share first."""
    shares: dict[str, dict[str, float]] = {}
    for one in results.figures:
        if found := re.fullmatch(r"stage\.(\d+)\.(.+)", one.name):
            shares.setdefault(found[2], {})[found[1]] = one.median
    sizes = list(dict.fromkeys(size for row in shares.values() for size in row))
    whole = {one.name: f"{one.median:.2g} s" for one in results.figures}
    rows = [
        (stage, [f"{row.get(size, 0):.0f} %" for size in sizes]) for stage, row in shares.items()
    ]
    rows.append(("CPU time", [whole.get(f"cpu.{size}", "") for size in sizes]))
    head = f"| part |{''.join(f' {int(size):,} peers |' for size in sizes)}"
    lines = [head, f"|---|{'---:|' * len(sizes)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)])


def _machine(results: Results, _: Sequence[str]) -> str:
    machine = results.machine
    kernels = "compiled kernels" if machine.compiled else "kernels that are not compiled"
    size = "a quick run, little to rely on" if results.quick else "a full run"
    return (
        f"Measured with Ringscope {results.ringscope} on {machine.cores} cores "
        f"({machine.processor}, {machine.system}), {machine.memory:g} GB of memory, Python "
        f"{machine.python}, numpy {machine.numpy}, {kernels}; {size}."
    )


def _missing(results: Results, _: Sequence[str]) -> str:
    lines = [f"- `{one.name}`: {one.why}" for one in results.missing]
    return "\n".join(lines) or "Nothing is missing."


_WRITERS: dict[str, Callable[[Results, Sequence[str]], str]] = {
    "figures": _figures,
    "stages": _stages,
    "machine": _machine,
    "missing": _missing,
}


def main(results_file: str, document: str) -> None:
    """Rewrite the document and draw the plots beside it."""
    results = msgspec.json.decode(Path(results_file).read_bytes(), type=Results)
    path = Path(document)
    path.write_text(rewritten(path.read_text(encoding="utf-8"), results), encoding="utf-8")
    draw(results, path.parent)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("give the file that ringscope bench --json wrote, and the document to renew")
    try:
        main(*sys.argv[1:])
    except (OSError, msgspec.DecodeError) as error:
        sys.exit(str(error))
