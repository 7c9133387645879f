"""``ringscope bench``: measures, and shows the result as tables or JSON."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ringscope.benchmarks.figures import Figure, Results, number
from ringscope.benchmarks.reference import (
    INSERTS,
    Reference,
    ReferenceFailedError,
    recognise,
)
from ringscope.benchmarks.suite import FULL, NAMES, QUICK, Scale, run_suite

WIDE = 150
#: What each benchmark is about, for who waits.
TITLES = {
    "scenario": "whole runs of create.conf",
    "store": "the store, against the reference's",
    "campaign": "a campaign on all cores",
    "membership": "membership, by size of the group",
    "operations": "the store, operations per second",
    "grading": "grading over seeds",
    "logs": "grading logs",
    "frames": "frames for the page",
    "viewers": "a server with many viewers",
    "page": "the page in a browser",
    "cold": "starting from a cold shell",
    "stages": "where the time of a run goes",
}


def scale(quick: bool, repeat: int | None, turns: int | None) -> Scale:
    """Return how much to measure."""
    chosen = QUICK if quick else FULL
    if repeat is not None:
        chosen = replace(chosen, repeats=repeat)
    return chosen if turns is None else replace(chosen, turns=turns)


def references(
    program: Path | None, with_9000: Path | None
) -> tuple[Reference | None, Reference | None]:
    """Try the programs out; raises `ReferenceFailedError` if one is not what it should be."""
    with TemporaryDirectory(prefix="ringscope-bench-") as scratch:
        folder = Path(scratch)
        known = None if program is None else recognise(program, folder / "100", perf_counter)
        if with_9000 is None:
            return known, None
        large = recognise(with_9000, folder / "9000", perf_counter)
        if (done := large.created(folder / "9000")) <= INSERTS:
            raise ReferenceFailedError(
                f"{with_9000} has logged only {done} creates, so it was not built with "
                f"{FULL.inserts}"
            )
        return known, replace(large, inserts=FULL.inserts)


def measure(
    names: Sequence[str],
    size: Scale,
    reference: Reference | None,
    reference_9000: Reference | None,
) -> Results:
    """Run the benchmarks, telling a terminal which one is under way.

    Nothing moves on the screen meanwhile: drawing would cost what is being measured.
    """
    console = Console(stderr=True)

    def tell(name: str) -> None:
        if console.is_terminal:
            console.print(f"measuring {TITLES[name]} ...", style="dim", highlight=False)

    return run_suite(names or NAMES, size, reference, reference_9000, tell)


def show(results: Results, as_json: bool, plots: Path | None) -> None:
    """Print the results, as JSON if wanted, and draw them into ``plots``."""
    if as_json:
        print(msgspec.json.encode(results).decode())
    else:
        print_results(_console(), results)
    if plots is not None:
        from ringscope.benchmarks.images import draw

        for path in draw(results, plots):
            Console(stderr=True).print(f"{path}", highlight=False, markup=False)


def _console() -> Console:
    """A console as wide as the terminal; where there is none, wide enough for the notes."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


def print_results(console: Console, results: Results) -> None:
    """Show ratios, figures, the machine, and what is missing."""
    ratios = [one for one in results.figures if one.name.startswith("ratio.")]
    others = [one for one in results.figures if not one.name.startswith("ratio.")]
    if ratios:
        console.print(_table("Times as fast as the reference", ratios))
    if others:
        console.print(_table("Figures", others))
    machine = results.machine
    kernels = "compiled kernels" if machine.compiled else "kernels not compiled"
    console.print(
        f"{machine.cores} cores, {machine.memory:g} GB, {machine.processor}; "
        f"Python {machine.python}, numpy {machine.numpy}, {kernels}",
        highlight=False,
        markup=False,
    )
    for one in results.missing:
        console.print(f"Not measured: {one.name}: {one.why}", highlight=False, markup=False)


def _table(title: str, figures: Sequence[Figure]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Name", no_wrap=True)
    table.add_column("Median", justify="right", no_wrap=True)
    table.add_column("Lowest to highest", no_wrap=True)
    table.add_column("Target", no_wrap=True)
    table.add_column("Note")
    for one in figures:
        colour = {True: "green", False: "red", None: "default"}[one.met]
        median = f"[{colour}]{number(one.median)} {one.unit}[/{colour}]"
        spread = f"{number(one.low, 3)} to {number(one.high, 3)}" if one.repeats > 1 else "once"
        target = f"[{colour}]{one.target or ''}[/{colour}]"
        table.add_row(one.name, median, spread, target, escape(one.note))
    return table
