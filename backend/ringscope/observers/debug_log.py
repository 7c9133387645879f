"""dbg.log, as the course's program writes it, as a fold over the events of a run.

The file opens with the line ``131`` (the sum of the characters of CS425, in hexadecimal).  Every
record is a newline, a blank, the address of the peer that speaks, its tick in brackets and a
message; nothing follows the message, so line 2 is empty and the last line is not ended.  The very
first record has no address: that is how the course's program begins, and graders know it.

Deviation: the bytes of an address are printed unsigned.  The original prints signed characters
where the compiler has them, so that peer 128 becomes ``-128.0.0.0:0`` on most machines.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple, TextIO, cast

from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    OperationEnded,
    OperationKind,
    OperationStarted,
    PeerFailed,
    PeerLeaving,
    PeerLeft,
    PeerStarted,
    ReplicaAnswered,
    RunStarted,
    TickEnded,
)

MAGIC = "131"
#: The peer that logs the time, and how often it does, in ticks.
TIME_KEEPER = 1
TIME_LINE_INTERVAL = 500


class LogLine(NamedTuple):
    """A record: its line number in the file (from 1), its tick, and the line as in the file."""

    number: int
    tick: int
    text: str


@lru_cache(maxsize=65_536)
def address(peer: int) -> str:
    """Return how logs call a peer: the four bytes of its number, lowest first, and port 0."""
    return f"{peer & 255}.{peer >> 8 & 255}.{peer >> 16 & 255}.{peer >> 24 & 255}:0"


class LogWriter:
    """Turns events into records and hands each to ``write(tick, line)``.

    ``store``: the scenario has a CRUD test, so every peer also announces its store.
    """

    def __init__(self, store: bool, write: Callable[[int, str], object]) -> None:
        self._store = store
        self._write = write
        self._keeper_lives = False
        self._time_line_due: int | None = None
        self._handlers: dict[type, Callable[..., None]] = {
            RunStarted: self._run_started,
            PeerStarted: self._peer_started,
            PeerFailed: self._peer_failed,
            PeerLeaving: self._peer_leaving,
            PeerLeft: self._peer_left,
            MembersJoined: self._members_joined,
            MembersRemoved: self._members_removed,
            OperationStarted: self._operation_started,
            ReplicaAnswered: self._replica_answered,
            OperationEnded: self._operation_ended,
            TickEnded: self._tick_ended,
        }

    def see(self, event: AnyEvent) -> None:
        """Write the records of ``event``, if it has any."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _record(self, peer: int, tick: int, message: str) -> None:
        self._write(tick, f" {address(peer)} [{tick}] {message}")

    def _run_started(self, event: RunStarted) -> None:
        for peer in range(1, event.peers + 1):
            if peer == 1:
                self._write(event.tick, f" [{event.tick}] APP")
            else:
                self._record(peer, event.tick, "APP")
            if self._store:
                self._record(peer, event.tick, "APP MP2")

    def _peer_started(self, event: PeerStarted) -> None:
        peer, tick = event.peer, event.tick
        self._keeper_lives |= peer == TIME_KEEPER
        self._record(peer, tick, f"Node {address(peer)} joined at time {tick}")
        self._record(
            peer, tick, "Starting up group..." if event.starts_group else "Trying to join..."
        )

    def _peer_failed(self, event: PeerFailed) -> None:
        self._keeper_lives &= event.peer != TIME_KEEPER
        equals = " = " if event.group_failure else "="
        self._record(event.peer, event.tick, f"Node failed at time{equals}{event.tick}")

    def _peer_leaving(self, event: PeerLeaving) -> None:
        self._record(event.peer, event.tick, "Leaving the group...")

    def _peer_left(self, event: PeerLeft) -> None:
        self._keeper_lives &= event.peer != TIME_KEEPER

    def _members_joined(self, event: MembersJoined) -> None:
        end = f"joined at time {event.tick}"
        for observer, member in _pairs(event):
            if observer != member:  # a peer's own line is written when it starts
                self._record(observer, event.tick, f"Node {address(member)} {end}")

    def _members_removed(self, event: MembersRemoved) -> None:
        end = f"removed at time {event.tick}"
        for observer, member in _pairs(event):
            self._record(observer, event.tick, f"Node {address(member)} {end}")

    def _operation_started(self, event: OperationStarted) -> None:
        self._keep_time(event.tick)
        value = "" if event.value is None else f" VALUE: {event.value}"
        self._record(
            event.coordinator,
            event.tick,
            f"{event.kind.upper()} OPERATION KEY: {event.key}{value} at time: {event.tick}",
        )

    def _replica_answered(self, event: ReplicaAnswered) -> None:
        self._keep_time(event.tick)
        self._result(event.peer, "server", event, event.ok)

    def _operation_ended(self, event: OperationEnded) -> None:
        self._keep_time(event.tick)
        if event.outcome != "lost":
            self._result(event.coordinator, "coordinator", event, event.outcome == "success")

    def _result(
        self, peer: int, role: str, event: ReplicaAnswered | OperationEnded, ok: bool
    ) -> None:
        verdict = "success" if ok else "fail"
        value = f", value={event.value or ''}" if _shows_value(event.kind, ok) else ""
        self._record(
            peer,
            event.tick,
            f"{role}: {event.kind} {verdict} at time {event.tick}, "
            f"transID={event.transaction}, key={event.key}{value}",
        )

    def _tick_ended(self, event: TickEnded) -> None:
        self._keep_time(event.tick)

    def _keep_time(self, tick: int) -> None:
        """Peer 1 tells the time after the membership turns, before any store turn."""
        if tick % TIME_LINE_INTERVAL == 0 and 0 < tick != self._time_line_due:
            self._time_line_due = tick
            if self._keeper_lives:
                self._record(TIME_KEEPER, tick, f"@@time={tick}")


class DebugLog(LogWriter):
    """The log of a run, kept in memory."""

    def __init__(self, store: bool) -> None:
        self._ticks: list[int] = []
        self._texts: list[str] = []
        super().__init__(store, self._keep)

    def _keep(self, tick: int, line: str) -> None:
        self._ticks.append(tick)
        self._texts.append(line)

    @property
    def lines(self) -> list[LogLine]:
        """All records so far; the first stands on line 3 of the file."""
        numbers = range(3, 3 + len(self._ticks))
        return list(map(LogLine._make, zip(numbers, self._ticks, self._texts, strict=True)))

    def text(self) -> str:
        """Return the content of dbg.log."""
        return "\n".join([MAGIC, "", *self._texts]) if self._texts else ""


class DebugLogFile(LogWriter):
    """The log of a run, written to an open file as it happens and kept nowhere else."""

    def __init__(self, store: bool, file: TextIO) -> None:
        file.write(MAGIC + "\n")
        super().__init__(store, lambda tick, line: file.write("\n" + line))


def _shows_value(kind: OperationKind, ok: bool) -> bool:
    return kind in ("create", "update") or (kind == "read" and ok)


def _pairs(event: MembersJoined | MembersRemoved) -> Iterator[tuple[int, int]]:
    return zip(_plain(event.observers), _plain(event.members), strict=True)


def _plain(column: object) -> list[int]:
    """A column as a list of Python's own integers, which are the fastest to print."""
    tolist = getattr(column, "tolist", None)
    return cast(list[int], column if tolist is None else tolist())
