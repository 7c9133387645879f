"""What a dbg.log says, line by line: a tolerant parser that any C++ solution's log may be put to.

The spelling is that of the course's framework; blanks, capitals, ports, short addresses (``4:0``),
control characters at the end of a line and a missing head or text time are forgiven.  A line that
is none of these records (debug output, a truncated or a mixed-up line) is counted and the first
few are kept; nothing is fatal, and no line takes longer than its length.

Peers are numbers: the four bytes of an address, lowest first, printed signed or not.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from heapq import merge
from operator import attrgetter
from typing import Literal, TypeVar

import msgspec

from ringscope.events import OperationKind
from ringscope.observers.debug_log import MAGIC, LogLine

#: The number of a peer that a line does not name; the very first record of a log has no address.
UNNAMED = 0
#: How many lines that were not understood are kept to be shown.
SAMPLES = 5


class Record(msgspec.Struct, frozen=True, gc=False):
    """A line that was understood.

    ``line``: as it stands in the file, with its number and its tick, which is that of its bracket,
    or where there is none that of its text.  ``peer``: who logged it.
    """

    line: LogLine
    peer: int

    @property
    def tick(self) -> int:
        """When it was logged."""
        return self.line.tick


class Created(Record, frozen=True, gc=False):
    """``APP``: the framework made a peer.  ``store``: it is the line of the second assignment."""

    store: bool


class Started(Record, frozen=True, gc=False):
    """A peer came up.  ``starts_group``: it is the introducer; else it asks to join."""

    starts_group: bool


class Joined(Record, frozen=True, gc=False):
    """``peer`` added ``member`` to its list."""

    member: int


class Removed(Record, frozen=True, gc=False):
    """``peer`` removed ``member`` from its list."""

    member: int


class Failed(Record, frozen=True, gc=False):
    """``peer`` crashed.  ``group``: spelt as the scenario in which half of the group fails does."""

    group: bool


class Left(Record, frozen=True, gc=False):
    """``peer`` announced that it leaves (Ringscope only)."""


class Operation(Record, frozen=True, gc=False):
    """A client asked ``peer``, the coordinator.  ``value``: None when the line names none."""

    kind: OperationKind
    key: str
    value: str | None


class Answer(Record, frozen=True, gc=False):
    """``peer`` answered as a replica (``server``) or to the client (``coordinator``).

    ``transaction`` is None when the line has none; ``value`` is None when it names none.
    """

    role: Literal["server", "coordinator"]
    kind: OperationKind
    ok: bool
    transaction: int | None
    key: str
    value: str | None


class Told(Record, frozen=True, gc=False):
    """``@@time=500``: peer 1 tells the time, so it ran until then."""

    time: int


class GaveUp(Record, frozen=True, gc=False):
    """The framework's driver or a peer could not go on; ``message`` says why."""

    message: str


AnyRecord = (
    Created | Started | Joined | Removed | Failed | Left | Operation | Answer | Told | GaveUp
)
R = TypeVar("R", bound=Record)


class Records:
    """The records of a log by type, each in the order of the file, and what was not understood.

    ``lines``: how many lines the log has.  ``unknown``: how many of them are neither records nor
    empty; ``samples``: the first of them.  ``magic``: the log opens with ``131``, as the course's
    logger does.  ``last``: the last line that is not empty.
    """

    def __init__(self) -> None:
        self.lines = 0
        self.unknown = 0
        self.samples: list[LogLine] = []
        self.magic = False
        self.last: LogLine | None = None
        self._by_type: dict[type, list[Record]] = {}

    def add(self, line: LogLine) -> None:
        """Take in the next line."""
        self.lines += 1
        record = record_of(line)
        if record is not None:
            self._by_type.setdefault(type(record), []).append(record)
            self.last = record.line
        elif text := line.text.strip():
            self.last = line
            if text == MAGIC and line.number == 1:
                self.magic = True
                return
            self.unknown += 1
            if len(self.samples) < SAMPLES:
                self.samples.append(line)

    def of(self, kind: type[R]) -> list[R]:
        """Return all records of one type, in the order of the file."""
        return self._by_type.get(kind, [])  # type: ignore[return-value]

    def __iter__(self) -> Iterator[Record]:
        """Go through all records in the order of the file."""
        return merge(*self._by_type.values(), key=attrgetter("line"))

    @property
    def last_tick(self) -> int:
        """The tick of the last line, 0 for an empty log."""
        return self.last.tick if self.last is not None else 0


def records_of(lines: Iterable[LogLine]) -> Records:
    """Return what the lines of a log say; they may come from a stream of any length."""
    records = Records()
    for line in lines:
        records.add(line)
    return records


