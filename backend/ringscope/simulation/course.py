"""The course's schedules: what its driver does in the CRUD scenarios and in the failure scenarios.

Times are the course's own.  A group too large to have settled by the insert tick (more than 200
peers, if four start per tick) has its whole schedule moved, so that it still means something.
"""

import re

import numpy as np

from ringscope.events import OperationKind
from ringscope.randomness import draws, stream
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import (
    Action,
    Drop,
    FailBystander,
    FailHalf,
    FailRandom,
    FailReplicas,
    Operate,
)
from ringscope.simulation.timeline_check import INSERT_TICK, settling_delay

LOSS_TICKS = (51, 301)
CRASH_TICK = 100
TEST_TICKS = (150, 175, 225, 275, 285)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LETTERS = np.frombuffer(ALPHABET.encode(), np.uint8)
KEY_LENGTH = 5
DRAWS = KEY_LENGTH + 1  # for a key and its value
INVALID_KEY = "invalidKey"


def delay(scenario: Scenario) -> int:
    """Return by how many ticks the schedule of a large group is moved."""
    return settling_delay(scenario.peers, scenario.starts_per_tick)


def test_pairs(scenario: Scenario, seed: int) -> list[tuple[str, str]]:
    """Draw the distinct test keys and their values, in byte order of the key.

    The course's grader searches whole lines for keys and for the digits of test ticks.  A key that
    contains such digits, or that is a number and so might be that of a transaction, would make it
    misread the run and is drawn again.
    """
    ticks = (str(tick + delay(scenario)) for tick in TEST_TICKS)
    misleading = re.compile("|".join([r"\A[0-9]*\Z", *ticks]))
    pairs: dict[str, str] = {}
    first = 1
    while (missing := scenario.keys - len(pairs)) > 0:
        drawn = draws(stream(seed, "keys"), first, missing * DRAWS).reshape(missing, DRAWS)
        first += missing * DRAWS
        letters = LETTERS[drawn[:, :KEY_LENGTH] * len(LETTERS) >> 32].tobytes().decode()
        values = (drawn[:, KEY_LENGTH] * 100 >> 32).tolist()
        for i, value in enumerate(values):
            key = letters[i * KEY_LENGTH : (i + 1) * KEY_LENGTH]
            if not misleading.search(key):
                pairs[key] = f"value{value}"
    return sorted(pairs.items())


def course_timeline(scenario: Scenario, seed: int) -> list[Action]:
    """Return what the course's driver and failure injector do in this scenario, in order."""
    later = delay(scenario)
    actions: list[Action] = []
    if scenario.crud_test is not None:
        pairs = test_pairs(scenario, seed)
        actions += [Operate(INSERT_TICK + later, "create", *pair) for pair in pairs]
        actions += _crud_test(scenario.crud_test, pairs, later)
    if scenario.drop_messages:
        first, end = LOSS_TICKS
        actions.append(Drop(first + later, scenario.drop_probability, end + later))
    if scenario.single_failure is not None:
        crash = FailRandom if scenario.single_failure else FailHalf
        actions.append(crash(CRASH_TICK + later))
    return actions


def _crud_test(test: str, pairs: list[tuple[str, str]], later: int) -> list[Action]:
    if test == "DELETE":
        return _deletes(pairs, TEST_TICKS[0] + later)
    if test == "READ":
        key, value = pairs[0] if pairs else (INVALID_KEY, None)
        return _failing_replicas("read", key, value, None, later)
    if test == "UPDATE":
        key = pairs[min(1, len(pairs) - 1)][0] if pairs else INVALID_KEY
        return _failing_replicas("update", key, "newValue", "invalidValue", later)
    return []


def _deletes(pairs: list[tuple[str, str]], tick: int) -> list[Action]:
    """Delete every key from the second to the fifty-first, then one that does not exist."""
    valid = [Operate(tick, "delete", *pair) for pair in pairs[1:51]]
    return [*valid, Operate(tick, "delete", INVALID_KEY)]


def _failing_replicas(
    kind: OperationKind, key: str, value: str | None, invalid_value: str | None, later: int
) -> list[Action]:
    """Operate on one key while ever more of its replicas crash: the steps 1, 2, 3.1, 3.2, 4, 5."""
    one, two, three, repaired, last = (tick + later for tick in TEST_TICKS)

    def operate(tick: int) -> Action:
        return Operate(tick, kind, key, value)

    return [
        operate(one),
        FailReplicas(two, key, 1),
        operate(two),
        FailReplicas(three, key, 2),
        operate(three),
        operate(repaired),
        FailBystander(last, key),
        operate(last),
        Operate(last, kind, INVALID_KEY, invalid_value),
    ]
