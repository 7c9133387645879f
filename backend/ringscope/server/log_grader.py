"""The process that grades uploaded logs: ``python -m ringscope.server.log_grader``.

It gets one `Order` over the socket that is its standard input.  A process of its own, because keys
of a hostile log are regular expressions to the official rules, and may take for ever.
"""

import gzip
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from ringscope.grading.log_batch import grade_one
from ringscope.grading.log_file import LogText, LogTooLargeError, read_log_file
from ringscope.grading.log_grade import LogSetGrade as Grade
from ringscope.grading.log_grade import printable
from ringscope.grading.log_set import TESTS, LogFile, LogSet, LogSetError, Unreadable
from ringscope.grading.official import EMPTY
from ringscope.grading.records import Records, records_of
from ringscope.grading.report import Section
from ringscope.grading.setting import COURSE_SETTING, Setting
from ringscope.replay.story import Story, TooLargeError, tell
from ringscope.server import wire
from ringscope.server.children import orders_of_parent
from ringscope.server.log_orders import (
    Graded,
    KeptLog,
    Order,
    Piece,
    Refused,
    Shown,
    encode,
    read_order,
)
from ringscope.server.log_parts import sets_of
from ringscope.server.problems import RefusedError, invalid
from ringscope.simulation.scenario import parse_scenario

#: Bytes of a log that are compressed together.
_PIECE = 1 << 18
_NOTE = "This is the grade of the whole log, as the course's grader gives it."
_NO_NOTE = "The official rules were not asked for."


def main() -> None:
    """Answer the order, unless the server hangs up before."""
    channel = orders_of_parent()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        grader = Grader(read_order(channel.receive()))
        try:
            for answer in grader.answers():
                channel.send(encode(answer))
        except RefusedError as refusal:
            channel.send(encode(Refused(refusal.problem)))


class _Look(NamedTuple):
    """A log: what to say of it, how it is kept, and notes about its replay."""

    log: wire.LogOf
    kept: KeptLog | None = None
    notes: Sequence[str] = ()


