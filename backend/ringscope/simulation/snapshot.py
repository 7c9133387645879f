"""Snapshot: the whole state of a cluster at one tick, as one immutable value for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ringscope.protocol.membership import DOWN, JOINING, LEAVING, MEMBER
from ringscope.protocol.messages import Copy
from ringscope.protocol.ring import TURN, Ring, key_position, peer_position

if TYPE_CHECKING:
    from ringscope.simulation.cluster import Cluster

PeerState = Literal["waiting", "joining", "member", "leaving", "failed", "left"]

RUNNING_STATES: dict[int, PeerState] = {JOINING: "joining", MEMBER: "member", LEAVING: "leaving"}

#: In `Snapshot.ages`: the observer does not have the member in its list.
NOT_LISTED = 255

#: So many keys are listed one by one.
KEYS_SHOWN = 500


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
    """Messages sent in the snapshot's last tick; columns as in `events.MessagesSent`."""

    kinds: Sequence[str]
    sources: Sequence[int]
    targets: Sequence[int]
    fates: Sequence[int]


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """State after ``tick`` ticks have been computed (0: nothing has happened yet).

    ``ages``: N*N bytes, row = observer, column = member: ticks since the observer saw a newer
    heartbeat of the member, at most 254, or `NOT_LISTED`.  None: too large to send this time.
    ``keys`` in byte order of the key, at most `KEYS_SHOWN` of the ``key_count`` there are; None on
    the wire: unchanged since the frame before.
    ``loss``: probability now; ``groups``: partition now, empty when there is none.
    """

    tick: int
    peers: Sequence[PeerView]
    ages: bytes | None
    keys: Sequence[KeyView] | None
    messages: MessageView
    loss: float
    groups: Sequence[Sequence[int]]
    key_count: int


def take_snapshot(cluster: Cluster, ages: bool) -> Snapshot:
    """Look at a cluster and change nothing."""
    group = cluster.group
    last_tick = cluster.tick - 1
    running = group.state != DOWN
    listed = (group.last_seen >= 0) & running[:, None]
    silence = last_tick - group.last_seen.astype(np.int32)
    suspected = listed & (silence > cluster.scenario.t_fail)
    age = np.clip(silence, 0, NOT_LISTED - 1)
    np.fill_diagonal(age, 0)
    others = ~np.eye(cluster.size, dtype=bool)
    keys = _keys(cluster)
    return Snapshot(
        cluster.tick,
        _peers(cluster, (listed & others).sum(0), (suspected & others).sum(0)),
        np.where(listed, age, NOT_LISTED).astype(np.uint8).tobytes() if ages else None,
        keys[:KEYS_SHOWN],
        _messages(cluster),
        cluster.network.loss,
        cluster.network.groups,
        len(keys),
    )


def _messages(cluster: Cluster) -> MessageView:
    one, other = cluster.network.membership_traffic(), cluster.network.store_traffic()
    return MessageView(
        one.kinds + other.kinds,
        one.sources + other.sources,
        one.targets + other.targets,
        one.fates + other.fates,
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
