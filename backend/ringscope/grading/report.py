"""What grading returns: checks with points, verdict, reason and evidence."""

from collections.abc import Sequence

import msgspec


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """A line of dbg.log that speaks for or against: its number in the file (from 1), tick, text."""

    line: int
    tick: int
    text: str


class Check(msgspec.Struct, frozen=True, gc=False):
    """One graded rule.

    ``id`` names it for machines (``read.3.1``), ``title`` in plain words.  ``passed`` is None while
    the run has not come to the tick that decides it.  ``reason`` is one sentence: what was
    expected and what was seen.  ``tick``: the moment to look at, None when there is none.
    """

    id: str
    title: str
    points: int
    max: int
    passed: bool | None
    reason: str
    evidence: Sequence[Evidence] = ()
    tick: int | None = None


class Section(msgspec.Struct, frozen=True, gc=False):
    """The checks of one assignment, in the official order, and their sum."""

    total: int
    max: int
    checks: Sequence[Check]

    @classmethod
    def of(cls, checks: Sequence[Check]) -> "Section":
        """Sum up ``checks``."""
        return cls(sum(c.points for c in checks), sum(c.max for c in checks), tuple(checks))


class Report(msgspec.Struct, frozen=True):
    """The grade of one seed: both assignments."""

    seed: int
    mp1: Section
    mp2: Section
