"""Several runs summed up: pass, fail or lucky."""

import pytest

from ringscope.grading.report import Check, Section
from ringscope.program.build import Build
from ringscope.program.rates import Spread, not_built, overall, rates, summed_up
from ringscope.program.trial import Trial

BUILT = Build(True, "", (), 1.0)


def trial(*points: int, ended: str = "exit code 0", digest: str = "a") -> Trial:
    checks = [
        Check(f"read.{n}", "", p, 3, p == 3, f"saw {p}") for n, p in enumerate(points, start=1)
    ]
    return Trial(ended, False, 0.25, Section.of(checks), digest, ("last words",))


def test_each_check_passes_fails_or_is_lucky() -> None:
    summary = rates("read", [trial(3, 0, 0), trial(3, 2, 3), trial(3, 1, 3), trial(3, 0, 3)])
    always, never, sometimes = summary.checks
    assert [check.verdict for check in summary.checks] == ["pass", "fail", "lucky"]
    assert (always.passed, always.runs, always.lost_in, always.reason) == (4, 4, None, "")
    assert (always.low, always.high) == pytest.approx((0.5101, 1.0), abs=1e-4)
    assert (never.lost_in, never.reason, never.points) == (1, "saw 0", Spread(0.5, 0, 2))
    assert (sometimes.passed, sometimes.lost_in, sometimes.reason) == (3, 1, "saw 0")


def test_a_scenario_tells_how_its_runs_ended_and_what_they_logged() -> None:
    runs = [trial(3), trial(0, ended="SIGSEGV", digest=""), trial(3), trial(3, digest="b")]
    summary = rates("read", runs)
    assert summary.ended == {"exit code 0": 3, "SIGSEGV": 1}
    assert (summary.points, summary.max) == (Spread(3, 0, 3), 3)
    assert summary.distinct_logs == 2
    assert summary.said == ("last words",)


def test_what_a_program_says_matters_only_when_it_ends_badly() -> None:
    assert rates("read", [trial(3), trial(0)]).said == ()


def test_totals_are_those_of_the_runs_together() -> None:
    trials = {"read": [trial(3, 3), trial(0, 3)], "update": [trial(3), trial(0)]}
    grade = summed_up("ann", "/ann", "mp2", BUILT, trials, 2)
    assert (grade.totals, grade.max) == ((9, 3), 9)
    assert grade.total == Spread(6, 3, 9)
    assert (grade.verdict, grade.passed) == ("lucky", False)


def test_runs_given_up_have_no_points() -> None:
    grade = summed_up("ann", "/ann", "mp2", BUILT, {"read": [trial(0), trial(0)]}, 4)
    assert (grade.totals, grade.verdict) == ((0, 0, 0, 0), "fail")


def test_full_marks_in_all_runs_pass() -> None:
    assert summed_up("ann", "/ann", "mp2", BUILT, {"read": [trial(3)]}, 1).passed


def test_a_failure_outweighs_luck() -> None:
    assert overall(["pass", "lucky", "fail", "pass"]) == "fail"
    assert overall(["pass", "lucky"]) == "lucky"
    assert overall(["pass"]) == "pass"


def test_without_a_program_there_are_no_points() -> None:
    failed = Build(False, "make failed with exit code 2", ("error: no",), 1.0)
    grade = not_built("ann", "/ann", None, failed, 2)
    assert (grade.built, grade.passed, grade.verdict) == (False, False, "fail")
    assert (grade.totals, grade.reason) == ((0, 0), "make failed with exit code 2")
