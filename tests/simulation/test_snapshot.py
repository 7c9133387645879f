"""A snapshot, compared with what an obviously simple look at the same cluster finds."""

import pytest

from ringscope.protocol.membership import DOWN
from ringscope.simulation import snapshot as snapshots
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import parse_scenario
from ringscope.simulation.snapshot import NOT_LISTED

EVENTFUL = """MAX_NNB: {peers}
STARTS_PER_TICK: 9
TICKS: 110
AT 50 FAIL 3
AT 52 FAIL 5
AT 52 FAIL 6
AT 60 LEAVE 2
AT 80 RESTART 3
"""


def moments(peers: int) -> list[Cluster]:
    """The same run at some of its ticks."""
    found = []
    for until in (0, 1, 4, 30, 62, 66, 75, 90, 109):
        cluster = Cluster(parse_scenario(EVENTFUL.format(peers=peers), "eventful"), trace=False)
        while cluster.tick < until:
            cluster.step()
        found.append(cluster)
    return found


def age(cluster: Cluster, observer: int, member: int) -> int:
    seen = int(cluster.group.last_seen[observer, member])
    if cluster.group.state[observer] == DOWN or seen < 0:
        return NOT_LISTED
    return min(NOT_LISTED - 1, max(0, cluster.tick - 1 - seen))


def worst(cluster: Cluster, observers: range, members: range) -> int:
    up = [one for one in observers if cluster.group.state[one] != DOWN]
    ages = [age(cluster, one, other) for one in up for other in members if one != other]
    return max(ages, default=0) if up else NOT_LISTED


@pytest.mark.parametrize("peers", [1, 12, 70])
def test_it_counts_who_lists_and_suspects_whom(peers: int) -> None:
    for cluster in moments(max(peers, 6)):
        everyone = range(cluster.size)
        for member, view in enumerate(cluster.snapshot().peers):
            ages = [age(cluster, other, member) for other in everyone if other != member]
            listed = [one for one in ages if one != NOT_LISTED]
            assert view.known_by == len(listed)
            assert view.suspected_by == sum(one > cluster.scenario.t_fail for one in listed)


@pytest.mark.parametrize(
    ("peers", "most", "side"), [(12, 12, 12), (12, 5, 4), (13, 4, 4), (130, 7, 7), (70, 30, 24)]
)
def test_ages_show_the_worst_of_each_block_of_live_observers_and_others(
    peers: int, most: int, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "AGES_SIDE", most)
    for cluster in moments(peers):
        view = cluster.snapshot()
        block = -(-peers // side)
        parts = [range(first, min(peers, first + block)) for first in range(0, peers, block)]
        assert view.ages is not None
        assert (view.ages_side, len(parts)) == (side, side)
        for row, observers in enumerate(parts):
            for column, members in enumerate(parts):
                cell = view.ages[row * side + column]
                assert cell == worst(cluster, observers, members), (cluster.tick, row, column)


def test_of_much_gossip_only_a_part_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "GOSSIP_SHOWN", 10)
    cluster = moments(12)[3]
    messages = cluster.snapshot().messages
    everything = cluster.network.membership_traffic()
    assert len(everything.kinds) == 36
    assert messages.every == 4
    assert list(messages.sources) == everything.sources[::4]
    assert len(messages.kinds) == len(messages.targets) == len(messages.fates) == 9
