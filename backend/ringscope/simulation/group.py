"""The group: every peer's membership state side by side, row by row, and its turn of a tick."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ringscope.protocol.codes import Codes
from ringscope.protocol.membership import ABSENT, DOWN, JOINING, LEAVING, MEMBER
from ringscope.protocol.ring import Ring
from ringscope.protocol.turns import (
    HEARTBEAT,
    JOINING_SINCE,
    LAST_SEEN,
    RECEIVED,
    STATE,
    SUSPECTS,
    TRUSTS,
    Peers,
    Rows,
    membership_turns,
)
from ringscope.randomness import stream
from ringscope.simulation.scenario import Scenario

#: Rows are as wide as a multiple of this many cells, so that loops over them leave no remainder.
LANES = 64


def memory_needed(peers: int, ticks: int) -> int:
    """Return the bytes that the member lists of a group take in a run of so many ticks."""
    return 4 * peers * _width(peers) * np.dtype(_cell(ticks)).itemsize


class Turn(NamedTuple):
    """What came of a tick: the first ``sent`` of ``codes`` are messages to send."""

    codes: Codes
    sent: int
    facts: Codes
    received: int


class Group:
    """What every peer believes about every other.  Peers are numbered from 0 here.

    ``heartbeat`` and ``last_seen``: a row per peer, a column per member.
    """

    def __init__(self, size: int, scenario: Scenario, ticks: int, seed: int) -> None:
        key = stream(seed, "gossip")
        self._rules = (scenario.t_fail, scenario.t_cleanup, scenario.fanout, key)
        self._replicas = scenario.replicas
        self.size = 0
        self._rows: Rows = np.zeros((4, 0, 0), _cell(ticks))
        self._peers: Peers = np.zeros((5, 0), np.int64)
        self._outbox: Codes = np.empty(64, np.int64)
        self._facts: Codes = np.empty(64, np.int64)
        self._rings: list[Ring | None] = []
        self.grow(size)

    def grow(self, size: int) -> None:
        """Make room for ``size`` peers; the new ones are down and nobody has heard of them."""
        old, more = self.size, size - self.size
        rows = np.full((4, size, _width(size)), ABSENT, self._rows.dtype)
        rows[:, :old, :old] = self._rows[:, :old, :old]
        self._rows = rows
        self._peers = np.pad(self._peers, ((0, 0), (0, more)))
        self.heartbeat = rows[HEARTBEAT, :, :size]
        self.last_seen = rows[LAST_SEEN, :, :size]
        self.state = self._peers[STATE]
        self.size = size
        self._rings += [None] * more

    def start(self, peer: int, now: int, founder: bool) -> None:
        """Bring a peer up with empty memory; a ``founder`` is the group, others ask to join."""
        self.heartbeat[peer] = ABSENT
        self.last_seen[peer] = ABSENT
        self.heartbeat[peer, peer] = now - 1  # its first turn makes it now
        self.last_seen[peer, peer] = now
        self._peers[JOINING_SINCE, peer] = now
        self.state[peer] = MEMBER if founder else JOINING
        self._rings[peer] = None

    def settle(self, now: int) -> None:
        """Make everybody a member who has just heard of everybody, as if tick ``now`` were over."""
        self.state[:] = MEMBER
        self._rows[:, :, : self.size] = now
        self._peers[JOINING_SINCE] = now
        self._peers[TRUSTS] = self.size
        self._peers[SUSPECTS] = 0
        self._rings = [None] * self.size

    def stop(self, peer: int) -> None:
        """Take a peer down."""
        self.state[peer] = DOWN
        self._rings[peer] = None

    def leave(self, peer: int) -> None:
        """Have a peer say goodbye in its next turn."""
        self.state[peer] = LEAVING

    def turn(self, now: int, inbox: Codes, count: int) -> Turn:
        """Give every peer its turn with the first ``count`` messages of ``inbox``."""
        self._outbox, sent, self._facts, facts, received = membership_turns(
            now, self._peers, self._rows, self._rules, inbox, count, self._outbox, self._facts
        )
        return Turn(self._outbox, sent, self._facts[:facts], int(received))

    def received(self) -> list[int]:
        """Return how many messages each peer received in the last turn."""
        by_peer: list[int] = self._peers[RECEIVED].tolist()
        return by_peer

    def forget_ring(self, peer: int) -> None:
        """Note that the member list of a peer has changed."""
        self._rings[peer] = None

    def ring(self, peer: int) -> Ring | None:
        """Return the ring that ``peer`` believes in, None while it is not in the group."""
        ring = self._rings[peer]
        if ring is None and self.state[peer] in (MEMBER, LEAVING):
            listed = np.packbits(self.last_seen[peer] >= 0).tobytes()
            ring = self._rings[peer] = interned_ring(listed, self._replicas)
        return ring


@lru_cache(maxsize=4096)
def interned_ring(listed: bytes, replicas: int) -> Ring:
    """Return the ring of the peers whose bits are set: one value for all who believe the same."""
    bits = np.unpackbits(np.frombuffer(listed, np.uint8))
    return Ring((np.flatnonzero(bits) + 1).tolist(), replicas)


def _cell(ticks: int) -> type[np.int16] | type[np.int32]:
    """Two bytes are enough for a heartbeat in runs of fewer than 32,000 ticks."""
    return np.int16 if ticks < 32_000 else np.int32


def _width(size: int) -> int:
    return -(-size // LANES) * LANES
