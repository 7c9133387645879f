"""The whole cluster: what must hold in every run, and at the end of it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringscope.events import (
    AnyEvent,
    CopyStored,
    MembersJoined,
    MembersRemoved,
    OperationEnded,
    OperationStarted,
    PeerFailed,
    ReplicaAnswered,
    RunStarted,
    TickEnded,
)
from ringscope.protocol.messages import Copy
from ringscope.protocol.ring import Ring
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import (
    Action,
    Drop,
    Fail,
    Heal,
    Join,
    Leave,
    Operate,
    Partition,
    Restart,
)


def finish(cluster: Cluster) -> list[AnyEvent]:
    events: list[AnyEvent] = []
    while not cluster.finished:
        events += cluster.step()
    return events


def held(cluster: Cluster) -> dict[str, dict[int, Copy]]:
    """Return key -> peer -> copy."""
    copies: dict[str, dict[int, Copy]] = {}
    for index, node in enumerate(cluster.nodes):
        for key, copy in node.replica.copies.items():
            copies.setdefault(key, {})[index + 1] = copy
    return copies


def assert_at_rest(cluster: Cluster) -> None:
    """Views agree, and each key is exactly on its replica set, in one version."""
    truth = Ring(cluster.live_members(), cluster.scenario.replicas)
    for peer in cluster.live_members():
        ring = cluster.group.ring(peer - 1)
        assert ring is not None
        assert ring.members == truth.members, f"peer {peer} believes in another ring"
    for key, copies in held(cluster).items():
        assert sorted(copies) == sorted(truth.replicas(key)), key
        assert len(set(copies.values())) == 1, key


def pairs(event: MembersJoined | MembersRemoved) -> list[tuple[int, int]]:
    return list(zip(event.observers, event.members, strict=True))


# --- membership ---------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [0.0, 0.1], ids=["reliable", "10 % loss"])
@pytest.mark.parametrize("single", [True, False], ids=["single", "half"])
def test_every_failure_is_detected_and_nobody_else_removed(single: bool, loss: float) -> None:
    for seed in range(25):
        scenario = Scenario(
            "x", "", 10, ticks=200, single_failure=single, drop_messages=loss > 0,
            drop_probability=loss,
        )  # fmt: skip
        events = finish(Cluster(scenario, seed=seed, trace=False))
        failed = {event.peer for event in events if isinstance(event, PeerFailed)}
        joined = [p for e in events if isinstance(e, MembersJoined) for p in pairs(e)]
        removed = [p for e in events if isinstance(e, MembersRemoved) for p in pairs(e)]
        survivors = set(range(1, 11)) - failed
        assert sorted(joined) == [(a, b) for a in range(1, 11) for b in range(1, 11)]
        assert sorted(removed) == sorted((a, b) for a in survivors for b in failed), seed


@pytest.mark.parametrize("peers", [34, 166, 201, 1001])
def test_groups_beyond_the_walls_of_the_course_s_program_join_completely(peers: int) -> None:
    # its ring positions collide from 34 peers on, its member table outgrows a message at 166, at
    # 201 it skips the inserts, and at 1,001 it aborts
    cluster = Cluster(Scenario("x", "", peers, crud_test="DELETE"), trace=False)
    events = finish(cluster)
    assert sum(len(e.members) for e in events if isinstance(e, MembersJoined)) == peers**2
    ends = {e.transaction: e.outcome for e in events if isinstance(e, OperationEnded)}
    assert [ends[number] for number in range(1, 152)] == ["success"] * 150 + ["failure"]
    assert_at_rest(cluster)


def test_a_peer_whose_join_request_is_lost_asks_again() -> None:
    scenario = Scenario("x", "", 10, ticks=200, timeline=(Drop(0, 0.9, 20),))
    cluster = Cluster(scenario)
    finish(cluster)
    assert cluster.live_members() == list(range(1, 11))
    assert (cluster.group.last_seen >= 0).all()


def test_peers_can_join_while_the_introducer_is_down() -> None:
    scenario = Scenario("x", "", 10, ticks=200, timeline=(Fail(50, 1), Join(60, 11)))
    cluster = Cluster(scenario)
    finish(cluster)
    assert cluster.live_members() == list(range(2, 12))


def test_an_introducer_that_restarts_finds_the_group_again() -> None:
    scenario = Scenario("x", "", 10, ticks=200, timeline=(Fail(50, 1), Restart(100, 1)))
    cluster = Cluster(scenario)
    finish(cluster)
    assert (cluster.group.last_seen >= 0).all()


def test_an_introducer_that_came_back_alone_is_found() -> None:
    timeline = (Fail(20, 1), Join(60, 3), Fail(90, 2), Partition(100, ((1,), (3,)), 150),
                Restart(101, 1))  # fmt: skip
    cluster = Cluster(Scenario("x", "", 2, ticks=400, timeline=timeline))
    finish(cluster)
    for peer in (1, 3):
        ring = cluster.group.ring(peer - 1)
        assert ring is not None
        assert sorted(ring.members) == [1, 3]


def test_a_healed_partition_merges() -> None:
    cut = Partition(50, ((1, 2, 3, 4), (5, 6, 7, 8, 9, 10)), 150)
    cluster = Cluster(Scenario("x", "", 10, ticks=300, timeline=(cut,)))
    while cluster.tick < 140:
        cluster.step()
    assert (cluster.group.last_seen >= 0).sum() == 4 * 4 + 6 * 6
    finish(cluster)
    assert (cluster.group.last_seen >= 0).all()


# --- store --------------------------------------------------------------------------------------


@pytest.mark.parametrize("test", ["CREATE", "READ", "UPDATE", "DELETE"])
@pytest.mark.parametrize("peers", [1, 2, 3, 4, 5, 6, 7])
def test_small_groups_degrade_and_come_to_rest(peers: int, test: str) -> None:
    for seed in range(3):
        cluster = Cluster(Scenario("x", "", peers, crud_test=test), seed=seed)
        events = finish(cluster)
        creates = [e for e in events if isinstance(e, OperationEnded) and e.kind == "create"]
        assert [event.outcome for event in creates] == ["success"] * 100
        assert_at_rest(cluster)
        assert all(len(copies) == min(3, len(cluster.live_members()))
                   for copies in held(cluster).values())  # fmt: skip


def test_stabilisation_copies_what_is_missing_and_nothing_else() -> None:
    for seed in range(10):
        cluster = Cluster(Scenario("x", "", 10, crud_test="READ"), seed=seed)
        lost = 0
        events: list[AnyEvent] = []
        while not cluster.finished:
            copies_of = [len(node.replica.copies) for node in cluster.nodes]
            step = cluster.step()
            lost += sum(copies_of[e.peer - 1] for e in step if isinstance(e, PeerFailed))
            events += step
        copied = [e for e in events if isinstance(e, CopyStored) and e.cause == "stabilisation"]
        assert len(copied) == lost
        assert_at_rest(cluster)


def test_a_leaving_peer_hands_its_keys_over_before_it_goes() -> None:
    replicas = Ring(range(1, 11), 3).replicas("k")
    leaves = tuple(Leave(100, peer) for peer in replicas)  # all three at once: nobody else has it
    timeline = (Operate(50, "create", "k", "v"), *leaves, Operate(150, "read", "k"))
    cluster = Cluster(Scenario("x", "", 10, ticks=200, timeline=timeline))
    events = finish(cluster)
    assert [e.outcome for e in events if isinstance(e, OperationEnded)] == ["success"] * 2
    assert_at_rest(cluster)


def test_deleted_keys_stay_deleted_though_a_replica_missed_the_delete() -> None:
    replicas = Ring(range(1, 11), 3).replicas("k")
    cut = Partition(99, ((replicas[2],),), 115)
    timeline = (
        Operate(50, "create", "k", "v"),
        cut,
        Operate(100, "delete", "k", via=replicas[0]),
        Fail(130, replicas[0]),
        Operate(180, "read", "k"),
    )
    cluster = Cluster(Scenario("x", "", 10, ticks=220, timeline=timeline))
    events = finish(cluster)
    outcomes = [(e.kind, e.outcome) for e in events if isinstance(e, OperationEnded)]
    assert outcomes == [("create", "success"), ("delete", "success"), ("read", "failure")]
    assert_at_rest(cluster)


def test_copies_lost_on_the_way_are_made_up_for_though_the_ring_stays_as_it_is() -> None:
    cluster = Cluster(
        Scenario("x", "", 10, ticks=200, crud_test="CREATE", drop_messages=True,
                 drop_probability=0.3, operation_timeout=2, timeline=(Heal(110),))
    )  # fmt: skip
    while cluster.tick < 104:
        cluster.step()
    assert any(len(copies) < 3 for copies in held(cluster).values())
    finish(cluster)
    assert_at_rest(cluster)


def test_writes_that_race_with_stabilisation_are_not_undone() -> None:
    """The course's program loses up to 40 of 100 acknowledged writes in these ticks."""
    for tick in range(165, 185, 2):
        keys = [f"key{number}" for number in range(40)]
        creates = [Operate(50, "create", key, "old") for key in keys]
        updates = [Operate(tick, "update", key, "new") for key in keys[:20]]
        deletes = [Operate(tick, "delete", key) for key in keys[20:]]
        scenario = Scenario(
            "x", "", 10, ticks=250, timeline=(*creates, Fail(150, 4), *updates, *deletes)
        )
        cluster = Cluster(scenario, seed=tick)
        finish(cluster)
        values = {k: {c.value for c in copies.values()} for k, copies in held(cluster).items()}
        assert values == {k: {"new"} for k in keys[:20]} | {k: {None} for k in keys[20:]}
        assert_at_rest(cluster)


