"""Every scenario of the course earns full marks, whatever the seed."""

from pathlib import Path

import pytest

from ringscope.grading.official import grade_run
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import load_scenario

TESTCASES = Path(__file__).parent.parent / "testcases"
POINTS = {
    "singlefailure": 30,
    "multifailure": 30,
    "msgdropsinglefailure": 30,
    "create": 3,
    "delete": 7,
    "read": 40,
    "update": 40,
}


def test_the_points_of_the_course_add_up() -> None:
    assert sum(POINTS.values()) == 90 + 90


@pytest.mark.parametrize("seeds", [range(1, 51), range(51, 101), range(101, 151), range(151, 201)])
@pytest.mark.parametrize("name", POINTS)
def test_full_marks(name: str, seeds: range) -> None:
    scenario = load_scenario(TESTCASES / f"{name}.conf")
    for seed in seeds:
        log = DebugLog(store=scenario.crud_test is not None)
        run(scenario, seed, [log], trace=False)
        sections = grade_run(scenario, log.lines)
        checks = [check for section in sections for check in section.checks]
        lost = [(check.id, check.reason) for check in checks if check.points != check.max]
        assert not lost, f"seed {seed}"
        assert sum(section.total for section in sections) == POINTS[name]
