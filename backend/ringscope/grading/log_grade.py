"""Grades log sets by the official rubric, the strict one, or both."""

from collections.abc import Sequence
from functools import cached_property
from typing import Literal, cast

import msgspec

from ringscope.events import OperationKind
from ringscope.grading.explain import explained
from ringscope.grading.log_file import LogText, LogTooLargeError, read_log_file
from ringscope.grading.log_set import TESTS, Kind, LogFile, LogSet, LogSetError
from ringscope.grading.membership import MembershipTest, grade_membership
from ringscope.grading.official import grade_run
from ringscope.grading.records import Records, records_of
from ringscope.grading.report import Check, Evidence, Section
from ringscope.grading.setting import COURSE_SETTING, Setting, course_test
from ringscope.grading.store import grade_store
from ringscope.grading.strict import grade_strict
from ringscope.observers.debug_log import LogLine

Rubric = Literal["official", "strict", "both"]
RUBRICS: tuple[Rubric, ...] = ("official", "strict", "both")
#: How much of a line or of a sentence about it is handed on, in characters.
MAX_TEXT = 1_000

#: A log with more lines about members and operations gets its points, but no explanation.
MAX_EXPLAINED = 250_000

#: What a log counts as that is not there.
NO_LOG = LogText([], 0, 0, ())


class LogSetGrade(msgspec.Struct, frozen=True):
    """The grade of one log set.

    ``official`` and ``strict`` are None unless asked for, and if ``problem``, one sentence, says
    why the set could not be graded.  ``kind`` is None where even that is not known.  ``missing``:
    the scenarios without a log.  ``notes``: what else is worth knowing.  All text can be encoded:
    bytes that are no UTF-8 stand there as ``\\\\x9d``.
    """

    path: str
    kind: Kind | None
    official: Section | None = None
    strict: Section | None = None
    missing: Sequence[str] = ()
    notes: Sequence[str] = ()
    problem: str | None = None

    @property
    def section(self) -> Section:
        """The official checks, or the strict ones where only they were asked for."""
        return self.official or self.strict or Section.of(())

    @property
    def sections(self) -> dict[Rubric, Section]:
        """The sections that were asked for by the name of their rubric."""
        sections: dict[Rubric, Section] = {}
        if self.official is not None:
            sections["official"] = self.official
        if self.strict is not None:
            sections["strict"] = self.strict
        return sections

    @property
    def checks(self) -> list[Check]:
        """The checks of all sections; no two have the same id."""
        return [check for section in self.sections.values() for check in section.checks]

    @property
    def lost(self) -> list[Check]:
        """The checks that lost points."""
        return [check for check in self.checks if check.points < check.max]

    @property
    def full_marks(self) -> bool:
        """Whether it was graded and no point was lost."""
        sections = self.sections.values()
        return bool(sections) and all(section.total >= section.max for section in sections)


def grade_log_set(log_set: LogSet, rubric: Rubric = "official") -> LogSetGrade:
    """Grade one set; what cannot be read comes out as its ``problem``."""
    official: list[Check] = []
    strict: list[Check] = []
    notes = [*log_set.notes]
    missing = [name for name in log_set.wanted if name not in log_set.logs]
    for name in log_set.wanted:
        try:
            text = _read(log_set.logs[name]) if name in log_set.logs else NO_LOG
        except (OSError, LogSetError, LogTooLargeError) as error:
            return failed(log_set, f"{name}: {_words(error)}")
        notes += (f"{name}: the log {note}" for note in text.notes)
        log = _Log(log_set, name, text)
        if not log.explained:
            notes.append(
                f"{name}: {len(text.lines):,} lines about members and operations are too many to "
                "explain; a run of the course has about 1,000"
            )
        if rubric != "strict":
            official += log.official()
        if rubric != "official":
            strict += log.strict()
    notes += (f"{name}: no log, which counts as one with nothing in it" for name in missing)
    return LogSetGrade(
        printable(log_set.path),
        log_set.kind,
        None if rubric == "strict" else _section(official),
        None if rubric == "official" else _section(strict),
        tuple(missing),
        tuple(map(printable, notes)),
    )


def failed(log_set: LogSet, problem: str) -> LogSetGrade:
    """Return the grade of a set that could not be graded, and why."""
    return LogSetGrade(printable(log_set.path), log_set.kind, problem=printable(problem))


def printable(text: str) -> str:
    """Return a text that can be encoded, bytes that are no UTF-8 as ``\\\\x9d``, and is short."""
    raw = text.encode(errors="surrogateescape") if not text.isascii() else b""
    shown = raw.decode(errors="backslashreplace") if raw else text
    return shown if len(shown) <= MAX_TEXT else shown[:MAX_TEXT] + "…"


def _read(log: LogFile) -> LogText:
    with log.open() as file:
        return read_log_file(file)


class _Log:
    """One log with the rules that judge it."""

    def __init__(self, log_set: LogSet, name: str, text: LogText) -> None:
        scenario = log_set.scenario
        self._scenario = scenario
        self._kind = log_set.kind
        self._test = name if scenario is None else str(course_test(scenario))
        self._setting = COURSE_SETTING if scenario is None else Setting.of(scenario)
        self._lines = text.lines
        self._printed = text.lines[: text.printed]
        self.explained = len(text.lines) <= MAX_EXPLAINED

    @cached_property
    def _records(self) -> Records:
        return records_of(self._lines)

    def official(self) -> Sequence[Check]:
        """Return the official checks."""
        return self._explain(Section.of(self._official_checks()), self._printed)

    def strict(self) -> Sequence[Check]:
        """Return the strict checks."""
        return self._explain(grade_strict(self._test, self._records, self._setting), self._lines)

    def _explain(self, section: Section, lines: Sequence[LogLine]) -> Sequence[Check]:
        if not self.explained:
            return section.checks
        return explained(section, self._test, lines, self._records, self._setting).checks

    def _official_checks(self) -> list[Check]:
        if self._scenario is not None:
            sections = grade_run(self._scenario, self._printed)
            return [check for section in sections for check in section.checks]
        test = TESTS[self._kind][self._test]
        if self._kind == "mp1":
            rulings = grade_membership(cast(MembershipTest, test), self._printed)
        else:
            rulings = grade_store(cast(OperationKind, test), self._printed)
        return [ruling.check for ruling in rulings]


def _section(checks: Sequence[Check]) -> Section:
    return Section.of([_printable_check(check) for check in checks])


def _printable_check(check: Check) -> Check:
    evidence = tuple(
        Evidence(line.line, line.tick, printable(line.text)) for line in check.evidence
    )
    told = check.explanation
    if told is not None:
        told = msgspec.structs.replace(
            told,
            rule=printable(told.rule),
            expected=printable(told.expected),
            seen=printable(told.seen),
            keys=tuple(map(printable, told.keys)),
            causes=tuple(map(printable, told.causes)),
        )
    return msgspec.structs.replace(
        check, reason=printable(check.reason), evidence=evidence, explanation=told
    )


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"the log cannot be read: {error.strerror or error}"
    return f"the log {error}" if isinstance(error, LogTooLargeError) else str(error)