def test_a_create_that_was_refused_never_wins() -> None:
    """After a crash an empty replica steps in and would accept what the other two refuse."""
    replicas = Ring(range(1, 11), 3).replicas("k")
    for tick in range(75, 90):
        timeline = (
            Operate(50, "create", "k", "acknowledged"),
            Fail(60, replicas[0]),
            Operate(tick, "create", "k", "refused"),
            Operate(150, "read", "k"),
        )
        cluster = Cluster(Scenario("x", "", 10, ticks=200, timeline=timeline), seed=tick)
        ends = [e for e in finish(cluster) if isinstance(e, OperationEnded)]
        assert ends[1].outcome in ("failure", "timeout"), tick
        assert (ends[2].outcome, ends[2].value) == ("success", "acknowledged"), tick


def test_an_update_of_a_deleted_key_does_not_bring_it_back() -> None:
    """One replica missed the delete and would accept what the other two refuse."""
    replicas = Ring(range(1, 11), 3).replicas("k")
    others = tuple(peer for peer in range(1, 11) if peer != replicas[2])
    timeline = (
        Operate(50, "create", "k", "old", via=replicas[0]),
        Partition(60, ((replicas[2],), others), 69),
        Operate(61, "delete", "k", via=replicas[0]),
        Operate(69, "update", "k", "zombie", via=replicas[0]),
        Operate(150, "read", "k", via=replicas[0]),
    )
    events = finish(Cluster(Scenario("x", "", 10, ticks=200, timeline=timeline)))
    outcomes = [e.outcome for e in events if isinstance(e, OperationEnded)]
    assert outcomes == ["success", "success", "failure", "failure"]


