"""Messages and facts of the membership protocol, each packed into one integer.

There may be millions of them in a run, so they travel in arrays: a message is (kind, source,
target), a fact is (kind, observer, member).  Peers are numbered from 0 here.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ringscope.kernel import kernel

Codes: TypeAlias = NDArray[np.int64]

# messages
GOSSIP, JOIN_REQUEST, JOIN_REPLY, GOODBYE = 0, 1, 2, 3
MESSAGE_KINDS = ("gossip", "join-request", "join-reply", "goodbye")
# facts
JOINED, TRUSTED, SUSPECTED, WAS_REMOVED = 0, 1, 2, 3

PEER_BITS = 24
PEER_MASK = (1 << PEER_BITS) - 1
KIND_SHIFT = 2 * PEER_BITS


@kernel
def encode(kind: int, first: int, second: int) -> int:
    """Pack a kind and two peers into one integer."""
    return (kind << KIND_SHIFT) | (first << PEER_BITS) | second


def decode(codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Return the kinds, the first peers and the second peers."""
    return codes >> KIND_SHIFT, (codes >> PEER_BITS) & PEER_MASK, codes & PEER_MASK


@kernel
def by_kind(codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Sort by kind, else keeping the order; return the first peers, the second peers, and starts.

    Those of kind k are items starts[k] to starts[k + 1] - 1.  Here peers are numbered from 1.
    """
    starts = np.zeros(5, np.int64)
    for code in codes:
        starts[(code >> KIND_SHIFT) + 1] += 1
    for kind in range(4):
        starts[kind + 1] += starts[kind]
    free = starts.copy()
    first = np.empty(codes.shape[0], np.int64)
    second = np.empty(codes.shape[0], np.int64)
    for code in codes:
        place = free[code >> KIND_SHIFT]
        first[place] = ((code >> PEER_BITS) & PEER_MASK) + 1
        second[place] = (code & PEER_MASK) + 1
        free[code >> KIND_SHIFT] += 1
    return first, second, starts


@kernel
def with_room(buffer: Codes, used: int, more: int) -> Codes:
    """Return a larger buffer with the first ``used`` items and room for ``more``, and to spare."""
    larger = np.empty(2 * (used + more), np.int64)
    larger[:used] = buffer[:used]
    return larger
