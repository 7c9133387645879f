"""What key-value nodes say to each other.

Messages are frozen values; EmulNet carries them and never looks inside.  A version orders all
writes of a key: (tick of the write, transaction, coordinator), the greatest is the newest.
"""

from typing import Literal, NamedTuple, TypeAlias

from ringscope.events import OperationKind

Version: TypeAlias = tuple[int, int, int]


class Copy(NamedTuple):
    """What a replica holds for a key; a ``value`` of None is a tombstone: deleted."""

    version: Version
    value: str | None


class Request(NamedTuple):
    """Coordinator to replica: carry out your part of a client operation."""

    kind: OperationKind
    transaction: int
    key: str
    value: str | None
    version: Version


class Reply(NamedTuple):
    """Replica to coordinator: ``ok``, and the copy held after the request (None: none)."""

    transaction: int
    ok: bool
    copy: Copy | None
    kind: Literal["reply"] = "reply"


class Undo(NamedTuple):
    """Coordinator to replica: the client was told that this write failed, so take it back."""

    transaction: int
    key: str
    version: Version
    kind: Literal["undo"] = "undo"


class Digest(NamedTuple):
    """Stabilisation: "over all keys of this replica set my copies add up to this value"."""

    replicas: tuple[int, ...]
    value: int
    is_reply: bool = False
    kind: Literal["digest"] = "digest"


class Offer(NamedTuple):
    """Stabilisation: "I hold these versions of keys that are yours"."""

    versions: tuple[tuple[str, Version], ...]
    kind: Literal["offer"] = "offer"


class Answer(NamedTuple):
    """Stabilisation: "these I hold, at least as new; those, please, send me"."""

    held: tuple[tuple[str, Version], ...]
    wanted: tuple[str, ...]
    kind: Literal["answer"] = "answer"


class Transfer(NamedTuple):
    """Stabilisation or read repair: copies for a peer that lacks them."""

    copies: tuple[tuple[str, Copy], ...]
    cause: Literal["stabilisation", "repair"]
    kind: Literal["transfer"] = "transfer"


Message: TypeAlias = Request | Reply | Undo | Digest | Offer | Answer | Transfer
