"""Joining in crowds: `STARTS_PER_TICK` from one by one to all at once."""

import pytest

from ringscope.events import MembersRemoved, PeerStarted
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario, ScenarioError, parse_scenario
from ringscope.simulation.timeline import Drop, Fail, Join, Restart


def complete(cluster: Cluster) -> bool:
    return bool((cluster.group.last_seen >= 0).all())


def complete_after(cluster: Cluster) -> int:
    """Step until every peer lists every peer; return the number of ticks."""
    while not cluster.finished:
        assert not any(isinstance(event, MembersRemoved) for event in cluster.step())
        if complete(cluster):
            return cluster.tick
    raise AssertionError("the group never was complete")


@pytest.mark.parametrize(
    ("starts", "ticks"), [(1, [0, 1, 2, 3, 4]), (2, [0, 0, 1, 1, 2]), (5, [0] * 5), (99, [0] * 5)]
)
def test_peers_start_in_order_so_many_per_tick(starts: int, ticks: list[int]) -> None:
    cluster = Cluster(Scenario("x", "", 5, ticks=10, starts_per_tick=starts))
    started = [
        (event.peer, event.tick, event.starts_group)
        for _ in range(10)
        for event in cluster.step()
        if isinstance(event, PeerStarted)
    ]
    assert started == [(peer, tick, peer == 1) for peer, tick in enumerate(ticks, start=1)]


def test_two_hundred_at_once_join_within_a_round_trip() -> None:
    cluster = Cluster(Scenario("x", "", 200, starts_per_tick=200), trace=False)
    assert complete_after(cluster) == 3  # asked in tick 0, answered in 1, heard in 2


@pytest.mark.parametrize("loss", [0.1, 0.4])
def test_two_hundred_at_once_join_though_messages_are_lost(loss: float) -> None:
    for seed in range(3):
        scenario = Scenario(
            "x", "", 200, ticks=150, starts_per_tick=200, timeline=(Drop(0, loss, 60),)
        )
        cluster = Cluster(scenario, seed=seed, trace=False)
        assert complete_after(cluster) < 70
        while not cluster.finished:
            cluster.step()
        assert complete(cluster)


def test_a_crowd_whose_introducer_crashes_before_it_answers_joins_when_it_is_back() -> None:
    timeline = (Fail(1, 1), Restart(30, 1))
    scenario = Scenario("x", "", 50, ticks=400, starts_per_tick=50, timeline=timeline)
    cluster = Cluster(scenario, trace=False)
    while not cluster.finished:
        cluster.step()
    assert complete(cluster)


def test_a_fast_group_settles_sooner_and_its_lines_are_checked_accordingly() -> None:
    text = "MAX_NNB: 1000\nTICKS: 200\nCRUD_TEST: CREATE\nKEYS: 1\nAT 1 FAIL 1000\n"
    with pytest.raises(ScenarioError, match="peer 1000 only starts at tick 249"):
        parse_scenario(text, "slow")
    fast = parse_scenario(text + "STARTS_PER_TICK: 500\n", "fast")
    assert Cluster(fast).ticks == 200


def test_a_waiting_peer_says_when_it_starts() -> None:
    scenario = Scenario("x", "", 6, starts_per_tick=2, timeline=(Join(0, 6),))
    reasons = [getattr(event, "reason", "") for event in Cluster(scenario).step()]
    assert "Peer 6 starts by itself at tick 2." in reasons
