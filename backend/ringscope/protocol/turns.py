"""One tick of the membership protocol: every peer in turn, by the rules of `membership`."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ringscope.kernel import kernel
from ringscope.protocol.codes import (
    JOIN_REPLY,
    JOIN_REQUEST,
    KIND_SHIFT,
    PEER_BITS,
    PEER_MASK,
    Codes,
    encode,
    with_room,
)
from ringscope.protocol.membership import (
    DOWN,
    MEMBER,
    duties,
    receive,
    take_stock,
    write_fresh,
)

#: One row per peer.
Matrix: TypeAlias = NDArray[np.signedinteger[Any]]


@kernel
def by_target(inbox: Codes, inbox_size: int, size: int) -> tuple[Codes, Codes]:
    """Sort the inbox by target, keeping its order: peer i's messages lie from starts[i] on."""
    starts = np.zeros(size + 1, np.int64)
    for i in range(inbox_size):
        starts[(inbox[i] & PEER_MASK) + 1] += 1
    for peer in range(size):
        starts[peer + 1] += starts[peer]
    free = starts.copy()
    ordered = np.empty(inbox_size, np.int64)
    for i in range(inbox_size):
        target = inbox[i] & PEER_MASK
        ordered[free[target]] = inbox[i]
        free[target] += 1
    return starts, ordered


@kernel
def membership_turns(
    now: int,
    state: NDArray[np.int8],
    heartbeat: Matrix,
    last_seen: Matrix,
    fresh_before: Matrix,
    fresh_now: Matrix,
    joining_since: NDArray[np.int32],
    trusted: NDArray[np.int32],
    suspected: NDArray[np.int32],
    rules: tuple[int, int, int, int],
    inbox: Codes,
    inbox_size: int,
    received: NDArray[np.int64],
    outbox: Codes,
    facts: Codes,
) -> tuple[Codes, int, Codes, int, int]:
    """Give every live peer its turn, in order: its messages, then its duties of this tick.

    ``inbox`` holds the messages that arrive now, in the order in which they were sent, each with
    the row that its sender wrote into ``fresh_before``; those to peers that are down are lost.
    ``received`` counts the others.  ``trusted`` and ``suspected`` count members by peer.
    ``rules``: T_fail, T_cleanup, fan-out, key of the random stream.  Returns the outbox and the
    facts, each with its length, and how many messages were received.
    """
    t_fail, t_cleanup, fanout, key = rules
    size = state.shape[0]
    starts, ordered = by_target(inbox, inbox_size, size)
    count = 0
    sent = 0
    total = 0
    for peer in range(size):
        received[peer] = 0
        if state[peer] == DOWN:
            continue
        arrived = starts[peer + 1] - starts[peer]
        received[peer] = arrived
        total += arrived
        if outbox.shape[0] < sent + arrived + size:
            outbox = with_room(outbox, sent, arrived + size)
        if facts.shape[0] < count + size + 1:
            facts = with_room(facts, count, size + 1)
        hb = heartbeat[peer]
        seen = last_seen[peer]
        fresh = fresh_now[peer]
        for i in range(starts[peer], starts[peer + 1]):
            kind = ordered[i] >> KIND_SHIFT
            source = (ordered[i] >> PEER_BITS) & PEER_MASK
            receive(kind, source, peer, state, hb, seen, fresh_before[source], now)
            if kind == JOIN_REQUEST and state[peer] == MEMBER:
                outbox[sent] = encode(JOIN_REPLY, peer, source)
                sent += 1

        hb[peer] += 1
        if seen[peer] >= 0:
            seen[peer] = now
        before = fresh_before[peer]
        starting = joining_since[peer] == now
        if write_fresh(hb, seen, before, fresh, now, t_fail) or starting or suspected[peer] > 0:
            count, trusted[peer], suspected[peer] = take_stock(
                peer, starting, seen, before, fresh, now, t_cleanup, facts, count
            )
        sent, count = duties(
            peer, state, int(joining_since[peer]), seen, fresh, trusted[peer], now, fanout, key,
            outbox, sent, facts, count,
        )  # fmt: skip
    return outbox, sent, facts, count, total
