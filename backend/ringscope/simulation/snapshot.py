"""Snapshot: the whole state of a cluster at one tick, as one immutable value for drawing."""

from collections.abc import Sequence
from typing import Literal

import msgspec

PeerState = Literal["waiting", "joining", "member", "leaving", "failed", "left"]

#: In `Snapshot.ages`: the observer does not have the member in its list.
NOT_LISTED = 255


class PeerView(msgspec.Struct, frozen=True, gc=False):
    """One peer: the truth about it (``state``) and what the others believe (the counts).

    ``position`` is its place on the ring as a share of the whole turn, 0 <= position < 1.
    ``since``: tick of the last change of ``state``.  ``copies``: keys it holds (tombstones not
    counted).  ``known_by`` / ``suspected_by``: how many live other peers list / suspect it.
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
    ``keys`` in byte order of the key; None on the wire: unchanged since the frame before.
    ``loss``: probability now; ``groups``: partition now, empty when there is none.
    """

    tick: int
    peers: Sequence[PeerView]
    ages: bytes | None
    keys: Sequence[KeyView] | None
    messages: MessageView
    loss: float
    groups: Sequence[Sequence[int]]