class Grader:
    """Carries out one order."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._end = time.monotonic() + order.seconds
        self._kept = 0  # bytes so far
        self._logs = 0

    def answers(self) -> Iterator[KeptLog | Graded]:
        """Yield the logs, and then the grades; raises `RefusedError`."""
        order = self._order
        scenario = parse_scenario(order.conf[1], order.conf[0]) if order.conf else None
        found = sets_of(order.parts, scenario, order.unpacked)
        if len(found) > order.sets:
            raise invalid(
                f"this server grades at most {order.sets} log sets at once, not {len(found)}; "
                "`ringscope grade-log` takes more"
            )
        grades: list[wire.LogSetGrade] = []
        for one in sorted(found, key=lambda one: one.path):
            grade = self._grade(one)
            looks = [] if isinstance(one, Unreadable) else self._look_at(one, grade)
            yield from (look.kept for look in looks if look.kept is not None)
            grades.append(_told(grade, looks))
        grading = wire.LogGrading(order.id, order.created, grades)
        yield Graded(gzip.compress(msgspec.json.encode(grading), 6, mtime=0))

    def _grade(self, one: LogSet | Unreadable) -> Grade:
        left = self._end - time.monotonic()
        if left <= 0:
            problem = f"it was not graded, because all together took over {self._order.seconds:g} s"
            return Grade(printable(one.path), one.kind, problem=problem)
        return grade_one(one, self._order.rubric, min(left, self._order.patience))

    # --- logs ------------------------------------------------------------------------------------

    def _look_at(self, log_set: LogSet, grade: Grade) -> list["_Look"]:
        return [self._keep(log_set, name, grade) for name in log_set.wanted]

    def _keep(self, log_set: LogSet, name: str, grade: Grade) -> "_Look":
        log = log_set.logs.get(name)
        if log is None:
            return _without(name, "there is no such log")
        if time.monotonic() > self._end or self._kept > self._order.kept:
            return _without(name, "there was too much to keep it")
        try:
            with log.open() as file:
                text = read_log_file(file)
            pieces, blank = self._pieces(log)
        except (OSError, LogSetError, LogTooLargeError) as error:
            return _without(name, printable(f"the log {error}"))
        records = records_of(text.lines)
        unread = max(0, text.total - blank - _understood(text, records))
        try:
            story = _story(log_set, name, records)
        except TooLargeError as error:
            return _without(name, f"the log {error}", text.total, unread)
        if not story.peers:
            return _without(name, "the log has no line about a peer", text.total, unread)
        self._logs += 1
        shown = self._shown(log_set, name, story, grade)
        kept = KeptLog(self._id, shown, pieces)
        self._kept += len(shown) + sum(len(piece.data) for piece in pieces)
        why = "" if pieces or not text.total else "its lines are too many to be kept"
        return _Look(wire.LogOf(name, kept.id, text.total, unread, why), kept, story.notes)

    @property
    def _id(self) -> str:
        return f"log-{self._order.id}-{self._logs}"

    def _shown(self, log_set: LogSet, name: str, story: Story, grade: Grade) -> bytes:
        section = EMPTY if grade.official is None else _of_test(log_set, name, grade.official)
        mp1, mp2 = (section, EMPTY) if log_set.kind == "mp1" else (EMPTY, section)
        note = _NO_NOTE if self._order.rubric == "strict" else _NOTE
        if grade.problem is not None:
            note = grade.problem
        graded = wire.RunGrade(self._id, story.ticks, True, mp1, mp2, note)
        return zlib.compress(encode(Shown(self._order.created, self._order.id, story, graded)), 6)

    def _pieces(self, log: LogFile) -> tuple[list[Piece], int]:
        """Return all lines, if they are not too many, and how many of them are blank."""
        pieces: list[Piece] = []
        first, blank, rest = 1, 0, b""
        if log.size > self._order.lines_of:
            return [], 0
        with log.open() as file:
            while data := file.read(_PIECE):
                rest += data
                end = rest.rfind(b"\n") + 1
                if end:
                    pieces.append(_piece(first, rest[:end]))
                    blank += _blank(rest[:end])
                    first, rest = first + pieces[-1].lines, rest[end:]
        if rest:
            pieces.append(_piece(first, rest))
        return pieces, blank


def _without(name: str, why: str, lines: int = 0, unread: int = 0) -> _Look:
    return _Look(wire.LogOf(name, None, lines, unread, why))


def _piece(first: int, data: bytes) -> Piece:
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return Piece(first, lines, zlib.compress(data, 6))


def _blank(data: bytes) -> int:
    return sum(not line.strip() for line in data.split(b"\n")[:-1])


def _understood(text: LogText, records: Records) -> int:
    """How many lines are neither blank nor unknown; those left out are all unknown."""
    kept = sum(bool(line.text.strip()) for line in text.lines)
    return kept - records.unknown


def _story(log_set: LogSet, name: str, records: Records) -> Story:
    scenario = log_set.scenario
    setting = COURSE_SETTING if scenario is None else Setting.of(scenario)
    return tell(printable(f"{name} of {log_set.path}"), records, setting)


def _of_test(log_set: LogSet, name: str, section: Section) -> Section:
    """The checks of one log among those of its set."""
    if len(log_set.wanted) == 1:
        return section
    test = TESTS[log_set.kind][name]
    return Section.of([check for check in section.checks if check.id.split(".")[0] == test])


def _told(grade: Grade, looks: Sequence[_Look]) -> wire.LogSetGrade:
    notes = [f"{look.log.test}: the log {note}" for look in looks for note in look.notes]
    logs = [look.log for look in looks]
    return wire.LogSetGrade(
        grade.path,
        grade.kind,
        grade.official,
        grade.strict,
        [*grade.notes, *notes],
        grade.problem,
        logs,
    )


if __name__ == "__main__":
    main()
