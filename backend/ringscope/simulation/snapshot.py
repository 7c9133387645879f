"""Snapshot: the whole state of a cluster at one tick, as one immutable value for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ringscope.protocol.membership import ABSENT, DOWN, JOINING, LEAVING, MEMBER
from ringscope.protocol.messages import Copy
from ringscope.protocol.ring import TURN, Ring, key_position, peer_position

if TYPE_CHECKING:
    from ringscope.simulation.cluster import Cluster

Matrix = NDArray[Any]
PeerState = Literal["waiting", "joining", "member", "leaving", "failed", "left"]
Unknown = Literal["messages", "ages", "positions", "keys"]

RUNNING_STATES: dict[int, PeerState] = {JOINING: "joining", MEMBER: "member", LEAVING: "leaving"}

#: In `Snapshot.ages`: the observer does not have the member in its list.
NOT_LISTED = 255

#: So many keys are listed one by one.
KEYS_SHOWN = 500
#: Of more membership messages than this every second, third, ... one is listed.
GOSSIP_SHOWN = 1000
#: The ages of larger groups are condensed to a square of at most this side.
AGES_SIDE = 1000
#: Rows of the membership matrices that are looked at in one piece; fewer than 256.
_ROWS = 64


class PeerView(msgspec.Struct, frozen=True, gc=False):
    """One peer: the truth about it (``state``) and what the others believe (the counts).

    ``position`` is its place on the ring as a share of the whole turn, 0 <= position < 1.
    ``since``: tick when it last started, failed, began to leave, or left.  ``copies``: keys it
    holds (tombstones not counted).  ``known_by`` / ``suspected_by``: how many live other peers
    list / suspect it.
    """

    peer: int
    state: PeerState
    position: float
    since: int
    copies: int
    known_by: int
    suspected_by: int


class KeyView(msgspec.Struct, frozen=True, gc=False):
    """One key: where it belongs and where it is.

    ``replicas``: the replica set over the live members, primary first.  ``holders``: the live
    peers that hold the newest version; ``stale``: those that hold an older one.
    """

    key: str
    position: float
    value: str
    replicas: Sequence[int]
    holders: Sequence[int]
    stale: Sequence[int]


class MessageView(msgspec.Struct, frozen=True, gc=False):
    """Messages sent in the snapshot's last tick; columns as in `events.MessagesSent`.

    ``every``: of the membership messages every so-many-th is listed (1: all), store messages all.
    """

    kinds: Sequence[str]
    sources: Sequence[int]
    targets: Sequence[int]
    fates: Sequence[int]
    every: int = 1


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """State after ``tick`` ticks have been computed (0: nothing has happened yet).

    ``ages``: a square of bytes, row = observer, column = member: ticks since the observer saw a
    newer heartbeat of the member, at most 254, or `NOT_LISTED`.  None: too large to send this time.
    ``ages_side``: its side; N up to `AGES_SIDE` peers.  In larger groups each cell stands for a
    block of ceil(N / ages_side) peers by as many, and shows the worst of them: the oldest age, or
    `NOT_LISTED`.  What a peer believes of itself, and observers that are down, count only where
    there is nothing else in the block.
    ``keys`` in byte order of the key, at most `KEYS_SHOWN` of the ``key_count`` there are; None on
    the wire: unchanged since the frame before.
    ``loss``: probability now; ``groups``: partition now, empty when there is none.
    ``unknown``: what this picture cannot tell, because it was made from a log.  Without
    ``messages`` there are none, nor ``loss`` and ``groups``; without ``ages`` there are only 0 for
    listed and `NOT_LISTED`; without ``positions`` peers and keys stand in order, evenly apart;
    without ``keys`` replicas are those who answered, and holders those who said they stored it.
    """

    tick: int
    peers: Sequence[PeerView]
    ages: bytes | None
    keys: Sequence[KeyView] | None
    messages: MessageView
    loss: float
    groups: Sequence[Sequence[int]]
    key_count: int
    ages_side: int
    unknown: Sequence[Unknown] = ()


def take_snapshot(cluster: Cluster, ages: bool) -> Snapshot:
    """Look at a cluster and change nothing."""
    keys = _keys(cluster)
    block = _block(cluster.size)
    return Snapshot(
        cluster.tick,
        _peers(cluster, *_believers(cluster)),
        _ages(cluster, block) if ages else None,
        keys[:KEYS_SHOWN],
        _messages(cluster),
        cluster.network.loss,
        cluster.network.groups,
        len(keys),
        -(-cluster.size // block),
    )


def _block(size: int) -> int:
    """Return how many peers share a row and a column of the ages."""
    return max(1, -(-size // AGES_SIDE))


def _believers(cluster: Cluster) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return by member how many other live peers list it, and how many suspect it."""
    group = cluster.group
    known_by = np.zeros(cluster.size, np.int64)
    suspected_by = np.zeros(cluster.size, np.int64)
    recent = cluster.tick - 1 - cluster.scenario.t_fail
    running = np.flatnonzero(group.state != DOWN)
    # a few rows at a time stay in the processor's cache, and their sums fit into a byte
    for first in range(0, len(running), _ROWS):
        some = running[first : first + _ROWS]
        seen = group.last_seen[some]
        seen[np.arange(len(some)), some] = ABSENT
        listed = seen >= 0
        known_by += _column_sums(listed)
        suspected_by += _column_sums(listed & (seen < recent))
    return known_by, suspected_by


