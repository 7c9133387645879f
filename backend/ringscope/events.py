"""Every observable fact of a run, typed and frozen.

An event says what *happened*, in the past tense, at a tick.  Everything a person sees (dbg.log,
recording, grade, page, plot) is a fold over these events, so the views cannot disagree.  Nothing
here knows who reads it, and an event refers to nothing that can still change.

Peers are named by their number, 1 to N, as in their address ``id.0.0.0:0``.  Membership and
traffic facts come as one event per tick with equally long columns (a join of N peers is N² facts).
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

OperationKind = Literal["create", "read", "update", "delete"]
Layer = Literal["membership", "store"]
Outcome = Literal["success", "failure", "timeout", "lost"]


class Event(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag=True):
    """A fact.  ``tick`` is when it happened, in ticks since the start of the run."""

    tick: int


class RunStarted(Event, frozen=True, gc=False, tag=True):
    """The first event of every stream: all that is needed to compute the run again.

    ``scenario`` is the text of the ``.conf``, ``engine`` the version of the rules.
    """

    name: str
    scenario: str
    seed: int
    peers: int
    ticks: int
    engine: str


class ActionApplied(Event, frozen=True, gc=False, tag=True):
    """An action took effect.  ``line`` is its timeline form, for example ``AT 120 FAIL 3``.

    ``injected`` tells the actions of a person (a click, a REST call) from those of the scenario.
    """

    line: str
    injected: bool


class ActionRejected(Event, frozen=True, gc=False, tag=True):
    """An action could not be carried out; ``reason`` is one sentence.  The run goes on."""

    line: str
    reason: str


# --- peers -------------------------------------------------------------------------------------


class PeerStarted(Event, frozen=True, gc=False, tag=True):
    """A peer came up.  ``starts_group``: it declares itself the group instead of asking to join."""

    peer: int
    starts_group: bool


class PeerFailed(Event, frozen=True, gc=False, tag=True):
    """A peer crashed and lost its memory.

    ``group_failure``: one of the course's "half the group" (its log line is spelt differently).
    """

    peer: int
    group_failure: bool


class PeerLeaving(Event, frozen=True, gc=False, tag=True):
    """A peer announced that it leaves and hands its keys over."""

    peer: int


class PeerLeft(Event, frozen=True, gc=False, tag=True):
    """A leaving peer has gone."""

    peer: int


# --- membership: what peers believe -------------------------------------------------------------


class MembersJoined(Event, frozen=True, gc=False, tag=True):
    """``observers[i]`` added ``members[i]`` to its member list."""

    observers: Sequence[int]
    members: Sequence[int]


class MembersSuspected(Event, frozen=True, gc=False, tag=True):
    """``observers[i]`` has seen no new heartbeat of ``members[i]`` for more than T_fail ticks."""

    observers: Sequence[int]
    members: Sequence[int]


class MembersTrusted(Event, frozen=True, gc=False, tag=True):
    """``observers[i]`` suspected ``members[i]`` and has now seen a newer heartbeat."""

    observers: Sequence[int]
    members: Sequence[int]


class MembersRemoved(Event, frozen=True, gc=False, tag=True):
    """``observers[i]`` deleted ``members[i]``: silent for more than T_cleanup ticks, or it left."""

    observers: Sequence[int]
    members: Sequence[int]


# --- network -----------------------------------------------------------------------------------


class LossChanged(Event, frozen=True, gc=False, tag=True):
    """From this tick on each message is lost with this ``probability`` (0: reliable)."""

    probability: float


class PartitionChanged(Event, frozen=True, gc=False, tag=True):
    """From this tick on only peers of one group reach each other; no groups: healed."""

    groups: Sequence[Sequence[int]]


class MessagesSent(Event, frozen=True, gc=False, tag=True):
    """All messages of one layer that peers sent in this tick, in sending order.

    ``fates[i]`` is 0 when message i is under way, 1 when it was lost by chance, 2 when a
    partition cut it.
    """

    layer: Layer
    kinds: Sequence[str]
    sources: Sequence[int]
    targets: Sequence[int]
    fates: Sequence[int]


class MessagesCounted(Event, frozen=True, gc=False, tag=True):
    """What each peer sent and received on one layer in this tick; column i is peer i + 1."""

    layer: Layer
    sent: Sequence[int]
    received: Sequence[int]


class TickEnded(Event, frozen=True, gc=False, tag=True):
    """The last event of every tick: message counts over all peers, in both layers together."""

    sent: int
    received: int
    lost: int


# --- store -------------------------------------------------------------------------------------


class OperationStarted(Event, frozen=True, gc=False, tag=True):
    """A client asked ``coordinator``.  ``value``: what is written, or for the course's driver what
    a read or delete is about.  ``transaction`` counts from 1 over the whole run."""

    transaction: int
    kind: OperationKind
    key: str
    value: str | None
    coordinator: int
    replicas: Sequence[int]
    quorum: int


class ReplicaAnswered(Event, frozen=True, gc=False, tag=True):
    """``peer`` carried out its part of a client operation (``ok``) or could not."""

    transaction: int
    kind: OperationKind
    key: str
    value: str | None
    peer: int
    ok: bool


class OperationEnded(Event, frozen=True, gc=False, tag=True):
    """The one end of an operation.

    ``success``: a quorum said yes; ``failure``: so many said no that a quorum is impossible, and
    a write is taken back; ``timeout``: too few answered in time, so the write may or may not have
    happened; ``lost``: the coordinator itself went down and nobody will ever be told.  An operation
    still under way when the run is over has no end.
    """

    transaction: int
    kind: OperationKind
    key: str
    value: str | None
    coordinator: int
    outcome: Outcome
    accepted: int
    answered: int


class CopyStored(Event, frozen=True, gc=False, tag=True):
    """``peer`` now holds this version of ``key``; a ``value`` of None is a tombstone.

    ``cause``: a client's ``write``, ``stabilisation``, ``repair`` after a read, or ``undo`` of a
    write that failed, which puts back what it replaced.
    """

    peer: int
    key: str
    value: str | None
    version: tuple[int, int, int]
    cause: Literal["write", "stabilisation", "repair", "undo"]


class CopyDropped(Event, frozen=True, gc=False, tag=True):
    """``peer`` gave up its copy.

    Either it left the key's replica set, and that whole set holds the key; or the copy was that of
    a create that failed and was taken back.
    """

    peer: int
    key: str


AnyEvent = (
    RunStarted
    | ActionApplied
    | ActionRejected
    | PeerStarted
    | PeerFailed
    | PeerLeaving
    | PeerLeft
    | MembersJoined
    | MembersSuspected
    | MembersTrusted
    | MembersRemoved
    | LossChanged
    | PartitionChanged
    | MessagesSent
    | MessagesCounted
    | TickEnded
    | OperationStarted
    | ReplicaAnswered
    | OperationEnded
    | CopyStored
    | CopyDropped
)
