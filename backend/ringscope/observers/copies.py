"""Copies: which live peers hold which keys, folded from events."""

from collections.abc import Callable
from typing import Any

from ringscope.events import AnyEvent, CopyDropped, CopyStored, PeerFailed, PeerLeft, PeerStarted

Version = tuple[int, int, int]


class Copies:
    """Counts copies against the replication factor ``replicas``."""

    def __init__(self, replicas: int) -> None:
        self._replicas = replicas
        self._holders: dict[str, set[int]] = {}
        self._newest: dict[str, tuple[Version, bool]] = {}
        self._held = 0
        self._missing = 0
        self._members = -1
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            CopyStored: self._stored,
            CopyDropped: self._dropped,
            PeerFailed: self._emptied,
            PeerLeft: self._emptied,
            PeerStarted: self._emptied,
        }

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""
        if handler := self._handlers.get(type(event)):
            handler(event)
            self._members = -1

    def counts(self, members: int) -> tuple[int, int]:
        """Return how many copies there are and how many lack, with so many live ``members``."""
        if members != self._members:
            self._members = members
            wanted = min(self._replicas, members)
            self._held = sum(map(len, self._holders.values()))
            self._missing = sum(
                max(0, wanted - len(self._holders[key]))
                for key, (_, exists) in self._newest.items()
                if exists
            )
        return self._held, self._missing

    def _stored(self, event: CopyStored) -> None:
        holders = self._holders.setdefault(event.key, set())
        exists = event.value is not None
        if exists:
            holders.add(event.peer)
        else:
            holders.discard(event.peer)
        newest = self._newest.get(event.key)
        if newest is None or event.version >= newest[0]:
            self._newest[event.key] = (event.version, exists)

    def _dropped(self, event: CopyDropped) -> None:
        if holders := self._holders.get(event.key):
            holders.discard(event.peer)

    def _emptied(self, event: PeerFailed | PeerLeft | PeerStarted) -> None:
        for holders in self._holders.values():
            holders.discard(event.peer)
