"""What grading returns: checks with points, verdict, reason and evidence."""

from collections.abc import Sequence

import msgspec


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """A line of dbg.log that speaks for or against: its number in the file (from 1), tick, text."""

    line: int
    tick: int
    text: str


class Explanation(msgspec.Struct, frozen=True, gc=False):
    """Why points were lost, in the words of somebody who reads the log with its author.

    ``rule``: what was asked for, in a sentence.  ``peers`` and ``keys``: whom and what it is about,
    as far as the log tells.  ``expected`` and ``seen``: in figures.  ``causes``: what the log shows
    to have gone wrong, the most telling first; never a guess that no line speaks for.
    ``specific``: a cause was found in the log; otherwise ``causes`` say where to look.
    ``more``: how many lines speak for it beyond those shown as evidence.
    """

    rule: str
    expected: str
    seen: str
    peers: Sequence[int] = ()
    keys: Sequence[str] = ()
    causes: Sequence[str] = ()
    specific: bool = False
    more: int = 0


class Check(msgspec.Struct, frozen=True, gc=False):
    """One graded rule.

    ``id`` names it for machines (``read.3.1``), ``title`` in plain words.  ``passed`` is None while
    the run has not come to the tick that decides it.  ``reason`` is one sentence: what was
    expected and what was seen.  ``tick``: the moment to look at, None when there is none.
    ``explanation``: of lost points, where one was asked for.
    """

    id: str
    title: str
    points: int
    max: int
    passed: bool | None
    reason: str
    evidence: Sequence[Evidence] = ()
    tick: int | None = None
    explanation: Explanation | None = None


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
