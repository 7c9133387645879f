"""The course's schedules, tick by tick."""

import pytest

from ringscope.simulation.course import (
    course_timeline,
    delay,
)
from ringscope.simulation.course import (
    test_pairs as pairs_of,
)
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import Operate
from ringscope.simulation.timeline_check import start_tick


def lines(scenario: Scenario) -> list[str]:
    return [str(action) for action in course_timeline(scenario, seed=1)]


def test_four_peers_start_per_tick_unless_told() -> None:
    starts = Scenario("x", "", 10).starts_per_tick
    assert [start_tick(peer, starts) for peer in (1, 4, 5, 10)] == [0, 0, 1, 2]
    assert [start_tick(peer, 3) for peer in (1, 3, 4, 10)] == [0, 0, 1, 3]


def test_keys_are_distinct_sorted_and_safe_for_the_course_s_grader() -> None:
    pairs = pairs_of(Scenario("x", "", 10, crud_test="READ", keys=2000), seed=3)
    keys = [key for key, _ in pairs]
    assert len(set(keys)) == 2000
    assert keys == sorted(keys)
    assert all(len(key) == 5 and key.isalnum() for key in keys)
    assert not any(tick in key for key in keys for tick in ("150", "175", "225", "275", "285"))


def test_creates_only() -> None:
    actions = course_timeline(Scenario("x", "", 10, crud_test="CREATE"), seed=1)
    assert [type(action) for action in actions] == [Operate] * 100
    assert {action.tick for action in actions} == {100}


def test_deletes_spare_the_first_key_and_end_with_one_that_does_not_exist() -> None:
    scenario = Scenario("x", "", 10, crud_test="DELETE")
    pairs = pairs_of(scenario, seed=1)
    deletes = lines(scenario)[100:]
    assert deletes[:-1] == [f"AT 150 DELETE {key} {value}" for key, value in pairs[1:51]]
    assert deletes[-1] == "AT 150 DELETE invalidKey"


@pytest.mark.parametrize(
    ("test", "index", "value", "invalid"),
    [("READ", 0, None, ""), ("UPDATE", 1, "newValue", " invalidValue")],
)
def test_one_key_is_tried_while_its_replicas_crash(
    test: str, index: int, value: str | None, invalid: str
) -> None:
    scenario = Scenario("x", "", 10, crud_test=test)
    key, stored = pairs_of(scenario, seed=1)[index]
    operation = f"{test} {key} {value or stored}"
    assert lines(scenario)[100:] == [
        f"AT 150 {operation}",
        f"AT 175 FAIL REPLICAS 1 {key}",
        f"AT 175 {operation}",
        f"AT 225 FAIL REPLICAS 2 {key}",
        f"AT 225 {operation}",
        f"AT 275 {operation}",
        f"AT 285 FAIL BYSTANDER {key}",
        f"AT 285 {operation}",
        f"AT 285 {test} invalidKey{invalid}",
    ]


def test_failures_and_loss_of_the_membership_scenarios() -> None:
    single = Scenario("x", "", 10, single_failure=True)
    lossy = Scenario("x", "", 10, single_failure=False, drop_messages=True, drop_probability=0.1)
    assert lines(single) == ["AT 100 FAIL RANDOM"]
    assert lines(lossy) == ["AT 51 DROP 0.1 UNTIL 301", "AT 100 FAIL HALF"]


@pytest.mark.parametrize(
    ("peers", "starts", "expected"),
    [
        (10, 4, 0),
        (200, 4, 0),
        (201, 4, 1),
        (1001, 4, 201),
        (10, 1, 0),
        (51, 1, 1),
        (10_000, 500, 0),
        (30_000, 500, 10),
        (30_000, 30_000, 0),
    ],
)
def test_large_groups_are_given_time_to_settle(peers: int, starts: int, expected: int) -> None:
    scenario = Scenario("x", "", peers, crud_test="CREATE", keys=1, starts_per_tick=starts)
    assert delay(scenario) == expected
    assert course_timeline(scenario, 1)[0].tick == 100 + expected
    assert 100 + expected > start_tick(peers, starts) + 50


@pytest.mark.parametrize("keys", [0, 1])
@pytest.mark.parametrize("test", ["CREATE", "READ", "UPDATE", "DELETE"])
def test_few_keys_are_no_trouble(test: str, keys: int) -> None:
    assert len(lines(Scenario("x", "", 10, crud_test=test, keys=keys))) >= keys
