"""What key-value nodes say to each other.

Messages are frozen values; EmulNet carries them and never looks inside.  A version orders all
writes of a key: (tick of the write, transaction, coordinator), the greatest is the newest.
"""

from typing import ClassVar, Literal, TypeAlias

import msgspec

from ringscope.events import OperationKind

Version: TypeAlias = tuple[int, int, int]


class Copy(msgspec.Struct, frozen=True, gc=False):
    """What a replica holds for a key; a ``value`` of None is a tombstone: deleted."""

    version: Version
    value: str | None


class Request(msgspec.Struct, frozen=True, gc=False):
    """Coordinator to replica: carry out your part of a client operation."""

    kind: OperationKind
    transaction: int
    key: str
    value: str | None
    version: Version


class Reply(msgspec.Struct, frozen=True, gc=False):
    """Replica to coordinator: ``ok``, and the copy held after the request (None: none)."""

    kind: ClassVar = "reply"
    transaction: int
    ok: bool
    copy: Copy | None


class Undo(msgspec.Struct, frozen=True, gc=False):
    """Coordinator to replica: the client was told that this write failed, so take it back."""

    kind: ClassVar = "undo"
    transaction: int
    key: str
    version: Version


class Digest(msgspec.Struct, frozen=True, gc=False):
    """Stabilisation: "my copies for this replica set, as written by tick ``until``, add up to
    this value"."""

    kind: ClassVar = "digest"
    replicas: tuple[int, ...]
    value: int
    until: int
    is_reply: bool = False


class Offer(msgspec.Struct, frozen=True, gc=False):
    """Stabilisation: "I hold these versions of keys that are yours"."""

    kind: ClassVar = "offer"
    versions: tuple[tuple[str, Version], ...]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Stabilisation: "these I hold, at least as new; those, please, send me"."""

    kind: ClassVar = "answer"
    held: tuple[tuple[str, Version], ...]
    wanted: tuple[str, ...]


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """Stabilisation or read repair: copies for a peer that lacks them."""

    kind: ClassVar = "transfer"
    copies: tuple[tuple[str, Copy], ...]
    cause: Literal["stabilisation", "repair"]


Message: TypeAlias = Request | Reply | Undo | Digest | Offer | Answer | Transfer
#: Source, target and message; peers are numbered from 1.
Envelope: TypeAlias = tuple[int, int, Message]
