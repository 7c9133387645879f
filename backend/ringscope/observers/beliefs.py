"""Beliefs: who is up, and who lists and suspects whom, folded from events.

Two matrices, row = observer, column = member, peer p at index p - 1.  The rows of peers that are
down are empty, so that sums over a whole matrix are sums over live peers.
"""

from collections.abc import Callable, Sequence
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

    def listed_by_nobody(self, member: int) -> bool:
        """Tell whether no live peer but itself has ``member`` in its list."""
        return not self.listed[:, member - 1].any()

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
        observers, members = self._columns(event)
        self._member[observers] = True
        self.listed[observers, members] = True
        np.fill_diagonal(self.listed, False)

    def _suspected(self, event: MembersSuspected) -> None:
        self.suspected[self._columns(event)] = True

    def _trusted(self, event: MembersTrusted) -> None:
        self.suspected[self._columns(event)] = False

    def _removed(self, event: MembersRemoved) -> None:
        columns = self._columns(event)
        self.listed[columns] = self.suspected[columns] = False

    def _columns(
        self, event: MembersJoined | MembersSuspected | MembersTrusted | MembersRemoved
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        observers, members = _column(event.observers), _column(event.members)
        if len(observers):
            self._grow(int(max(observers.max(), members.max())) + 1)
        return observers, members


def _column(peers: Sequence[int]) -> NDArray[np.intp]:
    return np.asarray(peers, dtype=np.intp) - 1
