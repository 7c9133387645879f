"""The ring: consistent hashing, and which peers hold a key.

Positions are 64-bit MurmurHash3 values, wide enough that they do not collide in practice; equal
ones are ordered by peer.  A key belongs to the first ``replication`` distinct peers at or clockwise
of its own position: primary, secondary, tertiary.  Rings are immutable values; peers that believe
in the same members share one.
"""

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

import mmh3

#: One whole turn of the ring.
TURN = 1 << 64


@lru_cache(maxsize=1 << 16)
def peer_position(peer: int) -> int:
    """Return the place of ``peer`` (numbered from 1) on the ring, 0 <= position < TURN."""
    return mmh3.hash64(f"{peer}.0.0.0:0", signed=False)[0]


def key_position(key: str) -> int:
    """Return the place of ``key`` on the ring, 0 <= position < TURN."""
    return mmh3.hash64(key, signed=False)[0]


class Ring:
    """The members in ring order, and the replica sets that follow from it."""

    __slots__ = ("_positions", "_sets", "_sets_of", "members")

    def __init__(self, members: Iterable[int], replication: int) -> None:
        order = sorted((peer_position(peer), peer) for peer in members)
        self.members = tuple(peer for _, peer in order)
        self._positions = [position for position, _ in order]
        count = min(replication, len(order))
        around = self.members + self.members
        # the set of each member's position; the last entry closes the circle
        self._sets = [around[i : i + count] for i in range(len(order) + 1)]
        self._sets_of: dict[int, tuple[tuple[int, ...], ...]] = {}

    def replicas(self, key: str) -> tuple[int, ...]:
        """Return the peers that hold ``key``, primary first: fewer when there are fewer members."""
        return self._sets[bisect_left(self._positions, mmh3.hash64(key, signed=False)[0])]

    def replica_sets(self, peer: int) -> tuple[tuple[int, ...], ...]:
        """Return the replica sets that ``peer`` belongs to, none if it is no member."""
        if peer not in self._sets_of:
            self._sets_of[peer] = tuple(s for s in self._sets[:-1] if peer in s)
        return self._sets_of[peer]