_BYTE = r"-?\d{1,3}"
_ADDRESS = rf"(?:{_BYTE}\.{_BYTE}\.{_BYTE}\.{_BYTE}(?::\d{{1,5}})?|-?\d{{1,9}}:\d{{1,5}})"
_HEAD = re.compile(rf"\s*(?:({_ADDRESS})\s*)?(?:\[\s*(\d{{1,9}})\s*\]\s*)?(@@|[A-Za-z]*)")
_AT_TIME = r"\s+at\s+time(?:\s*[:=])?\s*(\d{1,9})"
_END = r"[\s\x00-\x20\x7f-\x9f]*\Z"
_I = re.IGNORECASE
_MEMBER = re.compile(rf"Node\s+({_ADDRESS})\s+(joined|removed)(?:{_AT_TIME})?{_END}", _I)
_FAILED = re.compile(rf"Node\s+failed\s+at\s+time(\s*)=\s*(\d{{1,9}}){_END}", _I)
_APP = re.compile(rf"APP(\s+MP2)?{_END}", _I)
_START = re.compile(rf"(?:(Starting\s+up\s+group)|Trying\s+to\s+join)\.*{_END}", _I)
_LEAVING = re.compile(rf"Leaving\s+the\s+group\.*{_END}", _I)
_TIME = re.compile(rf"@@\s*time\s*=\s*(\d{{1,9}}){_END}", _I)
_GAVE_UP = re.compile(
    r"(?:Could not (?:find at least quorum|fail )|init_thisnode failed|Unable to join self)", _I
)
_OPERATION = re.compile(r"(create|read|update|delete)\s+operation\s+key\s*:", _I)
_VALUE = re.compile(r"\svalue\s*:", _I)
_ANSWER = re.compile(
    r"(server|coordinator)(?:\s*:)?\s*(create|read|update|delete)\s+(success|fail)(?:ed|ure)?"
    rf"(?:{_AT_TIME})?\s*,(?:\s*transID\s*=\s*(-?\d{{1,20}})\s*,)?\s*key\s*=",
    _I,
)
_ANSWER_VALUE = re.compile(r",\s*value\s*=", _I)
#: What surrounds a key or a value without being part of it.
_TRIM = "".join(map(chr, range(33))) + "\x7f"


def record_of(line: LogLine) -> AnyRecord | None:
    """Return what one line says, None when it is no record."""
    head = _HEAD.match(line.text)
    if head is None:
        return None
    parse = _PARSERS.get(head[3].lower())
    if parse is None:
        return None
    if head[2] is None:
        line = _timed_by_its_text(line)
    elif int(head[2]) != line.tick:
        line = line._replace(tick=int(head[2]))
    return parse(line, peer_of(head[1]), line.text[head.start(3) :])


@lru_cache(maxsize=65_536)
def peer_of(address: str | None) -> int:
    """Return the number of a peer by its address, long or short, with or without a port."""
    if address is None:
        return UNNAMED
    host, _, _ = address.partition(":")
    parts = host.split(".")
    if len(parts) == 1:
        return int(host) if int(host) >= 0 else int(host) & 255
    return sum((int(part) & 255) << 8 * place for place, part in enumerate(parts))


_TEXT_TIME = re.compile(rf"{_AT_TIME}|time\s*=\s*(\d{{1,9}})", _I)


def _timed_by_its_text(line: LogLine) -> LogLine:
    found = _TEXT_TIME.search(line.text[:200])
    return line if found is None else line._replace(tick=int(found[1] or found[2]))


def _member(line: LogLine, peer: int, message: str) -> Joined | Removed | Failed | None:
    found = _MEMBER.match(message)
    if found is None:
        failed = _FAILED.match(message)
        return failed and Failed(line, peer, bool(failed[1]))
    kind = Joined if found[2].lower() == "joined" else Removed
    return kind(line, peer, peer_of(found[1]))


def _app(line: LogLine, peer: int, message: str) -> Created | None:
    found = _APP.match(message)
    # The framework makes the peers in their order, and the first record has lost its address.
    return found and Created(line, peer or 1, found[1] is not None)


def _start(line: LogLine, peer: int, message: str) -> Started | None:
    found = _START.match(message)
    return found and Started(line, peer, found[1] is not None)


def _leaving(line: LogLine, peer: int, message: str) -> Left | None:
    return Left(line, peer) if _LEAVING.match(message) else None


def _time(line: LogLine, peer: int, message: str) -> Told | None:
    found = _TIME.match(message)
    return found and Told(line, peer, int(found[1]))


def _gave_up(line: LogLine, peer: int, message: str) -> GaveUp | None:
    return GaveUp(line, peer, message.strip(_TRIM)) if _GAVE_UP.match(message) else None


def _operation(line: LogLine, peer: int, message: str) -> Operation | None:
    found = _OPERATION.match(message)
    end = message.lower().rfind(" at time")
    if found is None or end < found.end():
        return None
    about = message[found.end() : end]
    kind: OperationKind = found[1].lower()  # type: ignore[assignment]
    value = _VALUE.search(about)
    if value is None:
        return Operation(line, peer, kind, about.strip(_TRIM), None)
    key, rest = about[: value.start()], about[value.end() :]
    return Operation(line, peer, kind, key.strip(_TRIM), rest.strip(_TRIM))


def _answer(line: LogLine, peer: int, message: str) -> Answer | None:
    found = _ANSWER.match(message)
    if found is None:
        return None
    role, kind, verdict, _, transaction = found.groups()
    about = message[found.end() :]
    value = _ANSWER_VALUE.search(about)
    return Answer(
        line,
        peer,
        role.lower(),  # type: ignore[arg-type]
        kind.lower(),  # type: ignore[arg-type]
        verdict.lower() == "success",
        None if transaction is None else int(transaction),
        (about if value is None else about[: value.start()]).strip(_TRIM),
        None if value is None else about[value.end() :].strip(_TRIM),
    )


_PARSERS: dict[str, Callable[[LogLine, int, str], AnyRecord | None]] = {
    "node": _member,
    "app": _app,
    "starting": _start,
    "trying": _start,
    "leaving": _leaving,
    "@@": _time,
    "could": _gave_up,
    "init": _gave_up,
    "unable": _gave_up,
    "server": _answer,
    "coordinator": _answer,
    "create": _operation,
    "read": _operation,
    "update": _operation,
    "delete": _operation,
}
