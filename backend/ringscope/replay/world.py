"""The world of a replay at one moment, folded from events, and its picture."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ringscope.events import (
    AnyEvent,
    CopyDropped,
    CopyStored,
    MembersJoined,
    MembersRemoved,
    OperationStarted,
    PeerFailed,
    PeerLeaving,
    PeerStarted,
    ReplicaAnswered,
)
from ringscope.simulation.snapshot import (
    KEYS_SHOWN,
    NOT_LISTED,
    KeyView,
    MessageView,
    PeerState,
    PeerView,
    Snapshot,
    Unknown,
)

#: What no log tells.
UNKNOWN: tuple[Unknown, ...] = ("messages", "ages", "positions", "keys")
_NO_MESSAGES = MessageView((), (), (), ())
_UP = ("joining", "member", "leaving")


class _Key(NamedTuple):
    """What is known of a key.  ``holders``: the version that each peer has."""

    value: str | None = None
    version: tuple[int, int, int] = (0, 0, 0)
    holders: tuple[tuple[int, tuple[int, int, int]], ...] = ()
    replicas: Sequence[int] = ()


class World:
    """``size`` peers of whom nothing is known yet."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._listed = np.zeros((size, size), bool)  # row = observer, column = member
        self._states: list[PeerState] = ["waiting"] * size
        self._since = [0] * size
        self._keys: dict[str, _Key] = {}
        self._held: list[set[str]] = [set() for _ in range(size)]  # by peer
        self._handlers: dict[type[Any], Callable[[World, Any], None]] = {
            PeerStarted: World._started,
            PeerFailed: World._failed,
            PeerLeaving: World._leaving,
            MembersJoined: World._joined,
            MembersRemoved: World._removed,
            OperationStarted: World._asked,
            ReplicaAnswered: World._answered,
            CopyStored: World._stored,
            CopyDropped: World._dropped,
        }

    def copy(self) -> "World":
        """Return a world that goes its own way from here."""
        world = World(self.size)
        world._listed = self._listed.copy()
        world._states = self._states.copy()
        world._since = self._since.copy()
        world._keys = self._keys.copy()
        world._held = [held.copy() for held in self._held]
        return world

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""
        if handler := self._handlers.get(type(event)):
            handler(self, event)

    def snapshot(self, tick: int) -> Snapshot:
        """Return the picture of this moment, after ``tick`` ticks."""
        keys = sorted(key for key, known in self._keys.items() if known.value is not None)
        shown = [self._view(key, index / len(keys)) for index, key in enumerate(keys[:KEYS_SHOWN])]
        return Snapshot(
            tick, self._peers(), self._ages(), shown, _NO_MESSAGES, 0.0, (), len(keys), self.size,
            UNKNOWN,
        )  # fmt: skip

    # --- drawing ---------------------------------------------------------------------------------

    def _peers(self) -> list[PeerView]:
        known_by = np.add.reduce(self._listed, axis=0, dtype=np.int64).tolist()
        return [
            PeerView(
                index + 1, self._states[index], index / self.size, self._since[index],
                len(self._held[index]), known_by[index], 0,
            )
            for index in range(self.size)
        ]  # fmt: skip

    def _ages(self) -> bytes:
        ages = np.where(self._listed, 0, NOT_LISTED).astype(np.uint8)
        for index, state in enumerate(self._states):
            if state in _UP:
                ages[index, index] = 0
        return ages.tobytes()

    def _view(self, key: str, position: float) -> KeyView:
        known = self._keys[key]
        holders = [peer for peer, version in known.holders if version == known.version]
        stale = [peer for peer, version in known.holders if version != known.version]
        return KeyView(key, position, known.value or "", known.replicas, holders, stale)

    # --- folding ---------------------------------------------------------------------------------

    def _set(self, peer: int, state: PeerState, tick: int) -> None:
        self._states[peer - 1] = state
        self._since[peer - 1] = tick

    def _started(self, event: PeerStarted) -> None:
        self._set(event.peer, "member" if event.starts_group else "joining", event.tick)

    def _failed(self, event: PeerFailed) -> None:
        self._set(event.peer, "failed", event.tick)
        self._listed[event.peer - 1] = False
        for key in sorted(self._held[event.peer - 1]):
            self._keys[key] = self._without(key, event.peer)

    def _leaving(self, event: PeerLeaving) -> None:
        self._set(event.peer, "leaving", event.tick)

    def _joined(self, event: MembersJoined) -> None:
        for observer, member in zip(event.observers, event.members, strict=True):
            self._listed[observer - 1, member - 1] = True
            self._acts(observer)

    def _removed(self, event: MembersRemoved) -> None:
        for observer, member in zip(event.observers, event.members, strict=True):
            self._listed[observer - 1, member - 1] = False
            self._acts(observer)

    def _acts(self, peer: int) -> None:
        """Only a member does so, even if nobody said that it joined."""
        if self._states[peer - 1] == "joining":
            self._states[peer - 1] = "member"

    def _answered(self, event: ReplicaAnswered) -> None:
        self._acts(event.peer)

    def _asked(self, event: OperationStarted) -> None:
        self._acts(event.coordinator)
        if event.replicas:
            known = self._keys.get(event.key, _Key())
            self._keys[event.key] = known._replace(replicas=tuple(event.replicas))

    def _stored(self, event: CopyStored) -> None:
        known = self._without(event.key, event.peer)
        if event.version >= known.version:
            known = known._replace(value=event.value, version=event.version)
        if event.value is not None:
            holders = tuple(sorted((*known.holders, (event.peer, event.version))))
            known = known._replace(holders=holders)
            self._held[event.peer - 1].add(event.key)
        self._keys[event.key] = known

    def _dropped(self, event: CopyDropped) -> None:
        self._keys[event.key] = self._without(event.key, event.peer)

    def _without(self, key: str, peer: int) -> _Key:
        """Return what is known of a key once ``peer`` does not hold it any longer."""
        self._held[peer - 1].discard(key)
        known = self._keys.get(key, _Key())
        holders = tuple(holder for holder in known.holders if holder[0] != peer)
        return known._replace(holders=holders)
