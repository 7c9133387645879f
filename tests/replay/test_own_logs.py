"""The replay of our own log shows what the run itself did."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    OperationEnded,
    OperationStarted,
    PeerFailed,
    PeerStarted,
    ReplicaAnswered,
)
from ringscope.grading.read_log import read_log
from ringscope.grading.records import records_of
from ringscope.observers.debug_log import DebugLog
from ringscope.observers.historian import Historian
from ringscope.replay.replay import Replay
from ringscope.replay.story import Story, tell
from ringscope.run import run
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import COURSE, Scenario, load_scenario
from ringscope.simulation.snapshot import NOT_LISTED, Snapshot

TESTCASES = Path(__file__).parents[2] / "testcases"


class Events:
    """Remembers everything."""

    def __init__(self) -> None:
        self.all: list[AnyEvent] = []

    def see(self, event: AnyEvent) -> None:
        self.all.append(event)


def course(name: str) -> Scenario:
    return load_scenario(TESTCASES / f"{name}.conf")


def told(scenario: Scenario) -> tuple[list[AnyEvent], Story, Historian]:
    """What happened in a run, what its log tells, and its history."""
    log, events, historian = DebugLog(store=scenario.crud_test is not None), Events(), Historian()
    run(scenario, observers=[log, events, historian])
    return events.all, tell("log", records_of(read_log(log.text()))), historian


def facts(events: list[AnyEvent]) -> Iterator[tuple[object, ...]]:
    """What both must agree on; a log does not tell failures from timeouts."""
    for event in events:
        match event:
            case MembersJoined(tick, observers, members) | MembersRemoved(tick, observers, members):
                for pair in zip(observers, members, strict=True):
                    if pair[0] != pair[1]:
                        yield type(event).__name__, tick, *map(int, pair)
            case PeerStarted() | PeerFailed():
                yield type(event).__name__, *event.__rich_repr__()
            case OperationStarted():
                yield "asked", event.tick, event.kind, event.key, event.value, event.coordinator
            case ReplicaAnswered():
                yield "answered", event.tick, event.transaction, event.kind, event.peer, event.ok
            case OperationEnded():
                how = {"timeout": "failure"}.get(event.outcome, event.outcome)
                yield "ended", event.tick, event.transaction, event.kind, event.coordinator, how


@pytest.mark.parametrize("name", COURSE)
def test_a_replay_tells_what_the_run_did(name: str) -> None:
    events, story, _ = told(course(name))
    assert sorted(facts(list(story.events)), key=repr) == sorted(facts(events), key=repr)
    assert story.peers == 10


@pytest.mark.parametrize("name", COURSE)
def test_its_operations_carry_the_transactions_of_the_log(name: str) -> None:
    _, story, historian = told(course(name))
    ours, theirs = Replay(story).history.operations, historian.complete().operations
    assert [(op.transaction, op.answers, op.ended) for op in ours] == [
        (op.transaction, op.answers, op.ended) for op in theirs
    ]


@pytest.mark.parametrize("name", ["multifailure", "msgdropsinglefailure", "update"])
def test_its_pictures_show_who_was_up_and_who_listed_whom(name: str) -> None:
    scenario = course(name)
    _, story, _ = told(scenario)
    replay = Replay(story)
    cluster = Cluster(scenario)
    while cluster.tick < replay.ticks:
        cluster.step()
        if cluster.tick % 10 == 0:
            then, seen = cluster.snapshot(), replay.snapshot(cluster.tick)
            assert states(seen) == states(then)
            assert lists(seen) == lists(then)


def states(snapshot: Snapshot) -> list[str]:
    return [peer.state for peer in snapshot.peers]


def lists(snapshot: Snapshot) -> list[bool]:
    assert snapshot.ages is not None
    return [age != NOT_LISTED for age in snapshot.ages]


@pytest.mark.parametrize("name", ["create", "update", "delete"])
def test_written_keys_are_where_they_were_written(name: str) -> None:
    scenario = course(name)
    _, story, _ = told(scenario)
    replay, cluster = Replay(story), Cluster(scenario)
    while cluster.tick < 130:
        cluster.step()
    then, seen = cluster.snapshot(), replay.snapshot(130)
    assert then.keys
    assert seen.keys
    assert {key.key: (key.value, sorted(key.holders)) for key in seen.keys} == {
        key.key: (key.value, sorted(key.holders)) for key in then.keys
    }


def test_a_look_back_and_a_look_forward_agree() -> None:
    _, story, _ = told(course("update"))
    replay, other = Replay(story), Replay(story)
    forward = [replay.snapshot(tick) for tick in range(0, replay.ticks + 1, 7)]
    back = [other.snapshot(tick) for tick in range(0, replay.ticks + 1, 7)[::-1]]
    assert forward == back[::-1]


def test_a_picture_names_what_no_log_tells() -> None:
    _, story, _ = told(course("read"))
    snapshot = Replay(story).snapshot(100)
    assert snapshot.unknown == ("messages", "ages", "positions", "keys")
    assert not snapshot.messages.kinds
    assert {peer.suspected_by for peer in snapshot.peers} == {0}
