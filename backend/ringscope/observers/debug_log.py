"""dbg.log, as the course's program writes it, as a fold over the events of a run.

The file opens with the line ``131`` (the sum of the characters of CS425, in hexadecimal).  Every
record is a newline, a blank, the address of the peer that speaks, its tick in brackets and a
message; nothing follows the message, so line 2 is empty and the last line is not ended.  The very
first record has no address: that is how the course's program begins, and graders know it.

Deviation: the bytes of an address are printed unsigned.  The original prints signed characters
where the compiler has them, so that peer 128 becomes ``-128.0.0.0:0`` on most machines.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import chain, count
from typing import NamedTuple, TextIO, cast

from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    OperationEnded,
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
#: Operations whose result names the value even when they failed.
SHOW_VALUE = ("create", "update")


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
    """Turns the events of a tick into records; its two children say what becomes of them.

    ``store``: the scenario has a CRUD test, so every peer also announces its store.
    """

    def __init__(self, store: bool) -> None:
        self._store = store
        self._lines: list[str] = []
        self._keeper_lives = False
        self._time_line_due: int | None = None
        self.handlers: dict[type, Callable[..., None]] = {
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
        handler = self.handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _record(self, peer: int, tick: int, message: str) -> None:
        self._lines.append(f" {address(peer)} [{tick}] {message}")

    def _run_started(self, event: RunStarted) -> None:
        for peer in range(1, event.peers + 1):
            if peer == 1:
                self._lines.append(f" [{event.tick}] APP")
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
        self._members_changed(event, "joined")

    def _members_removed(self, event: MembersRemoved) -> None:
        self._members_changed(event, "removed")

    def _members_changed(self, event: MembersJoined | MembersRemoved, what: str) -> None:
        observers, members = (map(address, _plain(c)) for c in (event.observers, event.members))
        end = f"{what} at time {event.tick}"
        self._lines += [
            f" {observer} [{event.tick}] Node {member} {end}"
            for observer, member in zip(observers, members, strict=True)
            if observer != member  # a peer's own line is written when it starts
        ]

    def _operation_started(self, event: OperationStarted) -> None:
        tick = event.tick
        if tick % TIME_LINE_INTERVAL == 0:
            self._keep_time(tick)
        value = "" if event.value is None else f" VALUE: {event.value}"
        self._lines.append(
            f" {address(event.coordinator)} [{tick}] {event.kind.upper()} OPERATION "
            f"KEY: {event.key}{value} at time: {tick}"
        )

    def _replica_answered(self, event: ReplicaAnswered) -> None:
        if event.tick % TIME_LINE_INTERVAL == 0:
            self._keep_time(event.tick)
        self._lines.append(result(event.peer, "server", event, event.ok))

    def _operation_ended(self, event: OperationEnded) -> None:
        if event.tick % TIME_LINE_INTERVAL == 0:
            self._keep_time(event.tick)
        if event.outcome != "lost":
            ok = event.outcome == "success"
            self._lines.append(result(event.coordinator, "coordinator", event, ok))

    def _tick_ended(self, event: TickEnded) -> None:
        if event.tick % TIME_LINE_INTERVAL == 0:
            self._keep_time(event.tick)

    def _keep_time(self, tick: int) -> None:
        """Peer 1 tells the time after the membership turns, before any store turn."""
        if 0 < tick != self._time_line_due:
            self._time_line_due = tick
            if self._keeper_lives:
                self._record(TIME_KEEPER, tick, f"@@time={tick}")


def result(peer: int, role: str, event: ReplicaAnswered | OperationEnded, ok: bool) -> str:
    """Return the record of an answer or an end."""
    tick, kind = event.tick, event.kind
    verdict = "success" if ok else "fail"
    value = f", value={event.value or ''}" if kind in SHOW_VALUE or (ok and kind == "read") else ""
    return (
        f" {address(peer)} [{tick}] {role}: {kind} {verdict} at time {tick}, "
        f"transID={event.transaction}, key={event.key}{value}"
    )


class DebugLog(LogWriter):
    """The log of a run, kept in memory."""

    def __init__(self, store: bool) -> None:
        super().__init__(store)
        self._ticks: list[int] = []  # of the lines of all ticks that have ended

    def _tick_ended(self, event: TickEnded) -> None:
        super()._tick_ended(event)
        self._ticks += [event.tick] * (len(self._lines) - len(self._ticks))

    @property
    def lines(self) -> list[LogLine]:
        """All records so far; the first stands on line 3 of the file."""
        unfinished = (_tick(line) for line in self._lines[len(self._ticks) :])
        records = zip(count(3), chain(self._ticks, unfinished), self._lines, strict=False)
        return list(map(LogLine._make, records))

    def text(self) -> str:
        """Return the content of dbg.log."""
        return "\n".join([MAGIC, "", *self._lines]) if self._lines else ""


def _tick(line: str) -> int:
    return int(line[line.index("[") + 1 : line.index("]")])


class DebugLogFile(LogWriter):
    """The log of a run, written to an open file tick by tick and kept nowhere else."""

    def __init__(self, store: bool, file: TextIO) -> None:
        super().__init__(store)
        self._file = file
        file.write(MAGIC + "\n")

    def _tick_ended(self, event: TickEnded) -> None:
        super()._tick_ended(event)
        if self._lines:
            self._file.write("\n" + "\n".join(self._lines))
            self._lines.clear()


def _plain(column: object) -> list[int]:
    """A column as a list of Python's own integers, which are the fastest to print."""
    tolist = getattr(column, "tolist", None)
    return cast(list[int], column if tolist is None else tolist())
