"""What a benchmark reports: medians with their spread, ratios, targets, and what is missing."""

from collections.abc import Sequence
from statistics import median
from typing import Literal, NamedTuple

import msgspec


class Target(NamedTuple):
    """What a figure is to reach, in the figure's own unit."""

    bound: float
    kind: Literal["at least", "at most"] = "at most"

    def met(self, value: float) -> bool:
        """Whether ``value`` reaches it."""
        return value >= self.bound if self.kind == "at least" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.kind} {self.bound:g}"


#: The targets of the project, by the name of the figure.
TARGETS = {
    "ratio.scenario.10": Target(2, "at least"),
    "ratio.scenario.100": Target(30, "at least"),
    "ratio.scenario.160": Target(50, "at least"),
    "ratio.store.9000": Target(2, "at least"),
    "ratio.campaign": Target(3, "at least"),
    "scenario.1000.default": Target(3),
    "membership.10000.default": Target(500),
    "membership.10000.memory": Target(2),
    "membership.10000.bound": Target(4),
    "store.linear": Target(0.8, "at least"),
    "store.lost": Target(0),
    "grade.cold": Target(1.5),
    "help.cold": Target(0.2),
    "viewers.p95": Target(100),
    "viewers.rate": Target(19, "at least"),
    "page.ring": Target(30, "at least"),
    "page.matrix": Target(30, "at least"),
}


class Figure(msgspec.Struct, frozen=True):
    """One measured quantity: the median over ``repeats``, the lowest and the highest value.

    ``target`` and whether it is ``met`` are None where the project has set none.
    """

    name: str
    unit: str
    median: float
    low: float
    high: float
    repeats: int
    note: str = ""
    target: str | None = None
    met: bool | None = None


class Missing(msgspec.Struct, frozen=True):
    """What was not measured, and why."""

    name: str
    why: str


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured.  ``memory`` is in GB; ``compiled``: the kernels are machine code."""

    cores: int
    memory: float
    processor: str
    system: str
    python: str
    numpy: str
    compiled: bool


class Results(msgspec.Struct, frozen=True):
    """Everything one call measured.  A ratio above 1 means that Ringscope is faster."""

    ratios: dict[str, float]
    figures: list[Figure]
    machine: Machine
    missing: list[Missing]
    quick: bool
    ringscope: str


def figure(name: str, unit: str, values: Sequence[float], note: str = "") -> Figure:
    """Sum up ``values``, at least one, measured one after the other."""
    middle = median(values)
    target = TARGETS.get(name)
    return Figure(
        name,
        unit,
        _digits(middle),
        _digits(min(values)),
        _digits(max(values)),
        len(values),
        note,
        None if target is None else str(target),
        None if target is None else target.met(middle),
    )


def number(value: float, digits: int = 4) -> str:
    """Return ``value`` as people write it: thousands apart, no more digits than say something."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def _digits(value: float) -> float:
    """Four digits are more than any clock here deserves."""
    return float(f"{value:.4g}")
