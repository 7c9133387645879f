"""EmulNet, the emulated network: what is sent in a tick arrives in the next, unless it is lost.

Every message is an envelope of its own: chance and partitions decide about each one by itself.
Membership messages, of which there may be millions, travel as packed integers; store messages as
(source, target, message).  Both obey the same rule, `fate`.  Nothing is ever refused silently:
there is no limit on the number or size of messages.  Messages arrive in the order in which they
were sent.  What a peer sends to itself never touches the wire and cannot be lost.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ringscope.kernel import kernel
from ringscope.protocol.membership import PEER_BITS, PEER_MASK, Codes
from ringscope.protocol.messages import Message
from ringscope.randomness import draw, stream

UNDER_WAY, LOST, CUT = 0, 1, 2
MEMBERSHIP, STORE = 0, 1

Envelope = tuple[int, int, Message]


@kernel
def fate(
    source: int,
    target: int,
    now: int,
    layer: int,
    number: int,
    loss_bound: int,
    component: NDArray[np.int32],
    key: int,
) -> int:
    """Decide about message ``number`` of a layer and tick: `UNDER_WAY`, `LOST` or `CUT`.

    It is lost when its own draw of 32 bits is below ``loss_bound``, cut when its ends lie in
    different components.  Peers are numbered from 0.
    """
    if source == target:
        return UNDER_WAY
    if component[source] != component[target]:
        return CUT
    if loss_bound > 0 and draw(key, now, number, layer) < loss_bound:
        return LOST
    return UNDER_WAY


@kernel
def transmit(
    codes: Codes,
    count: int,
    now: int,
    loss_bound: int,
    component: NDArray[np.int32],
    key: int,
    fates: NDArray[np.int8],
    under_way: Codes,
    sent: NDArray[np.int64],
) -> int:
    """Decide about ``count`` membership messages; return how many of them are under way."""
    passed = 0
    for number in range(count):
        source = (codes[number] >> PEER_BITS) & PEER_MASK
        target = codes[number] & PEER_MASK
        fates[number] = fate(source, target, now, 0, number, loss_bound, component, key)
        if fates[number] == UNDER_WAY:
            under_way[passed] = codes[number]
            sent[source] += 1
            passed += 1
    return passed


class EmulNet:
    """The network between ``size`` peers: its conditions, and what is under way."""

    def __init__(self, size: int, seed: int) -> None:
        self.loss = 0.0
        self.groups: tuple[tuple[int, ...], ...] = ()
        self.component = np.zeros(size, np.int32)
        self._key = stream(seed, "emulnet")
        self._codes = np.empty(0, np.int64)
        self._under_way = 0
        self._posted: list[Envelope] = []
        self._fates = np.empty(0, np.int8)

    def grow(self, size: int) -> None:
        """Make room for ``size`` peers; new ones belong to no group of a partition."""
        component = np.zeros(size, np.int32)
        component[: len(self.component)] = self.component
        self.component = component

    def partition(self, groups: Iterable[Iterable[int]]) -> None:
        """Let only peers of one group (numbered from 1) reach each other; no groups: heal.

        Peers in no group can reach each other, too.
        """
        self.groups = tuple(tuple(group) for group in groups)
        self.component[:] = 0
        for index, group in enumerate(self.groups):
            for peer in group:
                self.component[peer - 1] = index + 1

    @property
    def reliable(self) -> bool:
        """Whether every message arrives."""
        return self.loss == 0.0 and not self.groups

    @property
    def _loss_bound(self) -> int:
        return int(self.loss * (1 << 32))

    def arriving(self) -> tuple[Codes, int]:
        """Return the membership messages that arrive now, and how many they are."""
        return self._codes, self._under_way

    def send_membership(
        self, now: int, codes: Codes, count: int, sent: NDArray[np.int64]
    ) -> NDArray[np.int8]:
        """Put membership messages on the wire, count them by source, and return their fates."""
        if len(self._fates) < count:
            self._fates = np.empty(len(codes), np.int8)
        if len(self._codes) < count:
            self._codes = np.empty(len(codes), np.int64)
        self._under_way = transmit(
            codes,
            count,
            now,
            self._loss_bound,
            self.component,
            self._key,
            self._fates,
            self._codes,
            sent,
        )
        return self._fates[:count]

    def post(self, source: int, target: int, message: Message) -> None:
        """Hand over a store message (peers numbered from 1); it is sent at the end of this tick."""
        self._posted.append((source, target, message))

    def send_store(self, now: int) -> tuple[list[Envelope], Sequence[int]]:
        """Take what was posted in this tick; return it with the fate of each message."""
        posted, self._posted = self._posted, []
        if self.reliable:
            return posted, bytes(len(posted))
        bound = self._loss_bound
        return posted, [
            fate(source - 1, target - 1, now, STORE, number, bound, self.component, self._key)
            for number, (source, target, _) in enumerate(posted)
        ]
