"""Logs of perfect runs of the course's seven scenarios, to be graded as they are and edited."""

from collections.abc import Callable

import pytest

from ringscope.grading.official import grade_run
from ringscope.grading.read_log import read_log
from ringscope.grading.report import Check
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import COURSE, Scenario, load_scenario, shipped

Lines = list[str]
#: Grades the lines of a log by the rules for a scenario: points by check id.
Grade = Callable[[str, Lines], dict[str, int]]


@pytest.fixture(scope="session")
def scenarios() -> dict[str, Scenario]:
    return {name: load_scenario(shipped()[name]) for name in COURSE}


@pytest.fixture(scope="session")
def perfect(scenarios: dict[str, Scenario]) -> dict[str, Lines]:
    """The lines of dbg.log of each scenario, from a run that gets full marks."""
    logs = {}
    for name, scenario in scenarios.items():
        log = DebugLog(store=scenario.crud_test is not None)
        run(scenario, observers=[log], trace=False)
        logs[name] = log.text().split("\n")
    return logs


@pytest.fixture(scope="session")
def checks(scenarios: dict[str, Scenario]) -> Callable[[str, Lines], dict[str, Check]]:
    def checks(name: str, lines: Lines) -> dict[str, Check]:
        sections = grade_run(scenarios[name], read_log("\n".join(lines)))
        return {check.id: check for section in sections for check in section.checks}

    return checks


@pytest.fixture(scope="session")
def grade(checks: Callable[[str, Lines], dict[str, Check]]) -> Grade:
    return lambda name, lines: {key: c.points for key, c in checks(name, lines).items()}
