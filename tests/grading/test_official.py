"""Which rules apply, what is pending while a run goes on, and how runs add up."""

import pytest

from ringscope.grading.official import combine, grade_run, grading_note
from ringscope.grading.read_log import read_log
from ringscope.grading.report import Check
from ringscope.grading.rubric import OFFICIAL_ORDER
from ringscope.observers.debug_log import LogLine
from ringscope.simulation.scenario import COURSE, Scenario, parse_scenario

from .conftest import Lines


def upto(lines: Lines, tick: int) -> list[LogLine]:
    """What the log holds when ``tick`` ticks have been computed."""
    return [line for line in read_log("\n".join(lines)) if line.tick < tick]


def test_the_seven_scenarios_add_up_to_ninety_and_ninety(
    scenarios: dict[str, Scenario], perfect: dict[str, Lines]
) -> None:
    sections = [
        grade_run(scenarios[name], read_log("\n".join(perfect[name]))) for name in reversed(COURSE)
    ]
    report = combine(425, sections)
    assert (report.mp1.total, report.mp1.max) == (90, 90)
    assert (report.mp2.total, report.mp2.max) == (90, 90)
    checks = (*report.mp1.checks, *report.mp2.checks)
    assert tuple(check.id for check in checks) == OFFICIAL_ORDER


@pytest.mark.parametrize(
    ("name", "check", "decided"),
    [
        ("singlefailure", "single.join", 100),
        ("singlefailure", "single.accuracy", 699),
        ("create", "create.1", 111),
        ("delete", "delete.1", 161),
        ("delete", "delete.2", 161),
        ("read", "read.1", 175),
        ("read", "read.2", 225),
        ("read", "read.3.1", 275),
        ("read", "read.3.2", 285),
        ("read", "read.4", 296),
        ("update", "update.5", 296),
    ],
)
def test_a_check_is_pending_until_the_lines_of_its_tick_are_there(
    name: str, check: str, decided: int, scenarios: dict[str, Scenario], perfect: dict[str, Lines]
) -> None:
    def as_of(tick: int) -> Check:
        sections = grade_run(scenarios[name], upto(perfect[name], tick), tick)
        [found] = [c for section in sections for c in section.checks if c.id == check]
        return found

    for tick in (1, decided):
        waiting = as_of(tick)
        assert (waiting.passed, waiting.points, waiting.tick) == (None, 0, decided)
        assert waiting.reason == f"Not decided before tick {decided}."
    assert as_of(decided + 1).passed is True
    assert as_of(decided + 1).points > 0


@pytest.mark.parametrize("name", COURSE)
def test_no_verdict_of_a_perfect_run_is_ever_taken_back(
    name: str, scenarios: dict[str, Scenario], perfect: dict[str, Lines]
) -> None:
    passed: set[str] = set()
    for tick in range(0, 701, 5):
        sections = grade_run(scenarios[name], upto(perfect[name], tick), tick)
        now = {c.id: c.passed for section in sections for c in section.checks}
        assert False not in now.values()
        assert passed <= {check for check, verdict in now.items() if verdict}
        passed = {check for check, verdict in now.items() if verdict}
    assert len(passed) == len(now)


def test_completeness_is_decided_by_the_last_removal_it_needs(
    scenarios: dict[str, Scenario], perfect: dict[str, Lines]
) -> None:
    removed = max(line.tick for line in upto(perfect["multifailure"], 700) if "rem" in line.text)
    for tick, verdict in (removed, None), (removed + 1, True):
        mp1, _ = grade_run(scenarios["multifailure"], upto(perfect["multifailure"], tick), tick)
        assert mp1.checks[1].passed is verdict


def test_at_the_end_what_is_missing_is_lost(scenarios: dict[str, Scenario]) -> None:
    mp1, _ = grade_run(scenarios["singlefailure"], [], 700)
    assert [check.passed for check in mp1.checks] == [False, False, False]
    mp1, _ = grade_run(scenarios["singlefailure"], [], 699)
    assert [check.passed for check in mp1.checks] == [False, None, None]


def test_notes_say_which_rules_apply(scenarios: dict[str, Scenario]) -> None:
    assert "membership scenario only" in grading_note(scenarios["singlefailure"])
    assert grading_note(scenarios["read"]) == ""
    assert "do not cover" in grading_note(parse_scenario("MAX_NNB: 10", "own"))
    large = parse_scenario("MAX_NNB: 20\nCRUD_TEST: READ", "own")
    assert "made for 10 peers" in grading_note(large)
    assert grade_run(parse_scenario("MAX_NNB: 10", "own"), [])[0].checks == ()


def test_any_log_can_be_read() -> None:
    lines = read_log("131\n\n [0] APP\n 1.0.0.0:0 [7] two\nlines [x]\n 2.0.0.0:0 [9] end\n")
    assert [(line.number, line.tick) for line in lines] == [
        (1, 0), (2, 0), (3, 0), (4, 7), (5, 7), (6, 9),
    ]  # fmt: skip
    assert lines[3].text == " 1.0.0.0:0 [7] two"
    assert read_log("") == []
