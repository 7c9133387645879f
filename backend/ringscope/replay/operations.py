"""Which answers belong to which operation, and what they tell about who holds which key.

The driver's line about an operation has no transaction; servers and coordinators name one, which
some programs get wrong.  An answer belongs to the operation of its kind and key that has its
transaction; if none has, to the one asked for last that has no transaction yet.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ringscope.events import (
    AnyEvent,
    CopyDropped,
    CopyStored,
    OperationEnded,
    OperationStarted,
    ReplicaAnswered,
)
from ringscope.grading.log_grade import printable
from ringscope.grading.records import Answer, Operation, Record
from ringscope.grading.setting import Setting

#: So many operations of one kind on one key are remembered; what answers come later have no home.
_REMEMBERED = 64
#: So many answers of replicas to one operation are shown.
_ANSWERS = 64
#: The largest number that a browser does not round.
_LARGEST = 2**53 - 1

Version = tuple[int, int, int]
#: Older than any that was written.
_STALE: Version = (0, 0, 0)


@dataclass(slots=True, eq=False)
class Asked:
    """One operation: what was asked for, and what became of it.

    ``transaction``: as its answers name it; ``number``: as we do, which is the same if possible.
    """

    record: Operation
    transaction: int | None = None
    number: int = 0
    replicas: dict[int, None] = field(default_factory=dict)
    answers: int = 0
    accepted: int = 0
    end: Answer | None = None


class Operations:
    """Ties all answers among ``records``, which are in order, to operations."""

    def __init__(self, records: Iterable[Record], setting: Setting) -> None:
        self._setting = setting
        self._asked: list[Asked] = []
        self._latest: dict[tuple[str, str], deque[Asked]] = {}  # by kind and key
        self._tied: dict[int, Asked] = {}  # by the line number of the record
        self._lost = 0
        self._endless: dict[int, list[Asked]] = {}  # by coordinator, as far as they have begun
        for record in records:
            if isinstance(record, Operation):
                self._ask(record)
            elif isinstance(record, Answer):
                self._tie(record)
        self._number()

    @property
    def unanswered(self) -> int:
        """How many operations have no coordinator's line, although it did not fail."""
        return sum(asked.end is None for asked in self._asked) - self._lost

    def events(self, record: Operation | Answer) -> Iterator[AnyEvent]:
        """Yield what a line says about an operation; call it for each in order."""
        asked = self._tied.get(record.line.number)
        if asked is None:
            return
        if isinstance(record, Operation):
            if asked.end is None:
                self._endless.setdefault(record.peer, []).append(asked)
            yield self._started(asked)
        elif record.role == "server":
            asked.answers += 1
            asked.accepted += record.ok
            if asked.answers <= _ANSWERS:
                yield ReplicaAnswered(
                    record.tick, asked.number, record.kind, printable(record.key),
                    _shown(record.value), record.peer, record.ok,
                )  # fmt: skip
        elif asked.end is record:
            yield OperationEnded(
                record.tick, asked.number, record.kind, printable(record.key),
                _shown(record.value), record.peer, "success" if record.ok else "failure",
                asked.accepted, asked.answers,
            )  # fmt: skip

    def lost(self, coordinator: int, tick: int) -> Iterator[OperationEnded]:
        """Yield the end of what a peer that fails will never answer."""
        for asked in self._endless.pop(coordinator, ()):
            record = asked.record
            self._lost += 1
            yield OperationEnded(
                tick, asked.number, record.kind, printable(record.key), _shown(record.value),
                coordinator, "lost", asked.accepted, asked.answers,
            )  # fmt: skip

    def version(self, record: Answer) -> Version | None:
        """Return the version that an answer to a write is about, None if nobody asked for it."""
        asked = self._tied.get(record.line.number)
        if asked is None:
            return None
        return asked.record.tick + 1, asked.record.peer, asked.number

    def _ask(self, record: Operation) -> None:
        asked = self._tied[record.line.number] = Asked(record)
        self._asked.append(asked)
        recent = self._latest.setdefault((record.kind, record.key), deque(maxlen=_REMEMBERED))
        recent.append(asked)

    def _tie(self, answer: Answer) -> None:
        asked = self._home(answer)
        if asked is None:
            return
        self._tied[answer.line.number] = asked
        if answer.role == "coordinator":
            asked.end = asked.end or answer
        elif len(asked.replicas) < _ANSWERS:
            asked.replicas[answer.peer] = None

    def _home(self, answer: Answer) -> Asked | None:
        ours: list[Asked] = [*self._latest.get((answer.kind, answer.key), ())]
        if answer.role == "coordinator":
            ours = [asked for asked in ours if asked.record.peer == answer.peer]
        if answer.transaction is not None:
            for asked in reversed(ours):
                if asked.transaction == answer.transaction:
                    return asked
        waiting = [asked for asked in ours if asked.end is None]
        new = [asked for asked in waiting if asked.transaction is None]
        if not new:  # a coordinator that mixes up transactions still answers for itself
            return waiting[-1] if waiting and answer.role == "coordinator" else None
        found = next(asked for asked in new if asked.record.tick == new[-1].record.tick)
        found.transaction = answer.transaction
        return found

    def _number(self) -> None:
        """Call the operations by their transactions, where these are numbers of one each."""
        taken: set[int] = set()
        for asked in self._asked:
            own = asked.transaction
            if own is not None and 0 < own <= _LARGEST and own not in taken:
                asked.number = own
                taken.add(own)
        free = 1
        for asked in self._asked:
            if not asked.number:
                while free in taken:
                    free += 1
                asked.number = free
                taken.add(free)

    def _started(self, asked: Asked) -> OperationStarted:
        record = asked.record
        return OperationStarted(
            record.tick, asked.number, record.kind, printable(record.key), _shown(record.value),
            record.peer, tuple(asked.replicas), self._setting.quorum(record.kind),
        )  # fmt: skip


