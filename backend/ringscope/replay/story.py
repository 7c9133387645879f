"""A story: everything that a log tells, as the events of a run, tick by tick."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

import msgspec

from ringscope.events import (
    AnyEvent,
    CopyStored,
    MembersJoined,
    MembersRemoved,
    PeerFailed,
    PeerStarted,
    RunStarted,
    TickEnded,
)
from ringscope.grading.records import (
    UNNAMED,
    Answer,
    Joined,
    Operation,
    Record,
    Records,
    Removed,
)
from ringscope.grading.rubric import count
from ringscope.grading.setting import COURSE_SETTING, Setting
from ringscope.replay.operations import Holders, Operations
from ringscope.replay.peers import Peers


class Limits(NamedTuple):
    """How large a replay may be: peers, ticks, lines that are shown.

    ``work``: what it takes to count members and copies, tick by tick; about a tenth of a
    microsecond each.
    """

    peers: int = 1_000
    ticks: int = 10_000
    records: int = 100_000
    work: int = 20_000_000


LIMITS = Limits()


class TooLargeError(ValueError):
    """The log has more in it than can be shown; the message is a sentence."""


class Story(msgspec.Struct, frozen=True):
    """What a log tells of ``peers`` peers in ``ticks`` ticks, up to its last line.

    ``events``: in order, each tick closed by its `TickEnded`.  ``notes``: what was assumed, put in
    another order or left out, each a sentence to put behind the name of the log.
    """

    name: str
    peers: int
    ticks: int
    replicas: int
    read_quorum: int
    write_quorum: int
    events: Sequence[AnyEvent]
    notes: Sequence[str]


def tell(
    name: str, records: Records, setting: Setting = COURSE_SETTING, limits: Limits = LIMITS
) -> Story:
    """Return what the records of log ``name`` tell; raises `TooLargeError`.

    Nothing is made up but what must have been, see `ringscope.replay.peers`; messages, heartbeats,
    suspicions and places on the ring are in no log.  ``setting``: whose quorums were asked for.
    """
    everything = list(records)
    sound = [record for record in everything if _is_sound(record, limits)]
    if len(sound) > limits.records:
        raise TooLargeError(
            f"has {len(sound):,} lines about peers and operations, and a replay shows at most "
            f"{limits.records:,}"
        )
    ordered = sorted(sound, key=lambda record: record.tick)
    peers, operations = Peers(ordered), Operations(ordered, setting)
    size = max((max(record.peer, _member(record)) for record in ordered), default=0)
    ticks = ordered[-1].tick + 1 if ordered else 0
    events = list(_events(name, ordered, peers, operations, size, ticks))
    if _work(events, size) > limits.work:
        raise TooLargeError("has more comings and goings than a replay shows")
    notes = [*_left_out(everything, sound), *_assumptions(peers, operations, size)]
    return Story(
        name, size, ticks, setting.replicas, setting.read_quorum, setting.write_quorum, events,
        tuple(notes),
    )  # fmt: skip


def _is_sound(record: Record, limits: Limits) -> bool:
    """Tell whether a line can be true: garbage may name any peer and any tick."""
    named = UNNAMED < record.peer <= limits.peers and _member(record) <= limits.peers
    return named and record.tick < limits.ticks and _member(record) != UNNAMED


def _member(record: Record) -> int:
    return record.member if isinstance(record, Joined | Removed) else record.peer


def _events(
    name: str,
    ordered: Sequence[Record],
    peers: Peers,
    operations: Operations,
    size: int,
    ticks: int,
) -> Iterator[AnyEvent]:
    yield RunStarted(0, name, "", 0, size, ticks, "log")
    holders = Holders(operations)
    by_tick = {tick: list(some) for tick, some in groupby(ordered, key=lambda record: record.tick)}
    for tick in range(ticks):
        told = _told(by_tick.get(tick, ()), peers, operations, holders)
        yield from _together(told)
        yield TickEnded(tick, 0, 0, 0)


def _work(events: Sequence[AnyEvent], size: int) -> int:
    """How much there is to count: lists of members, and copies of keys."""
    kinds = Counter(map(type, events))
    keys = len({event.key for event in events if isinstance(event, CopyStored)})
    ticks = kinds[TickEnded]
    lists = (ticks + kinds[MembersJoined] + kinds[MembersRemoved]) * size**2 // 100
    return lists + (ticks + kinds[PeerStarted] + kinds[PeerFailed]) * keys


def _told(
    records: Sequence[Record], peers: Peers, operations: Operations, holders: Holders
) -> Iterator[AnyEvent]:
    for record in records:
        was_up = not peers.is_down(record.peer)
        yield from peers.events(record)
        if was_up and peers.is_down(record.peer):
            holders.forget(record.peer)
            yield from operations.lost(record.peer, record.tick)
        if isinstance(record, Operation | Answer):
            yield from operations.events(record)
        if isinstance(record, Answer) and record.role == "server" and was_up:
            yield from holders.events(record)


def _together(events: Iterator[AnyEvent]) -> Iterator[AnyEvent]:
    """Make one event of neighbours about member lists, as a run has them."""
    for kind, some in groupby(events, key=type):
        if kind is MembersJoined or kind is MembersRemoved:
            facts = [fact for fact in some if isinstance(fact, MembersJoined | MembersRemoved)]
            yield kind(
                facts[0].tick,
                tuple(fact.observers[0] for fact in facts),
                tuple(fact.members[0] for fact in facts),
            )
        else:
            yield from some


def _left_out(everything: Sequence[Record], sound: Sequence[Record]) -> Iterator[str]:
    if len(everything) > len(sound):
        lines = count(len(everything) - len(sound), "line")
        yield (
            f"has {lines} without a peer or with one, or a tick, that cannot be; the replay "
            "leaves them out"
        )
    early = sum(after.tick < before.tick for before, after in pairwise(sound))
    if early:
        yield f"goes back in time {count(early, 'time')}; the replay shows it in order of ticks"


def _assumptions(peers: Peers, operations: Operations, size: int) -> Iterator[str]:
    if peers.after_failure:
        lines = count(peers.after_failure, "line")
        yield f"has {lines} of peers that had failed; the replay does not show them as running"
    if peers.assumed:
        members = count(peers.assumed, "member")
        yield (
            f"tells of {members} removed of whom nobody said that they joined; the replay lists "
            "them from the beginning"
        )
    pairs = size * (size - 1)
    known = peers.joined + peers.assumed
    if known < pairs:
        yield (
            f"names {known} of the {pairs} pairs of peers that could list each other; the replay "
            "shows no others"
        )
    if operations.unanswered:
        asked = count(operations.unanswered, "operation")
        yield f"has no answer of a coordinator to {asked}, which the replay leaves open"
