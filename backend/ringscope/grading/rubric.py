"""What all rubrics share: titles, how a check is written down, and when it is decided."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ringscope.grading.report import Check, Evidence
from ringscope.observers.debug_log import LogLine

#: How many lines of the log a check shows at most.
MAX_EVIDENCE = 20

TITLES = {
    "single.join": "One failure: everybody joins",
    "single.completeness": "One failure: everybody notices it",
    "single.accuracy": "One failure: nobody else is removed",
    "multi.join": "Half the group fails: everybody joins",
    "multi.completeness": "Half the group fails: the others notice each failure",
    "multi.accuracy": "Half the group fails: nobody else is removed",
    "drop.join": "One failure under message loss: everybody joins",
    "drop.completeness": "One failure under message loss: everybody notices it",
    "create.1": "Create three replicas of every key",
    "delete.1": "Delete three replicas of every key",
    "delete.2": "Delete a key that does not exist",
    "read.1": "Read a key",
    "read.2": "Read it after one replica failed",
    "read.3.1": "Read it just after two replicas failed: must fail",
    "read.3.2": "Read it again after stabilisation",
    "read.4": "Read it after a peer without a replica failed",
    "read.5": "Read a key that does not exist",
    "update.1": "Update a key",
    "update.2": "Update it after one replica failed",
    "update.3.1": "Update it just after two replicas failed: must fail",
    "update.3.2": "Update it again after stabilisation",
    "update.4": "Update it after a peer without a replica failed",
    "update.5": "Update a key that does not exist",
}
#: The order in which the course's graders report their checks.
OFFICIAL_ORDER = tuple(TITLES)


class Ruling(NamedTuple):
    """A check as the log stands, and the tick whose lines it has to wait for.

    ``decided`` is None when only the end of the run decides.
    """

    check: Check
    decided: int | None


def rule(
    check_id: str,
    points: int,
    maximum: int,
    reason: str,
    evidence: Iterable[LogLine] = (),
    *,
    decided: int | None,
) -> Ruling:
    """Write down a check; passed means full points."""
    shown = tuple(Evidence(*line) for line, _ in zip(evidence, range(MAX_EVIDENCE), strict=False))
    moment = shown[-1].tick if shown else decided
    passed = points >= maximum
    check = Check(check_id, TITLES[check_id], points, maximum, passed, reason, shown, moment)
    return Ruling(check, decided)


def pending(check: Check, due: int) -> Check:
    """Return a check as it looks before tick ``due`` decides it: no verdict and no points yet."""
    reason = f"Not decided before tick {due}."
    return Check(check.id, check.title, 0, check.max, None, reason, (), due)


def count(number: int, noun: str) -> str:
    """Return ``1 line`` or ``3 lines``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ticks_of(lines: Sequence[LogLine]) -> str:
    """Say when lines were written: ``at tick 151``, ``at ticks 151 to 153``."""
    ticks = [line.tick for line in lines]
    if not ticks:
        return ""
    first, last = min(ticks), max(ticks)
    return f" at tick {first}" if first == last else f" at ticks {first} to {last}"