def _column_sums(cells: NDArray[np.bool_]) -> NDArray[np.uint8]:
    sums: NDArray[np.uint8] = np.add.reduce(cells.view(np.uint8), axis=0, dtype=np.uint8)
    return sums


def _ages(cluster: Cluster, block: int) -> bytes:
    """Return the ages in blocks of so many peers by as many; see `Snapshot`."""
    rows = block * max(1, _ROWS // block)
    squares = []
    for first in range(0, cluster.size, rows):
        seen = _seen(cluster, first, rows, block)
        squares.append(_fold(_fold(seen, block, np.minimum).T, block, np.minimum).T)
    oldest: Matrix = np.concatenate(squares)
    age = np.subtract(cluster.tick - 1, oldest, dtype=oldest.dtype)  # which has room for any tick
    np.clip(age, 0, NOT_LISTED - 1, out=age)
    age[oldest < 0] = NOT_LISTED
    return bytes(age.astype(np.uint8))


def _seen(cluster: Cluster, first: int, rows: int, block: int) -> Matrix:
    """Return when these observers saw their members; never, where that must not count."""
    seen: Matrix = cluster.group.last_seen[first : first + rows].copy()
    some = np.arange(len(seen))
    unheard = np.iinfo(seen.dtype).max  # younger than anything, so it never shows
    seen[some, first + some] = unheard
    down = cluster.group.state[first : first + rows] == DOWN
    if down.any():
        nobody = np.repeat(_fold(down, block, np.logical_and), block)[: len(seen)]
        seen[down] = unheard
        seen[nobody] = ABSENT
    return seen


def _fold(cells: Matrix, block: int, by: np.ufunc) -> Matrix:
    """Return one row for every ``block`` rows."""
    folded = cells[::block].copy()
    for k in range(1, block):
        others = cells[k::block]
        by(folded[: len(others)], others, out=folded[: len(others)])
    return folded


def _messages(cluster: Cluster) -> MessageView:
    one, other = cluster.network.membership_traffic(), cluster.network.store_traffic()
    every = max(1, -(-len(one.kinds) // GOSSIP_SHOWN))
    return MessageView(
        one.kinds[::every] + other.kinds,
        one.sources[::every] + other.sources,
        one.targets[::every] + other.targets,
        one.fates[::every] + other.fates,
        every,
    )


def _peers(
    cluster: Cluster, known_by: NDArray[np.int64], suspected_by: NDArray[np.int64]
) -> list[PeerView]:
    return [
        PeerView(
            index + 1,
            RUNNING_STATES.get(state, cluster.conditions[index]),
            peer_position(index + 1) / TURN,
            cluster.since[index],
            cluster.nodes[index].replica.live_copies,
            known,
            suspecting,
        )
        for index, (state, known, suspecting) in enumerate(
            zip(cluster.group.state.tolist(), known_by.tolist(), suspected_by.tolist(), strict=True)
        )
    ]


def _keys(cluster: Cluster) -> list[KeyView]:
    newest: dict[str, Copy] = {}
    holders: dict[str, list[tuple[int, Copy]]] = {}
    for index, node in enumerate(cluster.nodes):
        for key, copy in node.replica.copies.items():
            holders.setdefault(key, []).append((index + 1, copy))
            if key not in newest or newest[key].version < copy.version:
                newest[key] = copy
    if not newest:
        return []
    ring = Ring(cluster.live_members(), cluster.scenario.replicas)
    return [
        KeyView(
            key,
            key_position(key) / TURN,
            newest[key].value or "",
            ring.replicas(key),
            [peer for peer, copy in holders[key] if copy == newest[key]],
            [peer for peer, copy in holders[key] if copy != newest[key]],
        )
        for key in sorted(newest)
        if newest[key].value is not None
    ]
