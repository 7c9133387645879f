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

    __slots__ = ("_positions", "_replica_sets", "members")

    def __init__(self, members: Iterable[int], replication: int) -> None:
        order = sorted((peer_position(peer), peer) for peer in members)
        self.members = tuple(peer for _, peer in order)
        self._positions = [position for position, _ in order]
        count = min(replication, len(order))
        around = self.members + self.members
        self._replica_sets = [around[i : i + count] for i in range(len(order))]

    def replicas(self, key: str) -> tuple[int, ...]:
        """Return the peers that hold ``key``, primary first: fewer when there are fewer members."""
        if not self._positions:
            return ()
        index = bisect_left(self._positions, key_position(key))
        return self._replica_sets[index % len(self._replica_sets)]

    def __contains__(self, peer: int) -> bool:
        return peer in self.members
