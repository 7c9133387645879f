"""One tick of the membership protocol: every peer in turn, by the rules of `membership`."""

from typing import Any, TypeAlias

import numpy as np

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

#: The layers of ``rows``: what each peer believes, and what it sent in ticks of either parity.
HEARTBEAT, LAST_SEEN, EVEN, ODD = range(4)
#: The lines of ``peers``: its state, since when it joins, how many members it trusts and how many
#: it suspects, and how many messages it received in this tick.
STATE, JOINING_SINCE, TRUSTS, SUSPECTS, RECEIVED = range(5)

#: [layer, peer, member]
Rows: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[np.signedinteger[Any]]]
#: [line, peer]
Peers: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int64]]


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
    peers: Peers,
    rows: Rows,
    rules: tuple[int, int, int, int],
    inbox: Codes,
    inbox_size: int,
    outbox: Codes,
    facts: Codes,
) -> tuple[Codes, int, Codes, int, int]:
    """Give every live peer its turn, in order: its messages, then its duties of this tick.

    ``inbox`` holds the messages that arrive now, in the order in which they were sent, each with
    the row that its sender wrote in the tick before; those to peers that are down are lost.
    ``rules``: T_fail, T_cleanup, fan-out, key of the random stream.  Returns the outbox and the
    facts, each with its length, and how many messages were received.
    """
    t_fail, t_cleanup, fanout, key = rules
    state = peers[STATE]
    trusts = peers[TRUSTS]
    suspects = peers[SUSPECTS]
    received = peers[RECEIVED]
    heartbeat = rows[HEARTBEAT]
    last_seen = rows[LAST_SEEN]
    fresh_before = rows[ODD if now % 2 == 0 else EVEN]
    fresh_now = rows[EVEN if now % 2 == 0 else ODD]
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
        starting = peers[JOINING_SINCE, peer] == now
        if write_fresh(hb, seen, before, fresh, now, t_fail) or starting or suspects[peer] > 0:
            count, trusts[peer], suspects[peer] = take_stock(
                peer, starting, seen, before, fresh, now, t_cleanup, facts, count
            )
        sent, count = duties(
            peer, state, int(peers[JOINING_SINCE, peer]), seen, fresh, int(trusts[peer]), now,
            fanout, key, outbox, sent, facts, count,
        )  # fmt: skip
    return outbox, sent, facts, count, total
