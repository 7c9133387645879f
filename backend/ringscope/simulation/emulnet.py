"""EmulNet, the emulated network: what is sent in a tick arrives in the next, unless it is lost.

Every message is an envelope of its own: chance and partitions decide about each one by itself.
Membership messages, of which there may be millions, travel as packed integers; store messages as
(source, target, message).  Both obey the same rule, `fate`.  Nothing is ever refused silently:
there is no limit on the number or size of messages.  Messages arrive in the order in which they
were sent.  What a peer sends to itself never touches the wire and cannot be lost.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ringscope.kernel import kernel
from ringscope.protocol.codes import MESSAGE_KINDS, PEER_BITS, PEER_MASK, Codes, decode
from ringscope.protocol.messages import Envelope
from ringscope.randomness import draw, stream

UNDER_WAY, LOST, CUT = 0, 1, 2
MEMBERSHIP, STORE = 0, 1


class Traffic(NamedTuple):
    """Messages of one tick in columns; see `events.MessagesSent`."""

    kinds: list[str]
    sources: list[int]
    targets: list[int]
    fates: list[int]

    def sent_by(self, size: int) -> list[int]:
        """Return how many messages each peer got onto the wire; item i is peer i + 1."""
        sent = [0] * size
        for source, decided in zip(self.sources, self.fates, strict=True):
            if decided == UNDER_WAY:
                sent[source - 1] += 1
        return sent


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
) -> int:
    """Decide about ``count`` membership messages; return how many of them are under way."""
    passed = 0
    for number in range(count):
        source = (codes[number] >> PEER_BITS) & PEER_MASK
        target = codes[number] & PEER_MASK
        fates[number] = fate(source, target, now, MEMBERSHIP, number, loss_bound, component, key)
        if fates[number] == UNDER_WAY:
            under_way[passed] = codes[number]
            passed += 1
    return passed


class EmulNet:
    """The network between ``size`` peers: its conditions, and what is under way.

    ``membership_under_way`` and ``store_under_way`` are the messages that arrive in the next tick;
    the first is a buffer of which the first ``membership_count`` items count.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.loss = 0.0
        self.groups: tuple[tuple[int, ...], ...] = ()
        self.membership_under_way: Codes = np.empty(64, np.int64)
        self.membership_count = 0
        self.store_under_way: list[Envelope] = []
        self._component = np.zeros(size, np.int32)
        self._key = stream(seed, "emulnet")
        self._sent_codes: Codes = np.empty(0, np.int64)
        self._fates = np.empty(64, np.int8)
        self._posted: list[Envelope] = []
        #: Takes a store message (peers numbered from 1); it is sent at the end of this tick.
        self.post: Callable[[Envelope], None] = self._posted.append
        self._sent_envelopes: list[Envelope] = []
        self._envelope_fates: Sequence[int] = ()

    def grow(self, size: int) -> None:
        """Make room for ``size`` peers; new ones belong to no group of a partition."""
        self._component = np.pad(self._component, (0, size - len(self._component)))

    def partition(self, groups: Iterable[Iterable[int]]) -> None:
        """Let only peers of one group (numbered from 1) reach each other; no groups: heal.

        Peers in no group can reach each other, too.
        """
        self.groups = tuple(tuple(group) for group in groups)
        self._component[:] = 0
        for index, group in enumerate(self.groups):
            for peer in group:
                self._component[peer - 1] = index + 1

    def send_membership(self, now: int, codes: Codes, count: int) -> None:
        """Put the first ``count`` of these messages onto the wire."""
        if len(self._fates) < count:
            self._fates = np.empty(len(codes), np.int8)
            self.membership_under_way = np.empty(len(codes), np.int64)
        self._sent_codes = codes[:count]
        self.membership_count = transmit(
            codes, count, now, self._loss_bound, self._component, self._key, self._fates,
            self.membership_under_way,
        )  # fmt: skip

    def send_store(self, now: int) -> None:
        """Put what was posted in this tick onto the wire."""
        posted = self._posted.copy()
        self._posted.clear()
        self._sent_envelopes = posted
        if self.loss == 0.0 and not self.groups:
            self._envelope_fates = bytes(len(posted))
            self.store_under_way = posted
            return
        bound, component, key = self._loss_bound, self._component, self._key
        self._envelope_fates = [
            fate(source - 1, target - 1, now, STORE, number, bound, component, key)
            for number, (source, target, _) in enumerate(posted)
        ]
        self.store_under_way = [
            envelope
            for envelope, decided in zip(posted, self._envelope_fates, strict=True)
            if decided == UNDER_WAY
        ]

    @property
    def sent(self) -> int:
        """How many messages were sent in the last tick and not lost."""
        return self.membership_count + len(self.store_under_way)

    @property
    def lost(self) -> int:
        """How many messages of the last tick were lost or cut."""
        return len(self._sent_codes) + len(self._sent_envelopes) - self.sent

    def membership_traffic(self) -> Traffic:
        """Return all membership messages of the last tick, in sending order."""
        kinds, sources, targets = decode(self._sent_codes)
        return Traffic(
            [MESSAGE_KINDS[kind] for kind in kinds.tolist()],
            (sources + 1).tolist(),
            (targets + 1).tolist(),
            self._fates[: len(kinds)].tolist(),
        )

    def store_traffic(self) -> Traffic:
        """Return all store messages of the last tick, in sending order."""
        sent = self._sent_envelopes
        return Traffic(
            [message.kind for _, _, message in sent],
            [source for source, _, _ in sent],
            [target for _, target, _ in sent],
            list(self._envelope_fates),
        )

    def membership_senders(self) -> Sequence[int]:
        """Return how many membership messages of the last tick each peer got onto the wire."""
        under_way = self.membership_under_way[: self.membership_count]
        senders = (under_way >> PEER_BITS) & PEER_MASK
        by_peer: list[int] = np.bincount(senders, minlength=len(self._component)).tolist()
        return by_peer

    def store_senders(self) -> Sequence[int]:
        """Return how many store messages of the last tick each peer got onto the wire."""
        senders = [source - 1 for source, _, _ in self.store_under_way]
        by_peer: list[int] = np.bincount(senders, minlength=len(self._component)).tolist()
        return by_peer

    @property
    def _loss_bound(self) -> int:
        return int(self.loss * (1 << 32))
