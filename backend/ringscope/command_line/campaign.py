"""Grades scenarios over one seed or many, in parallel, and sums up what came out."""

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ringscope.analysis.statistics import wilson_interval
from ringscope.campaign import grade_seed
from ringscope.command_line.processes import mapped
from ringscope.grading.report import Check, Report
from ringscope.simulation.scenario import Scenario

#: Below this many runs starting further processes costs more than it saves.
WORTH_PROCESSES = 40


def processes_for(scenarios: Sequence[Scenario], seeds: Sequence[int], jobs: int) -> int:
    """Return how many of up to ``jobs`` processes are worth starting for this work."""
    if len(seeds) * len(scenarios) < WORTH_PROCESSES:
        return 1
    return min(jobs, len(seeds))


def grade_seeds(
    scenarios: Sequence[Scenario], seeds: Sequence[int], jobs: int
) -> Generator[Report, None, None]:
    """Return the report of every seed, in order, computed by up to ``jobs`` processes.

    Who stops early must close the generator, which ends them.
    """
    work = partial(grade_seed, tuple(scenarios))
    processes = processes_for(scenarios, seeds, jobs)
    chunk = max(1, min(4, len(seeds) // (4 * jobs)))
    return mapped(work, seeds, processes, chunk)


class Rate(NamedTuple):
    """How often something passed, with its 95 % interval after Wilson."""

    passed: int
    total: int

    def interval(self) -> tuple[float, float]:
        """Return the lower and upper end of the interval for the true share."""
        return wilson_interval(self.passed, self.total)

    def __str__(self) -> str:
        low, high = self.interval()
        share = self.passed / self.total if self.total else 0.0
        return f"{self.passed}/{self.total} = {share:.1%} ({low:.1%} to {high:.1%})"


class CheckSummary(NamedTuple):
    """One check over all seeds; ``failed_at`` is the first seed that lost points, if any."""

    id: str
    max: int
    rate: Rate
    failed_at: int | None
    reason: str


class Summary:
    """What a campaign found, gathered report by report."""

    def __init__(self) -> None:
        self.reports = 0
        self.full = 0
        self.worst: Report | None = None
        self._checks: dict[str, list[tuple[int, Check]]] = {}

    def add(self, report: Report) -> None:
        """Take notice of the grade of one more seed."""
        self.reports += 1
        self.full += full_marks(report)
        if self.worst is None or _points(report) < _points(self.worst):
            self.worst = report
        seen: dict[str, int] = {}
        for check in (*report.mp1.checks, *report.mp2.checks):
            repeated = seen[check.id] = seen.get(check.id, 0) + 1
            name = check.id if repeated == 1 else f"{check.id} ({repeated})"
            self._checks.setdefault(name, []).append((report.seed, check))

    def checks(self) -> list[CheckSummary]:
        """Return every check with how often it passed."""
        return [_summary(name, results) for name, results in self._checks.items()]

    def rate(self) -> Rate:
        """Return how many seeds got full marks."""
        return Rate(self.full, self.reports)


def full_marks(report: Report) -> bool:
    """Whether no point was lost."""
    return all(check.passed for check in (*report.mp1.checks, *report.mp2.checks))


def keep_in(summary: Summary, reports: Iterator[Report], each: Callable[[Report], object]) -> None:
    """Show every report to ``each`` as it comes and gather it."""
    for report in reports:
        summary.add(report)
        each(report)


def _points(report: Report) -> int:
    return report.mp1.total + report.mp2.total


def _summary(name: str, results: Sequence[tuple[int, Check]]) -> CheckSummary:
    failures = [(seed, check) for seed, check in results if not check.passed]
    seed, reason = (failures[0][0], failures[0][1].reason) if failures else (None, "")
    rate = Rate(len(results) - len(failures), len(results))
    return CheckSummary(name, results[0][1].max, rate, seed, reason)
