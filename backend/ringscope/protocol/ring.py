"""The ring: consistent hashing, and which peers hold a key.

Positions are 64-bit MurmurHash3 values, wide enough that they do not collide in practice; equal
ones are ordered by peer.  A key belongs to the first ``replication`` distinct peers at or clockwise
of its own position: primary, secondary, tertiary.  Rings are immutable values; peers that believe
in the same members share one.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

import mmh3

#: One whole turn of the ring.
TURN = 1 << 64
#: A ring remembers the replica sets of so many keys.
REMEMBERED_KEYS = 1 << 14

ReplicaSet: TypeAlias = tuple[int, ...]


@lru_cache(maxsize=1 << 16)
def peer_position(peer: int) -> int:
    """Return the place of ``peer`` (numbered from 1) on the ring, 0 <= position < TURN."""
    return mmh3.hash64(f"{peer}.0.0.0:0", signed=False)[0]


def key_position(key: str) -> int:
    """Return the place of ``key`` on the ring, 0 <= position < TURN."""
    return mmh3.hash64(key, signed=False)[0]


class Ring:
    """The members in ring order, and the replica sets that follow from it.

    ``replicas(key)`` gives the peers that hold a key, primary first: fewer than ``replication``
    when there are fewer members.
    """

    __slots__ = ("_sets_of", "members", "replicas", "sets")

    def __init__(self, members: Iterable[int], replication: int) -> None:
        order = sorted((peer_position(peer), peer) for peer in members)
        self.members = tuple(peer for _, peer in order)
        count = min(replication, len(order))
        around = self.members + self.members
        self.sets: list[ReplicaSet] = [around[i : i + count] for i in range(len(order))]
        self._sets_of: dict[int, tuple[ReplicaSet, ...]] = {}
        homes = _Homes([position for position, _ in order], self.sets or [()])
        self.replicas: Callable[[str], ReplicaSet] = homes.__getitem__

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Ring) and self.sets == other.sets)

    def replica_sets(self, peer: int) -> tuple[ReplicaSet, ...]:
        """Return the replica sets that ``peer`` belongs to, none if it is no member."""
        if peer not in self._sets_of:
            self._sets_of[peer] = tuple(s for s in self.sets if peer in s)
        return self._sets_of[peer]


class _Homes(dict[str, ReplicaSet]):
    """The replica sets of keys, each computed when it is first asked for and then remembered."""

    def __init__(self, positions: list[int], sets: list[ReplicaSet]) -> None:
        self._positions = positions
        self._sets = [*sets, sets[0]]  # the last entry closes the circle

    def __missing__(self, key: str) -> ReplicaSet:
        if len(self) >= REMEMBERED_KEYS:
            self.clear()
        position = mmh3.hash64(key, signed=False)[0]
        home = self[key] = self._sets[bisect_left(self._positions, position)]
        return home
