"""The causes that are found in edited logs."""

from collections.abc import Callable

import pytest

from ringscope.grading.explain import explained
from ringscope.grading.official import grade_run
from ringscope.grading.read_log import read_log
from ringscope.grading.records import records_of
from ringscope.grading.report import Check
from ringscope.grading.strict import grade_strict
from ringscope.simulation.scenario import Scenario

Lines = list[str]
#: Explains the lost checks of a log by their id.
Explain = Callable[[str, Lines], dict[str, Check]]


@pytest.fixture(scope="session")
def explain(scenarios: dict[str, Scenario]) -> Explain:
    def explain(name: str, text: Lines) -> dict[str, Check]:
        lines = read_log("\n".join(text))
        records = records_of(lines)
        official = next(section for section in grade_run(scenarios[name], lines) if section.checks)
        sections = (official, grade_strict(name, records))
        checks = [c for s in sections for c in explained(s, name, lines, records).checks]
        return {check.id: check for check in checks if not check.passed}

    return explain


def causes(check: Check) -> str:
    """What is told of a lost check, in one text."""
    assert check.explanation is not None
    assert check.explanation.specific
    return "\n".join(check.explanation.causes)
