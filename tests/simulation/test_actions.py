"""Every action does what it says, or says why it cannot."""

from typing import TypeVar

import pytest

from ringscope.events import (
    ActionRejected,
    AnyEvent,
    LossChanged,
    OperationStarted,
    PartitionChanged,
    PeerFailed,
    PeerLeft,
    PeerStarted,
)
from ringscope.protocol.ring import Ring
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import (
    Action,
    Drop,
    Fail,
    FailBystander,
    FailHalf,
    FailRandom,
    FailReplicas,
    Heal,
    Join,
    Leave,
    Operate,
    Partition,
    Restart,
)

T = TypeVar("T")


def run(*timeline: Action, peers: int = 6, ticks: int = 200, seed: int = 1) -> list[AnyEvent]:
    cluster = Cluster(Scenario("x", "", peers, ticks=ticks, timeline=timeline), seed=seed)
    events: list[AnyEvent] = []
    while not cluster.finished:
        events += cluster.step()
    return events


def of(kind: type[T], events: list[AnyEvent]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("timeline", "reason"),
    [
        ([Fail(50, 9)], "There is no peer 9"),
        ([Fail(50, 2), Fail(60, 2)], "not running (failed)"),
        ([Fail(0, 6)], "not running (waiting)"),
        ([Restart(50, 2)], "already running"),
        ([Join(0, 6)], "starts by itself at tick 1"),
        ([Join(50, 9)], "the next new peer is number 7"),
        ([Fail(50, 2), Leave(60, 2)], "cannot leave"),
        ([Operate(50, "read", "k", via=9)], "cannot coordinate"),
        ([Fail(50, 2), Operate(60, "read", "k", via=2)], "cannot coordinate"),
        ([Partition(50, ((1,), (7,)))], "no peer 7"),
        ([FailBystander(50, "k")], "No live peer"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_run_goes_on(
    timeline: list[Action], reason: str
) -> None:
    events = run(*timeline, peers=3 if isinstance(timeline[0], FailBystander) else 6)
    rejected = of(ActionRejected, events)
    assert len(rejected) == 1
    assert reason in rejected[0].reason
    assert events[-1].tick == 199


def test_a_crashed_peer_falls_silent_and_comes_back_with_nothing() -> None:
    cluster = Cluster(
        Scenario(
            "x", "", 3, timeline=(Operate(50, "create", "k", "v"), Fail(60, 2), Restart(61, 2))
        )
    )
    while cluster.tick < 62:
        cluster.step()
    assert not cluster.nodes[1].replica.copies
    while cluster.tick < 90:
        cluster.step()
    assert cluster.nodes[1].replica.copies["k"].value == "v"  # mended by the other two


def test_random_victims_are_alive_and_vary_with_the_seed() -> None:
    victims = {of(PeerFailed, run(FailRandom(50), seed=seed))[0].peer for seed in range(30)}
    assert len(victims) > 3


def test_half_of_the_group_are_neighbours_and_spare_the_last() -> None:
    for seed in range(20):
        failed = [event.peer for event in of(PeerFailed, run(FailHalf(50), peers=10, seed=seed))]
        assert failed == list(range(failed[0], failed[0] + 5))
        assert 10 not in failed


def test_replicas_fail_from_the_last_and_bystanders_hold_none() -> None:
    replicas = Ring(range(1, 11), 3).replicas("k")
    failed = [e.peer for e in of(PeerFailed, run(FailReplicas(50, "k", 2), peers=10))]
    assert failed == [replicas[2], replicas[1]]
    (bystander,) = of(PeerFailed, run(FailBystander(50, "k"), peers=10))
    assert bystander.peer == min(set(range(1, 11)) - set(replicas))


@pytest.mark.parametrize("peers", [1, 2, 3])
def test_the_last_live_peer_is_never_crashed_with_the_replicas(peers: int) -> None:
    events = run(FailReplicas(50, "k", 3), peers=peers)
    assert len(of(PeerFailed, events)) == peers - 1


def test_conditions_begin_and_end_on_their_ticks() -> None:
    events = run(Drop(20, 0.5, 30), Partition(40, ((1, 2),), 50), Drop(60, 0.2), Heal(70))
    losses = [(event.tick, event.probability) for event in of(LossChanged, events)]
    cuts = [(event.tick, len(event.groups)) for event in of(PartitionChanged, events)]
    assert losses == [(20, 0.5), (30, 0.0), (60, 0.2), (70, 0.0)]
    assert cuts == [(40, 1), (50, 0)]


def test_a_later_condition_replaces_the_earlier_with_its_end() -> None:
    events = run(Drop(20, 0.5, 30), Drop(25, 0.1, 60))
    losses = [(event.tick, event.probability) for event in of(LossChanged, events)]
    assert losses == [(20, 0.5), (25, 0.1), (60, 0.0)]


def test_new_peers_join_and_left_peers_come_back() -> None:
    events = run(Join(50, 7), Leave(80, 2), Join(120, 2))
    assert (50, 7) in [(e.tick, e.peer) for e in of(PeerStarted, events)]
    assert [e.peer for e in of(PeerLeft, events)] == [2]
    assert (120, 2) in [(e.tick, e.peer) for e in of(PeerStarted, events)]


def test_operations_go_through_the_peer_asked_for_or_any_live_member() -> None:
    wanted = run(Operate(50, "read", "k", via=4))
    assert of(OperationStarted, wanted)[0].coordinator == 4
    anyone = run(Fail(50, 3), *[Operate(51, "read", "k")] * 60)
    coordinators = {event.coordinator for event in of(OperationStarted, anyone)}
    assert coordinators == {1, 2, 4, 5, 6}
