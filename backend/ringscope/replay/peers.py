"""When peers came up, failed and left, and when they added and removed each other.

Not every log says when a peer starts: it is there from its first line on, or from the first line
that names it.  Nor do all say who joined whom: who removes a member must have listed it before, and
is shown to have done so from the beginning.
"""

from collections.abc import Iterable, Iterator

from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    PeerFailed,
    PeerLeaving,
    PeerStarted,
)
from ringscope.grading.records import Created, Failed, Joined, Left, Record, Removed, Started

Pair = tuple[int, int]


class Peers:
    """Folds records in their order; looks through all ``records`` first."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.after_failure = 0
        self._running: set[int] = set()
        self._failed: set[int] = set()
        self._introducers: dict[Pair, bool] = {}  # by peer and tick
        self._assumed: dict[int, list[Pair]] = {}  # by peer
        joined: set[Pair] = set()
        assumed: dict[Pair, None] = {}
        for record in records:
            if isinstance(record, Started):
                self._introducers[record.peer, record.tick] = record.starts_group
            elif isinstance(record, Joined):
                joined.add((record.peer, record.member))
            elif isinstance(record, Removed) and record.member != record.peer:
                pair = (record.peer, record.member)
                if pair not in joined:
                    assumed[pair] = None
                    joined.add(pair)
        self.assumed = len(assumed)
        self.joined = sum(observer != member for observer, member in joined) - self.assumed
        for pair in assumed:
            for peer in pair:
                self._assumed.setdefault(peer, []).append(pair)

    def events(self, record: Record) -> Iterator[AnyEvent]:
        """Yield what a line says about peers."""
        if isinstance(record, Created):
            return
        yield from self._present(record)
        if record.peer in self._failed:
            self.after_failure += 1
        elif isinstance(record, Joined | Removed):
            yield from self._member(record)
        elif isinstance(record, Failed):
            self._running.discard(record.peer)
            self._failed.add(record.peer)
            yield PeerFailed(record.tick, record.peer, record.group)
        elif isinstance(record, Left):
            yield PeerLeaving(record.tick, record.peer)

    def is_down(self, peer: int) -> bool:
        """Tell whether a peer has failed and not come back."""
        return peer in self._failed

    def _present(self, record: Record) -> Iterator[AnyEvent]:
        """Start whoever is heard or named for the first time, or comes back."""
        peer = record.peer
        back = isinstance(record, Started) or (isinstance(record, Joined) and record.member == peer)
        if peer not in self._running and (back or peer not in self._failed):
            yield from self._start(peer, record.tick)
        if isinstance(record, Joined | Removed) and peer not in self._failed:
            member = record.member
            if member not in self._running and member not in self._failed:
                yield from self._start(member, record.tick)

    def _start(self, peer: int, tick: int) -> Iterator[AnyEvent]:
        self._running.add(peer)
        self._failed.discard(peer)
        yield PeerStarted(tick, peer, self._introducers.get((peer, tick), False))
        for observer, member in self._assumed.pop(peer, ()):
            if {observer, member} <= self._running:
                yield MembersJoined(tick, (observer,), (member,))

    def _member(self, record: Joined | Removed) -> Iterator[AnyEvent]:
        if record.member != record.peer:
            kind = MembersJoined if isinstance(record, Joined) else MembersRemoved
            yield kind(record.tick, (record.peer,), (record.member,))
