"""The membership protocol: gossip-style failure detection, one row of two matrices per peer.

After van Renesse, Minsky and Hayden, "A Gossip-Style Failure Detection Service" (1998).  Every peer
counts its own heartbeat up each tick and sends its member list to a few random members.  A member
whose heartbeat has not grown for more than T_fail ticks is *suspected*: no longer gossiped about or
to.  After more than T_cleanup ticks it is *removed*.

Row i of ``heartbeat`` and ``last_seen`` is what peer i believes, and every rule below is a function
of one row and of the rows other peers have sent to it; a peer reads nothing else.  A message
carries the sender's row as it was when sent (``fresh``: the heartbeats of the members it trusts;
those it suspects or does not list have none).  What a peer reports is how its list differs from
that of its last turn.  Rows may be wider than the group; the cells past its end stay unlisted.

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
)
from ringscope.randomness import below

Row: TypeAlias = NDArray[np.signedinteger[Any]]

# last_seen: the tick of the last new heartbeat, or why the peer is not in the list
ABSENT, REMOVED = -1, -2
# in a row that is sent, instead of a heartbeat
UNLISTED, SUSPECT = -1, -2
# the states of a peer
DOWN, JOINING, MEMBER, LEAVING = 0, 1, 2, 3

#: A join request is repeated after this many ticks without an answer.
JOIN_RETRY_TICKS = 5
#: Every so many ticks a peer gossips to one that it has removed, so that partitions merge when they
#: heal, and an introducer that came back alone is found.
RECONNECT_TICKS = 10


@kernel
def merge(heartbeat: Row, last_seen: Row, fresh: Row, now: int) -> None:
    """Take over every heartbeat of the received row ``fresh`` that is newer than what is known.

    One loop without a branch, over rows that do not overlap: compilers make it many times as fast.
    """
    this_tick = last_seen.dtype.type(now)
    for member in range(heartbeat.shape[0]):
        known = heartbeat[member]
        news = fresh[member]
        seen = last_seen[member]
        if news > known:
            seen = this_tick
        last_seen[member] = seen
        heartbeat[member] = max(known, news)


@kernel
def write_fresh(
    heartbeat: Row, last_seen: Row, before: Row, fresh: Row, now: int, t_fail: int
) -> bool:
    """Write the row that is sent this tick; say whether another set of members is trusted.

    ``before`` is the row of the last tick.
    """
    suspect_before = last_seen.dtype.type(max(now - t_fail, 0))
    for member in range(heartbeat.shape[0]):
        seen = last_seen[member]
        value = heartbeat[member]
        if seen < suspect_before:
            value = fresh.dtype.type(SUSPECT)
        if seen < 0:
            value = fresh.dtype.type(UNLISTED)
        fresh[member] = value
    changed = False
    for member in range(heartbeat.shape[0]):
        changed |= (fresh[member] < 0) != (before[member] < 0)
    return changed


@kernel
def change(was: int, now_is: int) -> int:
    """Name the change of a member from one opinion (0: trusted, UNLISTED, SUSPECT) to another."""
    if now_is == UNLISTED:
        return WAS_REMOVED
    if now_is == SUSPECT:
        return SUSPECTED
    return JOINED if was == UNLISTED else TRUSTED


@kernel
def take_stock(
    peer: int,
    starting: bool,
    last_seen: Row,
    before: Row,
    fresh: Row,
    now: int,
    t_cleanup: int,
    facts: Codes,
    count: int,
) -> tuple[int, int, int]:
    """Remove whom nobody heard of for ``t_cleanup`` ticks; report what changed since ``before``.

    A peer that is ``starting`` had no list before, and of itself it says nothing.  Returns the
    number of facts, and how many members are trusted and suspected.
    """
    trusted = 0
    suspected = 0
    for member in range(last_seen.shape[0]):
        if fresh[member] >= 0 and before[member] >= 0 and not starting:
            trusted += 1
            continue
        if fresh[member] == SUSPECT and now - last_seen[member] > t_cleanup:
            last_seen[member] = REMOVED
            fresh[member] = UNLISTED
        was = UNLISTED if starting else min(before[member], 0)
        now_is = min(fresh[member], 0)
        trusted += now_is == 0
        suspected += now_is == SUSPECT
        if now_is != was and member != peer:
            facts[count] = encode(change(was, now_is), peer, member)
            count += 1
    return count, trusted, suspected


@kernel
def has_removed(last_seen: Row) -> bool:
    """Tell whether anybody was removed."""
    found = False
    for member in range(last_seen.shape[0]):
        found |= last_seen[member] == REMOVED
    return found


@kernel
def gossip(
    peer: int,
    size: int,
    last_seen: Row,
    fresh: Row,
    trusted: int,
    now: int,
    fanout: int,
    key: int,
    outbox: Codes,
    sent: int,
) -> int:
    """Send the row to ``fanout`` distinct random members, now and then to a removed one.

    ``trusted`` members, counting ``peer`` itself, have a heartbeat in the row.
    """
    if trusted <= fanout + 1:
        for member in range(size):
            if member != peer and fresh[member] >= 0:
                outbox[sent] = encode(GOSSIP, peer, member)
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
                outbox[sent] = code
                sent += 1
    if (now + peer) % RECONNECT_TICKS == 0 and has_removed(last_seen):
        attempt = 1 << 20
        member = below(size, key, now, peer, attempt)
        while last_seen[member] != REMOVED:
            attempt += 1
            member = below(size, key, now, peer, attempt)
        outbox[sent] = encode(GOSSIP, peer, member)
        sent += 1
    return sent


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
    state: NDArray[np.int64],
    heartbeat: Row,
    last_seen: Row,
    fresh: Row,
    now: int,
) -> None:
    """Take in one message; hearing from a member makes a joining peer a member."""
    if kind == GOODBYE:
        heartbeat[source] = max(heartbeat[source], fresh[source])
        last_seen[source] = REMOVED
    elif kind != JOIN_REQUEST or state[peer] == MEMBER:
        if state[peer] == JOINING:
            state[peer] = MEMBER
        merge(heartbeat, last_seen, fresh, now)


@kernel
def duties(
    peer: int,
    state: NDArray[np.int64],
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
) -> tuple[int, int]:
    """Send what a peer sends of its own accord: gossip, requests to join, or goodbyes."""
    size = state.shape[0]
    if state[peer] == JOINING and (now - joining_since) % JOIN_RETRY_TICKS == 0:
        target = contact(peer, (now - joining_since) // JOIN_RETRY_TICKS, size)
        if target < 0:
            # it founds the group anew, and will now and then call on those it could not reach
            state[peer] = MEMBER
            facts[count] = encode(JOINED, peer, peer)
            count += 1
            for member in range(size):
                if last_seen[member] == ABSENT:
                    last_seen[member] = REMOVED
        else:
            outbox[sent] = encode(JOIN_REQUEST, peer, target)
            sent += 1
    elif state[peer] == MEMBER:
        sent = gossip(peer, size, last_seen, fresh, trusted, now, fanout, key, outbox, sent)
    elif state[peer] == LEAVING and last_seen[peer] >= 0:
        for member in range(size):
            if member != peer and last_seen[member] >= 0:
                outbox[sent] = encode(GOODBYE, peer, member)
                sent += 1
        last_seen[peer] = REMOVED
    return sent, count
