"""The membership protocol: gossip-style failure detection, one row of two matrices per peer.

After van Renesse, Minsky and Hayden, "A Gossip-Style Failure Detection Service" (1998).  Every peer
counts its own heartbeat up each tick and sends its member list to a few random members.  A member
whose heartbeat has not grown for more than T_fail ticks is *suspected*: no longer gossiped about or
to.  After more than T_cleanup ticks it is *removed*.

Row i of ``heartbeat`` and ``last_seen`` is what peer i believes, and every rule below is a function
of one row and of the rows other peers have sent to it; a peer reads nothing else.  A message
carries the sender's row as it was when sent (``fresh``: the heartbeats of unsuspected members, for
others -1).

A heartbeat starts at the tick its peer starts, as the paper proposes, so a peer that restarts
exceeds its former self.  A removed member's last heartbeat is kept: only a newer one brings it
back, old gossip cannot.  Peers are numbered from 0 here.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ringscope.kernel import kernel
from ringscope.protocol.codes import (
    GOODBYE,
    GOSSIP,
    JOIN_REQUEST,
    JOINED,
    SUSPECTED,
    TRUSTED,
    WAS_REMOVED,
    Codes,
    encode,
    push,
)
from ringscope.randomness import below

Row: TypeAlias = NDArray[np.signedinteger[Any]]

# last_seen: the tick of the last new heartbeat, or why the peer is not in the list
ABSENT, REMOVED = -1, -2
# the states of a peer
DOWN, JOINING, MEMBER, LEAVING = 0, 1, 2, 3

#: A join request is repeated after this many ticks without an answer.
JOIN_RETRY_TICKS = 5
#: Every so many ticks a peer gossips to one that it has removed, so that partitions merge when they
#: heal, and an introducer that came back alone is found.
RECONNECT_TICKS = 10


@kernel
def news_in(heartbeat: Row, last_seen: Row, fresh: Row, suspect_before: int) -> int:
    """Count the newer heartbeats in ``fresh`` of members unlisted or suspected (seen earlier)."""
    limit = last_seen.dtype.type(suspect_before)
    news = 0
    for member in range(heartbeat.shape[0]):
        news += (fresh[member] > heartbeat[member]) & (last_seen[member] < limit)
    return news


@kernel
def merge(
    peer: int,
    heartbeat: Row,
    last_seen: Row,
    fresh: Row,
    now: int,
    last_turn: int,
    t_fail: int,
    facts: Codes,
    count: int,
) -> tuple[Codes, int]:
    """Take over every heartbeat of the row ``fresh`` that is newer than what ``peer`` knows.

    The facts are looked for in a pass of their own, and only if there are any: loops that write one
    row each and never branch are many times as fast.
    """
    suspect_before = max(last_turn - t_fail, 0)  # seen earlier: suspected since its last turn
    if news_in(heartbeat, last_seen, fresh, suspect_before) > 0:
        for member in range(heartbeat.shape[0]):
            seen = last_seen[member]
            if fresh[member] > heartbeat[member] and seen < suspect_before:
                fact = JOINED if seen < 0 else TRUSTED
                facts = push(facts, count, encode(fact, peer, member))
                count += 1
    this_tick = last_seen.dtype.type(now)
    for member in range(heartbeat.shape[0]):
        seen = last_seen[member]
        if fresh[member] > heartbeat[member]:
            seen = this_tick
        last_seen[member] = seen
    for member in range(heartbeat.shape[0]):
        heartbeat[member] = max(heartbeat[member], fresh[member])
    return facts, count


@kernel
def count_between(last_seen: Row, first: int, end: int) -> int:
    """Count the members last seen in ticks ``first`` to ``end - 1``."""
    low = last_seen.dtype.type(first)
    high = last_seen.dtype.type(end)
    found = 0
    for member in range(last_seen.shape[0]):
        found += (last_seen[member] >= low) & (last_seen[member] < high)
    return found


@kernel
def expire(
    peer: int,
    last_seen: Row,
    now: int,
    last_turn: int,
    t_fail: int,
    t_cleanup: int,
    facts: Codes,
    count: int,
) -> tuple[Codes, int]:
    """Suspect members silent for more than ``t_fail`` ticks, remove after ``t_cleanup``."""
    suspect_before = max(now - t_fail, 0)
    if count_between(last_seen, 0, suspect_before) == 0:
        return facts, count
    for member in range(last_seen.shape[0]):
        seen = last_seen[member]
        if seen < 0 or seen >= suspect_before:
            continue
        if last_turn - seen <= t_fail:
            facts = push(facts, count, encode(SUSPECTED, peer, member))
            count += 1
        if now - seen > t_cleanup:
            last_seen[member] = REMOVED
            facts = push(facts, count, encode(WAS_REMOVED, peer, member))
            count += 1
    return facts, count


@kernel
def write_fresh(heartbeat: Row, last_seen: Row, fresh: Row, now: int, t_fail: int) -> int:
    """Write the row that is sent this tick; return how many members are trusted."""
    suspect_before = last_seen.dtype.type(max(now - t_fail, 0))
    for member in range(heartbeat.shape[0]):
        value = heartbeat[member]
        if last_seen[member] < suspect_before:
            value = fresh.dtype.type(-1)
        fresh[member] = value
    return count_between(last_seen, max(now - t_fail, 0), now + 1)


@kernel
def gossip(
    peer: int,
    last_seen: Row,
    fresh: Row,
    trusted: int,
    now: int,
    fanout: int,
    key: int,
    outbox: Codes,
    sent: int,
) -> tuple[Codes, int]:
    """Send the row to ``fanout`` distinct random members, now and then to a removed one.

    ``trusted`` members, counting ``peer`` itself, have a heartbeat in the row.
    """
    size = last_seen.shape[0]
    if trusted <= fanout + 1:
        for member in range(size):
            if member != peer and fresh[member] >= 0:
                outbox = push(outbox, sent, encode(GOSSIP, peer, member))
                sent += 1
    else:
        first = sent
        attempt = 0
        while sent - first < fanout:
            member = below(size, key, now, peer, attempt)
            attempt += 1
            code = encode(GOSSIP, peer, member)
            chosen = member == peer or fresh[member] < 0
            for earlier in range(first, sent):
                chosen = chosen or outbox[earlier] == code
            if not chosen:
                outbox = push(outbox, sent, code)
                sent += 1
    if (now + peer) % RECONNECT_TICKS == 0 and count_between(last_seen, REMOVED, ABSENT) > 0:
        attempt = 1 << 20
        member = below(size, key, now, peer, attempt)
        while last_seen[member] != REMOVED:
            attempt += 1
            member = below(size, key, now, peer, attempt)
        outbox = push(outbox, sent, encode(GOSSIP, peer, member))
        sent += 1
    return outbox, sent


@kernel
def contact(peer: int, attempt: int, size: int) -> int:
    """Return whom a joining peer asks: the introducer (0), every other time another peer in turn.

    -1: the introducer itself has asked everybody once and found nobody; it starts the group anew.
    """
    if peer == 0:
        return attempt + 1 if attempt + 1 < size else -1
    if attempt % 2 == 0:
        return 0
    other = (peer + 1 + attempt // 2) % size
    return other if other != peer else 0


@kernel
def receive(
    kind: int,
    source: int,
    peer: int,
    state: NDArray[np.int8],
    heartbeat: Row,
    last_seen: Row,
    fresh: Row,
    now: int,
    last_turn: int,
    t_fail: int,
    facts: Codes,
    count: int,
) -> tuple[Codes, int]:
    """Take in one message; hearing from a member makes a joining peer a member."""
    if kind == GOODBYE:
        heartbeat[source] = max(heartbeat[source], fresh[source])
        if last_seen[source] >= 0:
            facts = push(facts, count, encode(WAS_REMOVED, peer, source))
            count += 1
        last_seen[source] = REMOVED
        return facts, count
    if kind == JOIN_REQUEST and state[peer] != MEMBER:
        return facts, count
    if state[peer] == JOINING:
        state[peer] = MEMBER
    return merge(peer, heartbeat, last_seen, fresh, now, last_turn, t_fail, facts, count)


@kernel
def duties(
    peer: int,
    state: NDArray[np.int8],
    joining_since: int,
    last_seen: Row,
    fresh: Row,
    trusted: int,
    now: int,
    fanout: int,
    key: int,
    outbox: Codes,
    sent: int,
    facts: Codes,
    count: int,
) -> tuple[Codes, int, Codes, int]:
    """Send what a peer sends of its own accord: gossip, requests to join, or goodbyes."""
    size = last_seen.shape[0]
    if state[peer] == JOINING and (now - joining_since) % JOIN_RETRY_TICKS == 0:
        target = contact(peer, (now - joining_since) // JOIN_RETRY_TICKS, size)
        if target < 0:
            # it founds the group anew, and will now and then call on those it could not reach
            state[peer] = MEMBER
            facts = push(facts, count, encode(JOINED, peer, peer))
            count += 1
            for member in range(size):
                if last_seen[member] == ABSENT:
                    last_seen[member] = REMOVED
        else:
            outbox = push(outbox, sent, encode(JOIN_REQUEST, peer, target))
            sent += 1
    elif state[peer] == MEMBER:
        outbox, sent = gossip(peer, last_seen, fresh, trusted, now, fanout, key, outbox, sent)
    elif state[peer] == LEAVING and last_seen[peer] >= 0:
        for member in range(size):
            if member != peer and last_seen[member] >= 0:
                outbox = push(outbox, sent, encode(GOODBYE, peer, member))
                sent += 1
        last_seen[peer] = REMOVED
    return outbox, sent, facts, count
