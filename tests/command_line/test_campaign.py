"""Grading over many seeds: rates with intervals, the worst seed, the same result in parallel."""

import pytest

from ringscope.command_line.campaign import Rate, Summary, full_marks, grade_seeds
from ringscope.grading.report import Check, Report, Section
from ringscope.simulation.scenario import load_scenario, shipped


def report(seed: int, *points: int) -> Report:
    checks = [
        Check(f"read.{n}", "", p, 3, p == 3, f"saw {p}") for n, p in enumerate(points, start=1)
    ]
    return Report(seed, Section.of(()), Section.of(checks))


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (188, 200, 0.8981, 0.9653),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilsons_interval(passed: int, total: int, low: float, high: float) -> None:
    assert Rate(passed, total).interval() == pytest.approx((low, high), abs=1e-4)


def test_a_summary_knows_rates_losses_and_the_worst_seed() -> None:
    summary = Summary()
    for one in report(1, 3, 3), report(2, 3, 0), report(3, 0, 0), report(4, 0, 0):
        summary.add(one)
    first, second = summary.checks()
    assert (first.id, first.rate, first.failed_at, first.reason) == ("read.1", (2, 4), 3, "saw 0")
    assert (second.rate, second.failed_at) == ((1, 4), 2)
    assert summary.rate() == (1, 4)
    assert summary.worst is not None
    assert summary.worst.seed == 3


def test_two_files_with_the_same_checks_are_told_apart() -> None:
    check = Check("read.1", "", 3, 3, True, "")
    summary = Summary()
    summary.add(Report(1, Section.of(()), Section.of([check, check])))
    assert [one.id for one in summary.checks()] == ["read.1", "read.1 (2)"]


def test_full_marks_mean_that_no_check_lost_anything() -> None:
    assert full_marks(report(1, 3, 3))
    assert not full_marks(report(1, 3, 2))


def test_reports_come_in_the_order_of_the_seeds() -> None:
    scenarios = [load_scenario(shipped()["create"])]
    reports = list(grade_seeds(scenarios, range(7, 10), jobs=1))
    assert [one.seed for one in reports] == [7, 8, 9]
    assert all(map(full_marks, reports))
