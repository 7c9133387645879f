"""History: what has happened so far, folded from events into what a person wants to look at.

Operations with their answers, marks for the timeline (each with the sentence that explains it),
and counts per tick.  The page draws nothing else about the past; the same value feeds notebooks.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from ringscope.events import OperationKind, Outcome

Lane = Literal["failure", "detection", "operation", "network", "peer"]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A replica's answer to an operation."""

    tick: int
    peer: int
    ok: bool


class OperationView(msgspec.Struct, frozen=True, gc=False):
    """A client operation as far as it has got; ``ended`` and ``outcome`` are None while it runs."""

    transaction: int
    kind: OperationKind
    key: str
    value: str | None
    coordinator: int
    replicas: Sequence[int]
    quorum: int
    started: int
    answers: Sequence[Answer]
    ended: int | None
    outcome: Outcome | None


class Mark(msgspec.Struct, frozen=True, gc=False):
    """Something worth a mark on the timeline, with the sentence that explains it."""

    tick: int
    lane: Lane
    peer: int | None
    text: str


class Series(msgspec.Struct, frozen=True, gc=False):
    """Counts per tick, equally long columns, the first for tick ``start``.

    ``sent``, ``received``, ``lost``: messages; ``live``: peers that are members; ``listed``:
    entries about others in all live member lists; ``suspected``: those of them under suspicion;
    ``copies``: copies of keys that live peers hold; ``missing``: copies that the existing keys
    lack, counting for each the replication factor (or all members, if they are fewer).
    """

    start: int
    sent: Sequence[int]
    received: Sequence[int]
    lost: Sequence[int]
    live: Sequence[int]
    listed: Sequence[int]
    suspected: Sequence[int]
    copies: Sequence[int]
    missing: Sequence[int]


class History(msgspec.Struct, frozen=True, gc=False):
    """What has happened.  In a complete frame: everything up to the live tick; else only what is
    new or changed since the frame before (operations are replaced by transaction number)."""

    operations: Sequence[OperationView]
    marks: Sequence[Mark]
    series: Series
