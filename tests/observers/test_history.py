"""The history of a run, told by hand-made events."""

from collections.abc import Iterable

import numpy as np
import pytest
from msgspec import structs

from ringscope.events import (
    ActionRejected,
    AnyEvent,
    CopyDropped,
    CopyStored,
    LossChanged,
    MembersJoined,
    MembersRemoved,
    MembersSuspected,
    MembersTrusted,
    OperationEnded,
    OperationStarted,
    PartitionChanged,
    PeerFailed,
    PeerLeaving,
    PeerLeft,
    PeerStarted,
    ReplicaAnswered,
    RunStarted,
    TickEnded,
)
from ringscope.observers.historian import Historian
from ringscope.observers.history import Answer, Mark


def told(*events: AnyEvent, historian: Historian | None = None) -> Historian:
    historian = historian or Historian()
    for event in events:
        historian.see(event)
    return historian


def group_of(peers: int) -> list[AnyEvent]:
    """Tick 0: all peers up, all list each other."""
    everyone = range(1, peers + 1)
    pairs = [(a, b) for a in everyone for b in everyone]
    return [
        RunStarted(0, "made by hand", "", 1, peers, 700, "0"),
        *(PeerStarted(0, peer, peer == 1) for peer in everyone),
        MembersJoined(0, [a for a, _ in pairs], [b for _, b in pairs]),
        tick(0),
    ]


def tick(number: int) -> TickEnded:
    return TickEnded(number, sent=6, received=5, lost=1)


def read(transaction: int, at: int = 4) -> OperationStarted:
    return OperationStarted(at, transaction, "read", "k", None, 2, [1, 2, 3], 2)


def texts(marks: Iterable[Mark]) -> list[str]:
    return [mark.text for mark in marks]


# --- operations ----------------------------------------------------------------------------------


def test_an_operation_gathers_its_answers_and_its_end() -> None:
    historian = told(
        *group_of(3),
        read(1),
        ReplicaAnswered(5, 1, "read", "k", "v", 3, True),
        ReplicaAnswered(6, 1, "read", "k", None, 1, False),
        OperationEnded(7, 1, "read", "k", "v", 2, "success", 1, 2),
    )
    (operation,) = historian.complete().operations
    assert operation.answers == (Answer(5, 3, True), Answer(6, 1, False))
    assert (operation.started, operation.ended, operation.outcome) == (4, 7, "success")
    assert operation.value == "v"


def test_a_late_answer_still_shows() -> None:
    historian = told(read(1), OperationEnded(9, 1, "read", "k", None, 2, "timeout", 0, 0))
    told(ReplicaAnswered(11, 1, "read", "k", "v", 3, True), historian=historian)
    assert historian.complete().operations[0].answers == (Answer(11, 3, True),)


# --- changes -------------------------------------------------------------------------------------


def test_changes_tell_each_thing_once() -> None:
    historian = told(*group_of(3), PeerFailed(1, 3, False), tick(1), read(1))
    first = historian.changes()
    assert (len(first.operations), texts(first.marks)) == (1, ["Peer 3 fails."])
    assert (first.series.start, len(first.series.sent)) == (0, 2)

    nothing = historian.changes()
    assert (nothing.operations, nothing.marks) == ((), ())
    assert (nothing.series.start, nothing.series.sent) == (2, ())


def test_a_changed_operation_is_told_again() -> None:
    historian = told(*group_of(3), read(1), read(2))
    historian.changes()
    told(ReplicaAnswered(5, 2, "read", "k", "v", 3, True), historian=historian)
    assert [operation.transaction for operation in historian.changes().operations] == [2]


def test_changes_add_up_to_the_complete_history() -> None:
    historian = Historian()
    marks: list[Mark] = []
    sent: list[int] = []
    for event in [*group_of(3), PeerFailed(1, 2, False), tick(1), PeerStarted(2, 2, False)]:
        told(event, historian=historian)
        changes = historian.changes()
        marks += changes.marks
        sent += changes.series.sent
    complete = historian.complete()
    assert (tuple(marks), tuple(sent)) == (complete.marks, complete.series.sent)


# --- series --------------------------------------------------------------------------------------


def test_lists_are_counted_over_live_peers_and_others_only() -> None:
    series = told(*group_of(4), PeerFailed(1, 4, False), tick(1)).complete().series
    assert series.live == (4, 3)
    assert series.listed == (12, 9), "a failed peer believes nothing, but is still listed by three"


def test_suspicions_come_and_go() -> None:
    series = (
        told(
            *group_of(3),
            MembersSuspected(1, [1, 2], [3, 3]),
            tick(1),
            MembersTrusted(2, [1], [3]),
            tick(2),
            MembersRemoved(3, [2], [3]),
            tick(3),
        )
        .complete()
        .series
    )
    assert series.suspected == (0, 2, 1, 0)
    assert series.listed == (6, 6, 6, 5)


def test_a_peer_that_only_asks_to_join_is_not_yet_a_member() -> None:
    historian = told(RunStarted(0, "", "", 1, 2, 700, "0"), PeerStarted(0, 1, True))
    told(PeerStarted(0, 2, False), tick(0), MembersJoined(2, [2], [1]), historian=historian)
    assert told(tick(1), historian=historian).complete().series.live == (1, 2)


def stored(peer: int, key: str = "k", value: str | None = "v", version: int = 1) -> CopyStored:
    return CopyStored(1, peer, key, value, (version, 1, 1), "write")


def test_copies_are_held_and_missing() -> None:
    series = (
        told(
            *group_of(4),
            *map(stored, (1, 2, 3)),
            tick(1),
            PeerFailed(2, 3, False),
            tick(2),
            stored(4),
            tick(3),
        )
        .complete()
        .series
    )
    assert series.copies == (0, 3, 2, 3)
    assert series.missing == (0, 0, 1, 0)