class Holders:
    """Who said of which keys that it holds them; deletes by stabilisation are in no log."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._newest: dict[str, tuple[Version, str | None]] = {}
        self._held: dict[str, dict[int, Version]] = {}

    def events(self, answer: Answer) -> Iterator[AnyEvent]:
        """Yield what a replica's answer tells about its copy."""
        held = self._held.setdefault(answer.key, {})
        if answer.ok and answer.kind != "read":
            yield self._wrote(answer, held)
        elif answer.ok:
            yield from self._has(answer, held)
        elif answer.kind == "read" and answer.peer in held:
            del held[answer.peer]
            yield CopyDropped(answer.tick, answer.peer, printable(answer.key))

    def forget(self, peer: int) -> None:
        """A peer has lost its memory."""
        for held in self._held.values():
            held.pop(peer, None)

    def _wrote(self, answer: Answer, held: dict[int, Version]) -> CopyStored:
        value = None if answer.kind == "delete" else answer.value or ""
        version = self._operations.version(answer)
        client = version is not None
        if version is None:
            version = self._version_of(answer.key, value)
        if version >= self._newest.get(answer.key, (_STALE, None))[0]:
            self._newest[answer.key] = version, value
        return self._stored(answer, held, value, version, client)

    def _has(self, answer: Answer, held: dict[int, Version]) -> Iterator[CopyStored]:
        """A replica that answers a read holds the key, although nobody saw it come."""
        value = answer.value or ""
        version = self._version_of(answer.key, value)
        self._newest.setdefault(answer.key, (version, value))
        if held.get(answer.peer) != version:
            yield self._stored(answer, held, value, version, client=False)

    def _version_of(self, key: str, value: str | None) -> Version:
        version, newest = self._newest.get(key, (_STALE, value))
        return version if value == newest else _STALE

    def _stored(
        self, answer: Answer, held: dict[int, Version], value: str | None, version: Version,
        client: bool,
    ) -> CopyStored:  # fmt: skip
        if value is None:
            held.pop(answer.peer, None)
        else:
            held[answer.peer] = version
        cause: Literal["write", "stabilisation"] = "write" if client else "stabilisation"
        key = printable(answer.key)
        return CopyStored(answer.tick, answer.peer, key, _shown(value), version, cause)


def _shown(value: str | None) -> str | None:
    return None if value is None else printable(value)
