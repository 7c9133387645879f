"""Beliefs: who is up, and who lists and suspects whom, folded from events.

Two matrices, row = observer, column = member, peer p at index p - 1.  The rows of peers that are
down are empty, so that sums over a whole matrix are sums over live peers.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    MembersSuspected,
    MembersTrusted,
    PeerFailed,
    PeerLeft,
    PeerStarted,
    RunStarted,
)

Peers = NDArray[np.intp]
MembershipEvent = MembersJoined | MembersSuspected | MembersTrusted | MembersRemoved

#: A tick in which thousands of peers join has millions of facts; so many are taken in at once.
_AT_ONCE = 1 << 20


class Beliefs:
    """The truth about each peer and what the live ones believe; grows with the peers it meets."""

    def __init__(self) -> None:
        self.up: NDArray[np.bool_] = np.zeros(0, bool)
        self.listed: NDArray[np.bool_] = np.zeros((0, 0), bool)
        self.suspected: NDArray[np.bool_] = np.zeros((0, 0), bool)
        self._member: NDArray[np.bool_] = np.zeros(0, bool)
        self._counts = (0, 0, 0)
        self._stale = False
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            RunStarted: lambda event: self._grow(event.peers),
            PeerStarted: self._started,
            PeerFailed: self._down,
            PeerLeft: self._down,
            MembersJoined: self._joined,
            MembersSuspected: self._suspected,
            MembersTrusted: self._trusted,
            MembersRemoved: self._removed,
        }

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""
        if handler := self._handlers.get(type(event)):
            handler(event)
            self._stale = True

    def counts(self) -> tuple[int, int, int]:
        """Return how many peers are members, and how often others are listed and suspected."""
        if self._stale:
            self._counts = (
                int(np.count_nonzero(self._member)),
                int(np.count_nonzero(self.listed)),
                int(np.count_nonzero(self.suspected)),
            )
            self._stale = False
        return self._counts

    def listed_by_nobody(self) -> NDArray[np.bool_]:
        """Tell by member (peer p at index p - 1) whether no other live peer lists it."""
        listed: NDArray[np.bool_] = np.logical_or.reduce(self.listed, axis=0)
        return ~listed

    def is_up(self, peer: int) -> bool:
        """Tell whether ``peer`` is running."""
        return peer <= len(self.up) and bool(self.up[peer - 1])

    def _grow(self, peers: int) -> None:
        missing = peers - len(self.up)
        if missing > 0:
            self.up = np.pad(self.up, (0, missing))
            self._member = np.pad(self._member, (0, missing))
            self.listed = np.pad(self.listed, (0, missing))
            self.suspected = np.pad(self.suspected, (0, missing))

    def _started(self, event: PeerStarted) -> None:
        self._grow(event.peer)
        self.up[event.peer - 1] = True
        self._member[event.peer - 1] = event.starts_group

    def _down(self, event: PeerFailed | PeerLeft) -> None:
        self._grow(event.peer)
        row = event.peer - 1
        self.up[row] = self._member[row] = False
        self.listed[row] = self.suspected[row] = False

    def _joined(self, event: MembersJoined) -> None:
        for observers, members in self._facts(event):
            self._member[observers] = True
            self.listed[observers, members] = True
        np.fill_diagonal(self.listed, False)

    def _suspected(self, event: MembersSuspected) -> None:
        for observers, members in self._facts(event):
            self.suspected[observers, members] = True

    def _trusted(self, event: MembersTrusted) -> None:
        for observers, members in self._facts(event):
            self.suspected[observers, members] = False

    def _removed(self, event: MembersRemoved) -> None:
        for observers, members in self._facts(event):
            self.listed[observers, members] = self.suspected[observers, members] = False

    def _facts(self, event: MembershipEvent) -> Iterator[tuple[Peers, Peers]]:
        """Yield observers and members, numbered from 0, so many at a time that memory is spared."""
        for first in range(0, len(event.observers), _AT_ONCE):
            observers = _column(event.observers[first : first + _AT_ONCE])
            members = _column(event.members[first : first + _AT_ONCE])
            self._grow(int(max(observers.max(), members.max())) + 1)
            yield observers, members


def _column(peers: Sequence[int]) -> Peers:
    return np.asarray(peers, dtype=np.intp) - 1