def test_a_delete_and_a_create_in_one_tick_happen_in_that_order() -> None:
    timeline = (
        Operate(50, "create", "k", "old"),
        Operate(60, "delete", "k", via=9),
        Operate(60, "create", "k", "new", via=1),
        Operate(150, "read", "k"),
    )
    events = finish(Cluster(Scenario("x", "", 10, ticks=200, timeline=timeline)))
    assert [(e.outcome, e.value) for e in events if isinstance(e, OperationEnded)][-1] == (
        "success",
        "new",
    )


def test_two_updates_in_one_tick_leave_the_later_one_everywhere() -> None:
    updates = (Operate(100, "update", "k", "first"), Operate(100, "update", "k", "second"))
    for seed in range(20):
        scenario = Scenario("x", "", 10, ticks=120,
                            timeline=(Operate(50, "create", "k", "v"), *updates))  # fmt: skip
        cluster = Cluster(scenario, seed=seed)
        started = [e for e in finish(cluster) if isinstance(e, OperationStarted)]
        last = started[-1]
        assert last.value == "second"
        assert {copy.value for copy in held(cluster)["k"].values()} == {"second"}


@pytest.mark.parametrize("value", ["", "a:b", "a::b", "100%d%s%n", "x" * 5000, "läuft 🙂"])
def test_any_value_survives(value: str) -> None:
    timeline = (Operate(50, "create", value or "k", value), Operate(60, "read", value or "k"))
    events = finish(Cluster(Scenario("x", "", 10, ticks=80, timeline=timeline)))
    read = [e for e in events if isinstance(e, OperationEnded)][-1]
    assert (read.outcome, read.value) == ("success", value)


# --- properties over random histories -----------------------------------------------------------

KEYS = [f"k{number}" for number in range(8)]
operations = st.builds(
    Operate,
    st.integers(60, 420),
    st.sampled_from(["create", "read", "update", "delete"]),
    st.sampled_from(KEYS),
    st.sampled_from(["one", "two", "three"]),
)


