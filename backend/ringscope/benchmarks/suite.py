"""The benchmarks in order, and what each of them is given."""

import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ringscope import __version__
from ringscope.benchmarks.figures import Figure, Machine, Missing, Results, figure
from ringscope.benchmarks.measure import Clock, Stopwatch
from ringscope.benchmarks.memory import total_memory
from ringscope.benchmarks.reference import Reference, ReferenceFailedError
from ringscope.kernel import COMPILED

#: Every benchmark by name, in the order in which they run: a module of this package with
#: ``measure(bench)``.
NAMES = (
    "scenario", "store", "campaign", "membership", "operations", "grading", "logs", "frames",
    "viewers", "page", "cold", "stages",
)  # fmt: skip
LEFT_OUT = "left out by --only"
NO_REFERENCE = "no --reference was given; name the course's Application that you have built"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured.  ``repeats``: of what is quick; ``turns``: against the reference."""

    repeats: int = 7
    turns: int = 5
    versus: tuple[int, ...] = (10, 100, 160)
    inserts: int = 9_000
    groups: tuple[int, ...] = (10, 100, 160, 300, 1_000, 3_000, 10_000)
    huge: int = 30_000
    whole_run: int = 1_000
    ticks: int = 700
    operations: tuple[int, ...] = (10_000, 1_000_000)
    campaign: int = 1_000
    campaigns: int = 1
    seeds: int = 20
    drawn: tuple[int, ...] = (10, 1_000)
    viewers: int = 50
    seconds: float = 10.0
    page_peers: int = 1_000
    profiled: tuple[int, ...] = (10, 100, 1_000)
    triad: int = 256 * 2**20  # bytes of each of three arrays


FULL = Scale()
QUICK = Scale(
    repeats=3, turns=2, versus=(10, 100), groups=(10, 100, 300, 1_000), huge=0,
    operations=(2_000, 20_000), campaign=60, campaigns=1, seeds=3, viewers=10, seconds=3.0,
    page_peers=100, triad=64 * 2**20, whole_run=200,
    profiled=(10, 100),
)  # fmt: skip


@dataclass(slots=True)
class Bench:
    """What a benchmark is given, and where it reports to."""

    scale: Scale
    scratch: Path
    reference: Reference | None = None
    reference_9000: Reference | None = None
    clock: Clock = time.perf_counter
    figures: list[Figure] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    ratios: dict[str, float] = field(default_factory=dict)

    @property
    def watch(self) -> Stopwatch:
        """A stopwatch with its clock."""
        return Stopwatch(self.clock)

    def add(self, name: str, unit: str, values: list[float], note: str = "") -> None:
        """Report a figure."""
        self.figures.append(figure(name, unit, values, note))

    def add_ratio(self, name: str, values: list[float], note: str = "") -> None:
        """Report how many times as fast as the reference we are."""
        self.add(f"ratio.{name}", "times", values, note)
        self.ratios[name] = self.figures[-1].median

    def miss(self, name: str, why: str) -> None:
        """Report what cannot be measured, and why."""
        self.missing.append(Missing(name, why))

    def folder(self, name: str) -> Path:
        """Return an empty folder of that name for scratch files."""
        folder = self.scratch / name
        folder.mkdir(parents=True)
        return folder


def run_suite(
    names: Iterable[str],
    scale: Scale,
    reference: Reference | None = None,
    reference_9000: Reference | None = None,
    tell: Callable[[str], object] = lambda name: None,
) -> Results:
    """Run the named benchmarks and return everything measured; ``tell`` hears what comes next."""
    with TemporaryDirectory(prefix="ringscope-bench-") as scratch:
        bench = Bench(scale, Path(scratch), reference, reference_9000)
        chosen = set(names)
        if left_out := [name for name in NAMES if name not in chosen]:
            bench.miss(", ".join(left_out), LEFT_OUT)
        if reference is None and chosen & {"scenario", "store", "campaign"}:
            bench.miss("ratios", NO_REFERENCE)
        for name in NAMES:
            if name in chosen:
                tell(name)
                _measure(name, bench)
        quick = scale != FULL
        figures, missing = bench.figures, bench.missing
        return Results(bench.ratios, figures, machine(), missing, quick, __version__)


def _measure(name: str, bench: Bench) -> None:
    try:
        import_module(f"ringscope.benchmarks.{name}").measure(bench)
    except ReferenceFailedError as failure:
        bench.miss(name, str(failure))


def machine() -> Machine:
    """Describe where we are."""
    memory = total_memory()
    return Machine(
        cores=os.cpu_count() or 1,
        memory=round(memory / 1e9, 1),
        processor=_processor(),
        system=platform.system(),
        python=platform.python_version(),
        numpy=np.__version__,
        compiled=COMPILED,
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
