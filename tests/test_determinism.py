"""One run, one recording: in any process, with or without a compiler, watched or not."""

import hashlib
import os
import subprocess
import sys

import msgspec
import pytest

from ringscope.events import AnyEvent, MessagesCounted, MessagesSent
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario, parse_scenario
from ringscope.simulation.timeline import Fail, Operate

EVENTFUL = """\
MAX_NNB: 9
DROP_MSG: 1
MSG_DROP_PROB: 0.1
CRUD_TEST: UPDATE
TICKS: 320
AT 60 PARTITION 1,2,3 | 4,5,6,7,8,9 UNTIL 80
AT 110 LEAVE 2
AT 120 FAIL 3
AT 160 RESTART 3
AT 170 JOIN 10
AT 180 DELETE absent
"""

DIGEST_OF_A_RUN = f"""
import sys
sys.path[:0] = {sys.path!r}
from test_determinism import EVENTFUL, digest
from ringscope.simulation.scenario import parse_scenario
print(digest(parse_scenario(EVENTFUL, "eventful")))
"""


def events_of(scenario: Scenario, **options: object) -> list[AnyEvent]:
    cluster = Cluster(scenario, **options)  # type: ignore[arg-type]
    events: list[AnyEvent] = []
    while not cluster.finished:
        events += cluster.step()
    return events


def digest(scenario: Scenario) -> str:
    return hashlib.sha256(msgspec.json.encode(events_of(scenario))).hexdigest()


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse_scenario(EVENTFUL, "eventful")


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"}, {"NUMBA_DISABLE_JIT": "1"}],
    ids=lambda environment: "-".join(environment),
)
def test_another_process_computes_the_same_run(
    scenario: Scenario, environment: dict[str, str]
) -> None:
    output = subprocess.run(
        [sys.executable, "-c", DIGEST_OF_A_RUN],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.strip() == digest(scenario)


def test_seeds_make_different_runs(scenario: Scenario) -> None:
    assert events_of(scenario, seed=1) != events_of(scenario, seed=2)


def test_looking_changes_nothing(scenario: Scenario) -> None:
    watched = Cluster(scenario)
    events: list[AnyEvent] = []
    while not watched.finished:
        events += watched.step()
        watched.snapshot()
    assert events == events_of(scenario)


def test_without_a_trace_only_the_message_events_are_missing(scenario: Scenario) -> None:
    traced = [
        event
        for event in events_of(scenario)
        if not isinstance(event, MessagesSent | MessagesCounted)
    ]
    assert traced == events_of(scenario, trace=False)


def test_a_session_by_hand_replays_from_its_actions(scenario: Scenario) -> None:
    live = Cluster(scenario)
    events: list[AnyEvent] = []
    done = []
    while not live.finished:
        if live.tick == 95:
            done.append(live.inject(Fail(0, 5)))
            done.append(live.inject(Operate(0, "create", "by hand", "value")))
        if live.tick == 205:
            done.append(live.inject(Operate(0, "read", "by hand")))
        events += live.step()
    assert [action.tick for action in done] == [95, 95, 205]
    assert events == events_of(scenario, actions=done)
