"""The course's scenarios from end to end, and what our own scenarios promise in their comments.

The golden logs hold one whole run of each of the course's scenarios (with few keys, so that a
difference can be read).  If one differs, something that a user can see has changed.  After a change
that means to do that, rewrite them with ``RINGSCOPE_REWRITE=1 pytest tests/test_course.py``, read
the differences that git shows, and commit them only if you understand every line.
"""

import os
import re
from pathlib import Path

import pytest

from ringscope.events import ActionRejected, AnyEvent
from ringscope.grading.official import combine, grade_run
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import (
    COURSE,
    Scenario,
    load_scenario,
    parse_scenario,
    shipped,
)

GOLDEN = Path(__file__).parent / "golden"
OURS = [name for name in shipped() if name not in COURSE]
SEED = 425


def log_of(scenario: Scenario, seed: int) -> DebugLog:
    log = DebugLog(store=scenario.crud_test is not None)
    run(scenario, seed, [log], trace=False)
    return log


@pytest.mark.parametrize("name", COURSE)
def test_the_log_of_a_run_is_golden(name: str) -> None:
    scenario = parse_scenario(shipped()[name].read_text() + "\nKEYS: 12\n", name)
    text = log_of(scenario, SEED).text()
    path = GOLDEN / f"{name}.log"
    if os.environ.get("RINGSCOPE_REWRITE"):
        path.write_text(text, newline="\n")
    assert text.split("\n") == path.read_text().split("\n")


@pytest.mark.parametrize("seed", [1, 2, 3, 2**63 - 1])
def test_the_seven_get_full_marks(seed: int) -> None:
    scenarios = [load_scenario(shipped()[name]) for name in COURSE]
    report = combine(seed, [grade_run(s, log_of(s, seed).lines) for s in scenarios])
    lost = [check for check in (*report.mp1.checks, *report.mp2.checks) if not check.passed]
    assert lost == []
    assert (report.mp1.total, report.mp2.total) == (90, 90)


class Rejections:
    """Keeps the actions that could not be carried out."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def see(self, event: AnyEvent) -> None:
        if isinstance(event, ActionRejected):
            self.reasons.append(f"{event.line}: {event.reason}")


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("seed", [SEED, 1])
def test_our_scenarios_open_with_a_comment_and_score_what_it_says(name: str, seed: int) -> None:
    scenario = load_scenario(shipped()[name])
    assert scenario.text.startswith("# ")
    promised = re.search(r"^# Scores: create (\d)/3", scenario.text, re.MULTILINE)
    log, rejections = DebugLog(store=scenario.crud_test is not None), Rejections()
    run(scenario, seed, [log, rejections], trace=False)
    mp1, mp2 = grade_run(scenario, log.lines)
    assert rejections.reasons == []
    assert mp1.checks == ()
    assert [check.points for check in mp2.checks] == ([int(promised[1])] if promised else [])
