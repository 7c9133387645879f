"""The membership protocol: rules one by one, then the kernels against a simple model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.gossip import GossipModel
from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    MembersSuspected,
    MembersTrusted,
    MessagesSent,
    PeerFailed,
    PeerLeaving,
    PeerLeft,
    PeerStarted,
)
from ringscope.protocol import codes
from ringscope.protocol import membership as m
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import (
    Action,
    Drop,
    Fail,
    Heal,
    Join,
    Leave,
    Partition,
    Restart,
)

NAMES = {
    MembersJoined: "joined",
    MembersTrusted: "trusted",
    MembersSuspected: "suspected",
    MembersRemoved: "removed",
}


def row(*values: int) -> np.ndarray:
    return np.array(values, np.int16)


def decoded(facts: np.ndarray, count: int) -> list[tuple[int, int, int]]:
    kinds, first, second = codes.decode(facts[:count])
    return list(zip(kinds.tolist(), first.tolist(), second.tolist(), strict=True))


def no_facts() -> np.ndarray:
    return np.empty(1, np.int64)


def test_merge_takes_newer_heartbeats_only() -> None:
    heartbeat, seen = row(5, 5, 5), row(9, 9, 9)
    m.merge(0, heartbeat, seen, row(-1, 5, 6), 12, 11, 10, no_facts(), 0)
    assert heartbeat.tolist() == [5, 5, 6]
    assert seen.tolist() == [9, 9, 12]


def test_merge_adds_unknown_members_and_says_so() -> None:
    heartbeat, seen = row(5, -1, -1), row(9, m.ABSENT, m.ABSENT)
    facts, count = m.merge(0, heartbeat, seen, row(-1, 3, -1), 12, 11, 10, no_facts(), 0)
    assert decoded(facts, count) == [(codes.JOINED, 0, 1)]
    assert seen.tolist() == [9, 12, m.ABSENT]


def test_old_gossip_does_not_bring_a_removed_member_back() -> None:
    heartbeat, seen = row(5, 7), row(9, m.REMOVED)
    _, count = m.merge(0, heartbeat, seen, row(-1, 7), 12, 11, 10, no_facts(), 0)
    assert (count, seen.tolist()) == (0, [9, m.REMOVED])
    facts, count = m.merge(0, heartbeat, seen, row(-1, 8), 12, 11, 10, no_facts(), 0)
    assert decoded(facts, count) == [(codes.JOINED, 0, 1)]


def test_a_newer_heartbeat_ends_a_suspicion() -> None:
    facts, count = m.merge(0, row(5, 7), row(20, 8), row(-1, 8), 20, 19, 10, no_facts(), 0)
    assert decoded(facts, count) == [(codes.TRUSTED, 0, 1)]


def test_news_that_comes_just_before_a_suspicion_ends_none() -> None:
    _, count = m.merge(0, row(5, 7), row(20, 9), row(-1, 8), 20, 19, 10, no_facts(), 0)
    assert count == 0


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (10, []),
        (11, [(codes.SUSPECTED, 0, 1)]),
        (12, []),
        (20, []),
        (21, [(codes.WAS_REMOVED, 0, 1)]),
    ],
)
def test_members_are_suspected_then_removed(age: int, expected: list[object]) -> None:
    seen = row(100, 100 - age)
    facts, count = m.expire(0, seen, 100, 99, 10, 20, no_facts(), 0)
    assert decoded(facts, count) == expected
    assert seen[1] == (m.REMOVED if age > 20 else 100 - age)


def test_suspected_members_are_not_gossiped_about() -> None:
    fresh = row(0, 0, 0, 0)
    seen = row(50, 40, 39, m.REMOVED)
    assert m.write_fresh(row(9, 8, 7, 6), seen, fresh, 50, 10) == 2
    assert fresh.tolist() == [9, 8, -1, -1]


@pytest.mark.parametrize(
    ("kind", "before", "after", "learns"),
    [
        (codes.JOIN_REQUEST, m.JOINING, m.JOINING, False),  # two who are both outside know no group
        (codes.JOIN_REQUEST, m.MEMBER, m.MEMBER, True),
        (codes.JOIN_REQUEST, m.LEAVING, m.LEAVING, False),
        (codes.JOIN_REPLY, m.JOINING, m.MEMBER, True),
        (codes.GOSSIP, m.JOINING, m.MEMBER, True),
        (codes.GOSSIP, m.MEMBER, m.MEMBER, True),
    ],
)
def test_hearing_from_a_member_makes_a_joining_peer_a_member(
    kind: int, before: int, after: int, learns: bool
) -> None:
    state = np.array([before, m.MEMBER], np.int8)
    seen = row(9, m.ABSENT)
    m.receive(kind, 1, 0, state, row(5, -1), seen, row(-1, 3), 12, 11, 10, no_facts(), 0)
    assert state[0] == after
    assert (seen[1] == 12) == learns


def test_a_goodbye_removes_at_once_and_for_good() -> None:
    state = np.array([m.MEMBER, m.LEAVING], np.int8)
    heartbeat, seen = row(5, 7), row(11, 11)
    facts, count = m.receive(
        codes.GOODBYE, 1, 0, state, heartbeat, seen, row(-1, 9), 12, 11, 10, no_facts(), 0
    )
    assert decoded(facts, count) == [(codes.WAS_REMOVED, 0, 1)]
    assert (heartbeat[1], seen[1]) == (9, m.REMOVED)


@given(
    size=st.integers(2, 40), fanout=st.integers(1, 5), key=st.integers(0, 2**32 - 1), data=st.data()
)
def test_gossip_goes_to_distinct_trusted_others(
    size: int, fanout: int, key: int, data: st.DataObject
) -> None:
    alive = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    fresh = row(*(1 if up or peer == 0 else -1 for peer, up in enumerate(alive)))
    trusted = int((fresh >= 0).sum())
    outbox, sent = m.gossip(0, fresh, fresh, trusted, 7, fanout, key, no_facts(), 0)
    targets = [target for _, _, target in decoded(outbox, sent)]
    assert len(set(targets)) == len(targets) == min(fanout, trusted - 1)
    assert all(target != 0 and fresh[target] >= 0 for target in targets)


def test_a_joining_peer_asks_the_introducer_and_now_and_then_somebody_else() -> None:
    assert [m.contact(3, attempt, 5) for attempt in range(6)] == [0, 4, 0, 0, 0, 1]
    assert [m.contact(0, attempt, 3) for attempt in range(3)] == [1, 2, -1]
    assert m.contact(0, 0, 1) == -1


def actions(size: int) -> st.SearchStrategy[list[Action]]:
    tick = st.integers(5, 90)
    peer = st.integers(1, size)
    cut = st.permutations(range(1, size + 1)).flatmap(
        lambda order: st.integers(1, max(1, size - 1)).map(
            lambda at: (tuple(order[:at]), tuple(order[at:]))
        )
    )
    return st.lists(
        st.one_of(
            st.builds(Fail, tick, peer),
            st.builds(Restart, tick, peer),
            st.builds(Leave, tick, peer),
            st.builds(Join, tick, st.just(size + 1)),
            st.builds(Drop, tick, st.sampled_from([0.1, 0.4, 0.9]), st.none()),
            st.builds(Partition, tick, cut, st.none()),
            st.builds(Heal, tick),
        ),
        max_size=8,
    )


@settings(max_examples=150, deadline=None)
@given(size=st.integers(1, 9), seed=st.integers(0, 2**32), data=st.data())
def test_the_kernels_believe_what_the_simple_model_believes(
    size: int, seed: int, data: st.DataObject
) -> None:
    timeline = tuple(data.draw(actions(size)))
    scenario = Scenario(
        "model", "", size, ticks=120, t_fail=4, t_cleanup=9, fanout=2, timeline=timeline
    )
    cluster = Cluster(scenario, seed=seed)
    model = GossipModel(scenario.t_fail, scenario.t_cleanup)
    arriving: list[tuple[str, int, int]] = []
    while not cluster.finished:
        now = cluster.tick
        events = cluster.step()
        seen = follow(model, events, now, cluster.size, arriving)
        assert seen == model.facts, f"tick {now}"
        model.facts.clear()
        for event in events:
            if isinstance(event, PeerLeft):
                model.stop(event.peer)


def follow(
    model: GossipModel,
    events: list[AnyEvent],
    now: int,
    size: int,
    arriving: list[tuple[str, int, int]],
) -> set[tuple[str, int, int]]:
    """Tell the model what was done in this tick and what arrived; return what the kernels said."""
    facts = set()
    for event in events:
        if isinstance(event, PeerStarted):
            model.start(event.peer, now, event.starts_group)
        elif isinstance(event, PeerFailed):
            model.stop(event.peer)
        elif isinstance(event, PeerLeaving):
            model.leave(event.peer)
        elif type(event) in NAMES:
            pairs = zip(event.observers, event.members, strict=True)
            facts |= {(NAMES[type(event)], *pair) for pair in pairs}
    model.tick(now, size, arriving)
    arriving.clear()
    for event in events:
        if isinstance(event, MessagesSent) and event.layer == "membership":
            columns = zip(event.kinds, event.sources, event.targets, event.fates, strict=True)
            arriving += [(kind, a, b) for kind, a, b, fate in columns if fate == 0]
    return facts