def faults(peers: int) -> st.SearchStrategy[list[Action]]:
    tick, peer = st.integers(60, 400), st.integers(1, peers)
    groups = st.permutations(range(1, peers + 1)).map(
        lambda order: (tuple(order[: peers // 2]), tuple(order[peers // 2 :]))
    )
    return st.lists(
        st.one_of(
            st.builds(Fail, tick, peer),
            st.builds(Restart, tick, peer),
            st.builds(Leave, tick, peer),
            st.builds(Join, tick, st.just(peers + 1)),
            st.builds(Drop, tick, st.floats(0.05, 0.5)),
            st.builds(Partition, tick, groups),
            st.builds(Heal, tick),
        ),
        max_size=12,
    )


@settings(max_examples=80)
@given(
    peers=st.integers(1, 12),
    seed=st.integers(0, 2**32),
    work=st.lists(operations, max_size=30),
    data=st.data(),
)
def test_whatever_happens_the_cluster_comes_to_rest_when_it_is_over(
    peers: int, seed: int, work: list[Action], data: st.DataObject
) -> None:
    timeline = (*data.draw(faults(peers)), *work, Heal(450))
    cluster = Cluster(Scenario("x", "", peers, ticks=650, timeline=timeline), seed=seed)
    events = finish(cluster)
    assert_at_rest(cluster)
    started = [e.transaction for e in events if isinstance(e, OperationStarted)]
    ended = [e.transaction for e in events if isinstance(e, OperationEnded)]
    answers = [(e.transaction, e.peer) for e in events if isinstance(e, ReplicaAnswered)]
    assert sorted(ended) == started, "every operation ends exactly once"
    restarts = any(isinstance(action, Restart | Join) for action in timeline)
    assert restarts or len(set(answers)) == len(answers), "a replica answers once"


@settings(max_examples=80)
@given(
    peers=st.integers(4, 12),
    seed=st.integers(0, 2**32),
    work=st.lists(operations, min_size=5, max_size=60),
    loss=st.sampled_from([0.0, 0.1, 0.25]),
    crashes=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 12)), max_size=5),
)
def test_no_acknowledged_write_is_lost_while_one_peer_at_a_time_crashes(
    peers: int, seed: int, work: list[Action], loss: float, crashes: list[tuple[int, int]]
) -> None:
    """Crashes are 60 ticks apart, time enough for detection and repair."""
    victims = {100 + 60 * slot: 1 + peer % peers for slot, peer in crashes}
    down = list(victims.values())
    timeline = [Fail(tick, peer) for tick, peer in victims.items() if down.count(peer) == 1]
    scenario = Scenario(
        "x", "", peers, ticks=560, timeline=(Drop(50, loss, 450), *timeline[: peers - 3], *work)
    )
    cluster = Cluster(scenario, seed=seed, trace=False)
    events = finish(cluster)
    begun = {e.transaction: e for e in events if isinstance(e, OperationStarted)}
    final = {key: next(iter(copies.values())) for key, copies in held(cluster).items()}
    refused = {e.transaction for e in events if isinstance(e, OperationEnded)
               if e.outcome == "failure" and e.kind != "read"}  # fmt: skip
    assert loss or not refused & {copy.version[1] for copy in final.values()}
    for event in events:
        if isinstance(event, OperationEnded) and event.outcome == "success":
            start = begun[event.transaction]
            if event.kind != "read":
                version = (start.tick, event.transaction, start.coordinator)
                assert final[event.key].version >= version, event
    assert_at_rest(cluster)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    work=st.lists(operations, min_size=5, max_size=60),
    loss=st.sampled_from([0.0, 0.2]),
)
def test_reads_see_every_write_acknowledged_before_they_began(
    seed: int, work: list[Action], loss: float
) -> None:
    timeline = (Drop(50, loss), *work)
    events = finish(Cluster(Scenario("x", "", 8, ticks=440, timeline=timeline), seed=seed))
    begun = {e.transaction: e for e in events if isinstance(e, OperationStarted)}
    ends = [e for e in events if isinstance(e, OperationEnded)]
    writes = {"one", "two", "three"}
    for read in (e for e in ends if e.kind == "read" and e.outcome == "success"):
        assert read.value in writes
        before = [
            end
            for end in ends
            if end.key == read.key
            and end.kind != "read"
            and end.outcome == "success"
            and end.tick < begun[read.transaction].tick
        ]
        # the last acknowledged write, unless a later write was begun that may count as well
        if before:
            last = max(before, key=lambda end: begun[end.transaction].tick)
            later = [
                e.value if e.kind != "delete" else None
                for e in begun.values()
                if e.key == read.key
                and e.kind != "read"
                and e.tick >= begun[last.transaction].tick
                and e.tick <= read.tick
            ]
            assert read.value in later, read


# --- the stream of events -----------------------------------------------------------------------


def test_the_stream_begins_with_the_run_and_every_tick_ends() -> None:
    scenario = Scenario("x", "the text", 3, ticks=20)
    events = finish(Cluster(scenario, seed=9))
    first = events[0]
    assert isinstance(first, RunStarted)
    assert (first.scenario, first.seed, first.peers, first.ticks) == ("the text", 9, 3, 20)
    assert [e.tick for e in events if isinstance(e, TickEnded)] == list(range(20))
    assert [e.tick for e in events] == sorted(e.tick for e in events)


def test_every_message_sent_is_received_lost_or_addressed_to_the_dead() -> None:
    scenario = Scenario("x", "", 10, ticks=150, timeline=(Drop(20, 0.2, 60),))
    ends = [e for e in finish(Cluster(scenario)) if isinstance(e, TickEnded)]
    assert sum(e.lost for e in ends) > 0
    for before, after in pairwise(ends[5:]):
        assert after.received == before.sent  # all ten are up from tick 3 on