def test_a_copy_too_many_makes_up_for_no_other() -> None:
    historian = told(*group_of(4), *map(stored, (1, 2, 3, 4)), stored(1, key="other"), tick(1))
    assert historian.complete().series.missing == (0, 2)
    told(CopyDropped(2, 4, "k"), tick(2), historian=historian)
    assert historian.complete().series.copies == (0, 5, 4)


def test_a_deleted_key_lacks_no_copies() -> None:
    series = told(*group_of(3), stored(1), stored(1, value=None, version=2), tick(1)).complete()
    assert (series.series.copies, series.series.missing) == ((0, 0), (0, 0))


def test_a_small_group_needs_no_more_copies_than_members() -> None:
    assert told(*group_of(2), stored(1), tick(1)).complete().series.missing == (0, 1)


# --- marks ---------------------------------------------------------------------------------------


def test_a_failure_its_detection_and_its_removal_are_marked_once() -> None:
    historian = told(
        *group_of(3),
        PeerFailed(1, 3, False),
        MembersSuspected(7, [2], [3]),
        MembersSuspected(8, [1], [3]),
        MembersRemoved(9, [1], [3]),
        MembersRemoved(10, [2], [3]),
    )
    assert [(mark.tick, mark.lane, mark.text) for mark in historian.complete().marks] == [
        (1, "failure", "Peer 3 fails."),
        (7, "detection", "Peer 2 is the first to suspect peer 3."),
        (10, "detection", "All live members have removed peer 3 from their lists."),
    ]


def test_a_false_suspicion_says_so() -> None:
    marks = told(*group_of(3), MembersSuspected(7, [2], [3])).complete().marks
    assert texts(marks) == ["Peer 2 is the first to suspect peer 3, wrongly."]


def test_a_restart_and_a_newcomer_are_marked_but_not_the_start() -> None:
    historian = told(
        *group_of(3),
        PeerLeaving(1, 2),
        PeerLeft(2, 2),
        PeerStarted(3, 2, False),
        PeerStarted(4, 4, False),
    )
    assert texts(historian.complete().marks) == [
        "Peer 2 says goodbye and hands its keys over.",
        "Peer 2 starts again, with empty memory, and joins.",
        "Peer 4 is new and asks to join.",
    ]


def test_windows_of_loss_and_partition_have_two_ends() -> None:
    historian = told(
        LossChanged(1, 0.1),
        LossChanged(2, 0.0),
        PartitionChanged(3, [[1, 2, 3, 5], [4]]),
        PartitionChanged(4, []),
        LossChanged(5, 0.0),
    )
    assert texts(historian.complete().marks) == [
        "From here on 10 % of all messages are lost.",
        "No more messages are lost.",
        "The network splits: 1-3, 5 | 4.",
        "The network is whole again.",
    ]


def test_many_operations_of_a_tick_are_one_mark() -> None:
    historian = told(
        *(OperationStarted(4, n, "create", f"k{n}", "v", 1, [1], 1) for n in range(1, 101)),
        read(101),
        tick(4),
    )
    assert texts(historian.complete().marks) == [
        "100 creates start in this tick.",
        "A client asks peer 2 to read key k.",
    ]


def test_an_operation_that_does_not_succeed_is_marked() -> None:
    historian = told(
        OperationEnded(5, 1, "read", "k", None, 2, "timeout", 0, 0),
        OperationEnded(5, 2, "update", "k", "v", 2, "success", 2, 2),
        tick(5),
    )
    assert texts(historian.complete().marks) == [
        "The read of key k through peer 2 times out: too few replicas answered."
    ]


def test_a_refused_action_is_marked_with_its_reason() -> None:
    marks = told(ActionRejected(5, "AT 5 FAIL 3", "Peer 3 is down already.")).complete().marks
    assert texts(marks) == ["Refused: AT 5 FAIL 3. Peer 3 is down already."]


def test_many_detections_of_a_tick_are_one_mark() -> None:
    members = list(range(2, 203))
    events = [
        *group_of(203),
        MembersSuspected(5, [1] * 201, members),
        MembersSuspected(6, [3] * 201, members),
        *(PeerFailed(7, member, False) for member in members),
        MembersRemoved(8, [1] * 201, members),
        MembersRemoved(8, [203] * 201, members),
    ]
    found = [m for m in told(*events).complete().marks if m.lane == "detection"]
    assert texts(found) == [
        "201 peers are suspected for the first time.",
        "201 peers are now listed by no live member.",
    ]


# --- large groups --------------------------------------------------------------------------------


def test_columns_may_be_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringscope.observers.beliefs._AT_ONCE", 3)
    facts = [
        *group_of(4),
        PeerFailed(1, 4, False),
        tick(1),
        MembersSuspected(2, [1, 2, 3, 2], [4, 4, 4, 3]),
        tick(2),
        MembersTrusted(3, [2], [3]),
        MembersRemoved(3, [1, 2, 3], [4, 4, 4]),
        tick(3),
    ]
    arrays = [
        structs.replace(fact, observers=np.array(fact.observers), members=np.array(fact.members))
        if isinstance(fact, MembersJoined | MembersSuspected | MembersTrusted | MembersRemoved)
        else fact
        for fact in facts
    ]
    assert told(*arrays).complete() == told(*facts).complete()
    assert len(told(*facts).complete().marks) == 4


def test_an_event_about_nobody_changes_nothing() -> None:
    nothing = [kind(1, [], []) for kind in (MembersJoined, MembersSuspected, MembersRemoved)]
    assert told(*group_of(3), *nothing, tick(1)).complete().series.listed == (6, 6)
