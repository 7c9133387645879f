"""Who was in a group when, as far as its log tells."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from ringscope.grading.records import (
    UNNAMED,
    Answer,
    Created,
    Failed,
    Joined,
    Left,
    Operation,
    Record,
    Records,
    Removed,
    Started,
    Told,
)
from ringscope.grading.setting import Setting

M = TypeVar("M", Joined, Removed)


class Group:
    """The peers of a log, their failures and their views of one another."""

    def __init__(self, records: Records, setting: Setting) -> None:
        self.records = records
        self.peers = setting.peers or _peers_in(records)
        self.failures = [record for record in records.of(Failed) if record.peer != UNNAMED]
        self._changes = _changes(records)

    @property
    def members(self) -> range:
        """The numbers of the peers that the group is made of."""
        return range(1, self.peers + 1)

    @cached_property
    def failed(self) -> dict[int, Failed]:
        """The peers that failed and stayed down, with their (last) failure."""
        last = {failure.peer: failure for failure in self.failures}
        return {peer: failure for peer, failure in last.items() if not self.alive(peer)}

    @cached_property
    def survivors(self) -> list[int]:
        """The peers that never failed."""
        fell = {failure.peer for failure in self.failures}
        return [peer for peer in self.members if peer not in fell]

    def alive(self, peer: int, tick: int | None = None) -> bool:
        """Whether a peer had not failed before ``tick``, or was up again; None: at the end."""
        changes = self._changes.get(peer, [])
        before = len(changes) if tick is None else bisect_right(changes, (tick, True))
        return before == 0 or changes[before - 1][1]

    def was_down(self, peer: int, tick: int) -> bool:
        """Whether a peer had failed or left at or before ``tick``."""
        first = self._first_falls.get(peer)
        return first is not None and first <= tick

    @cached_property
    def first_failure(self) -> int | None:
        """The tick of the first failure, if there is any."""
        return min((failure.tick for failure in self.failures), default=None)

    @cached_property
    def _first_falls(self) -> dict[int, int]:
        falls: list[Failed | Left] = [*self.records.of(Failed), *self.records.of(Left)]
        first: dict[int, int] = {}
        for fall in falls:
            first[fall.peer] = min(fall.tick, first.get(fall.peer, fall.tick))
        return first

    @cached_property
    def joins(self) -> dict[int, dict[int, Joined]]:
        """Whom each peer added: observer, member, and the first line that says so."""
        return _first(self.records.of(Joined))

    @cached_property
    def removals(self) -> dict[int, dict[int, Removed]]:
        """Whom each peer removed: observer, member, and the first line that says so."""
        return _first(self.records.of(Removed))

    @cached_property
    def false_removals(self) -> list[Removed]:
        """The removals of members that had neither failed nor left by then."""
        return [
            removed
            for removed in self.records.of(Removed)
            if not self.was_down(removed.member, removed.tick)
        ]

    @cached_property
    def words_of_the_dead(self) -> list[Record]:
        """The records that peers logged after they had failed."""
        kinds = (Joined, Removed, Operation, Answer, Told)
        down = {failure.peer for failure in self.failures}
        spoken = (record for kind in kinds for record in self.records.of(kind))
        return [r for r in spoken if r.peer in down and not self.alive(r.peer, r.tick)]


def _peers_in(records: Records) -> int:
    """The size of a group: the framework creates peers 1 to N, or else all of them log something.

    A number far beyond how many there are is that of a garbled address.
    """
    created = {record.peer for record in records.of(Created)}
    known = created or {record.peer for record in records if record.peer != UNNAMED}
    highest = max(known, default=0)
    return highest if highest <= 2 * len(known) else len(known)


def _changes(records: Records) -> dict[int, list[tuple[int, bool]]]:
    """From when on each peer was down (False) or up (True); in the tick it fails it still is up."""
    falls: Iterable[Failed | Left] = (*records.of(Failed), *records.of(Left))
    changes: dict[int, list[tuple[int, bool]]] = {}
    for fall in falls:
        changes.setdefault(fall.peer, []).append((fall.tick + 1, False))
    for start in records.of(Started):
        if start.peer in changes:
            changes[start.peer].append((start.tick, True))
    return {peer: sorted(of_peer) for peer, of_peer in changes.items()}


def _first(records: Iterable[M]) -> dict[int, dict[int, M]]:
    table: dict[int, dict[int, M]] = {}
    for record in records:
        table.setdefault(record.peer, {}).setdefault(record.member, record)
    return table
