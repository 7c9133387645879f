"""The group: every peer's membership state side by side, row by row, and its turn of a tick."""

from functools import lru_cache

import numpy as np

from ringscope.protocol.codes import Codes
from ringscope.protocol.membership import ABSENT, DOWN, JOINING, LEAVING, MEMBER
from ringscope.protocol.ring import Ring
from ringscope.protocol.turns import Matrix, membership_turns
from ringscope.randomness import stream
from ringscope.simulation.scenario import Scenario


class Group:
    """What every peer believes about every other.  Peers are numbered from 0 here.

    Two bytes are enough for a heartbeat in runs of fewer than 32,000 ticks.
    """

    def __init__(self, size: int, scenario: Scenario, ticks: int, seed: int) -> None:
        self._rules = (scenario.t_fail, scenario.t_cleanup, scenario.fanout)
        self._replicas = scenario.replicas
        self._key = stream(seed, "gossip")
        self._type = np.int16 if ticks < 32_000 else np.int32
        self.size = 0
        self.state = np.zeros(0, np.int8)
        self.heartbeat: Matrix = np.zeros((0, 0), self._type)
        self.last_seen: Matrix = np.zeros((0, 0), self._type)
        self._fresh: Matrix = np.zeros((2, 0, 0), self._type)
        self._last_turn = np.zeros(0, np.int32)
        self._joining_since = np.zeros(0, np.int32)
        self._outbox: Codes = np.empty(64, np.int64)
        self._facts: Codes = np.empty(64, np.int64)
        self._rings: list[Ring | None] = []
        self.grow(size)

    def grow(self, size: int) -> None:
        """Make room for ``size`` peers; the new ones are down and nobody has heard of them."""
        more = size - self.size
        self.size = size
        self.state = np.pad(self.state, (0, more))
        self.heartbeat = _padded(self.heartbeat, more, -1)
        self.last_seen = _padded(self.last_seen, more, ABSENT)
        self._fresh = np.stack([_padded(fresh, more, -1) for fresh in self._fresh])
        self._last_turn = np.pad(self._last_turn, (0, more))
        self._joining_since = np.pad(self._joining_since, (0, more))
        self._rings += [None] * more

    def start(self, peer: int, now: int, founder: bool) -> None:
        """Bring a peer up with empty memory; a ``founder`` is the group, others ask to join."""
        self.heartbeat[peer] = -1
        self.last_seen[peer] = ABSENT
        self.heartbeat[peer, peer] = now - 1  # its first turn makes it now
        self.last_seen[peer, peer] = now
        self._last_turn[peer] = now
        self._joining_since[peer] = now
        self.state[peer] = MEMBER if founder else JOINING
        self._rings[peer] = None

    def stop(self, peer: int) -> None:
        """Take a peer down."""
        self.state[peer] = DOWN
        self._rings[peer] = None

    def leave(self, peer: int) -> None:
        """Have a peer say goodbye in its next turn."""
        self.state[peer] = LEAVING

    def turn(
        self,
        now: int,
        inbox: Codes,
        count: int,
        received: np.ndarray[tuple[int], np.dtype[np.int64]],
    ) -> tuple[Codes, int, Codes]:
        """Give every peer its turn; return the messages sent, their number, and the facts."""
        self._outbox, sent, self._facts, facts = membership_turns(
            now, self.state, self.heartbeat, self.last_seen,
            self._fresh[(now - 1) & 1], self._fresh[now & 1],
            self._last_turn, self._joining_since, *self._rules, self._key,
            inbox, count, received, self._outbox, self._facts,
        )  # fmt: skip
        return self._outbox, sent, self._facts[:facts]

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


def _padded(matrix: Matrix, more: int, fill: int) -> Matrix:
    return np.pad(matrix, ((0, more), (0, more)), constant_values=fill)
