"""One seed of a campaign: run several scenarios and grade them together."""

from collections.abc import Sequence

from ringscope.grading.official import combine, grade_run
from ringscope.grading.report import Report, Section
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import Scenario


def grade_seed(scenarios: Sequence[Scenario], seed: int) -> Report:
    """Run every scenario with ``seed`` and return their common official grade."""
    return combine(seed, [_grade(scenario, seed) for scenario in scenarios])


def _grade(scenario: Scenario, seed: int) -> tuple[Section, Section]:
    log = DebugLog(store=scenario.crud_test is not None)
    run(scenario, seed, [log], trace=False)
    return grade_run(scenario, log.lines)
