"""How often the checks passed over several runs: pass, fail, or lucky."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Literal

import msgspec

from ringscope.analysis.statistics import wilson_interval
from ringscope.grading.report import Check
from ringscope.program.build import Build
from ringscope.program.printed import printable
from ringscope.program.submissions import Kind
from ringscope.program.trial import Trial

Verdict = Literal["pass", "fail", "lucky"]
#: Points of a whole assignment.
FULL_MARKS = 90


class Spread(msgspec.Struct, frozen=True):
    """The middle and the ends of a sample."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, sample: Sequence[float]) -> "Spread":
        """Sum up a sample, which must not be empty."""
        return cls(median(sample), min(sample), max(sample))


class CheckRate(msgspec.Struct, frozen=True):
    """How often a check got full points, with the 95 % interval for the rate (Wilson).

    ``verdict``: "pass" or "fail" if always the same, else "lucky".  ``reason``: why it lost points
    in the run ``lost_in`` (from 1), the first that did.
    """

    id: str
    title: str
    max: int
    passed: int
    runs: int
    low: float
    high: float
    verdict: Verdict
    points: Spread
    lost_in: int | None
    reason: str


class ScenarioRates(msgspec.Struct, frozen=True):
    """All runs of one scenario.

    ``ended``: how often they ended in which way.  ``distinct_logs``: how many different logs they
    left; programs seeded alike in different seconds may still write the same.  ``said``: what the
    worst run printed last, if it did not end with exit code 0.
    """

    name: str
    runs: int
    ended: dict[str, int]
    points: Spread
    max: int
    distinct_logs: int
    seconds: Spread
    checks: tuple[CheckRate, ...]
    said: tuple[str, ...]


class Grade(msgspec.Struct, frozen=True):
    """What came out for a submission; one line of JSON.

    ``totals``: the official points of the first run of each scenario together, of the second, ...;
    ``passed``: whether all checks passed in all runs.
    """

    path: str
    name: str
    kind: Kind | None
    built: bool
    reason: str
    compiler: tuple[str, ...]
    build_seconds: float
    passed: bool
    max: int
    total: Spread
    totals: tuple[int, ...]
    verdict: Verdict
    scenarios: tuple[ScenarioRates, ...]
    protections: dict[str, str]


def not_built(name: str, path: str, kind: Kind | None, built: Build, runs: int) -> Grade:
    """Return the grade of a submission that there is no program of."""
    return Grade(
        path, name, kind, False, built.reason, built.last_lines, built.seconds, False, FULL_MARKS,
        Spread(0, 0, 0), (0,) * runs, "fail", (), {},
    )  # fmt: skip


def summed_up(
    name: str, path: str, kind: Kind, built: Build, trials: dict[str, list[Trial]], runs: int
) -> Grade:
    """Return the grade of a submission from its trials by scenario."""
    scenarios = tuple(rates(scenario, done) for scenario, done in trials.items())
    totals = tuple(
        sum(done[run].section.total for done in trials.values() if run < len(done))
        for run in range(runs)
    )
    verdict = overall([check.verdict for one in scenarios for check in one.checks])
    maximum = sum(one.max for one in scenarios)
    return Grade(
        path, name, kind, True, "", (), built.seconds, verdict == "pass", maximum,
        Spread.of(totals), totals, verdict, scenarios, {},
    )  # fmt: skip


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what all checks together are: a failure outweighs luck."""
    for worst in ("fail", "lucky"):
        if worst in verdicts:
            return "fail" if worst == "fail" else "lucky"
    return "pass"


def rates(scenario: str, trials: Sequence[Trial]) -> ScenarioRates:
    """Sum up the runs of one scenario, of which there is at least one."""
    worst = min(trials, key=lambda trial: trial.section.total)
    columns = zip(*(trial.section.checks for trial in trials), strict=True)
    return ScenarioRates(
        name=scenario,
        runs=len(trials),
        ended=dict(Counter(trial.ended for trial in trials).most_common()),
        points=Spread.of([trial.section.total for trial in trials]),
        max=trials[0].section.max,
        distinct_logs=len({trial.digest for trial in trials if trial.digest}),
        seconds=Spread.of([round(trial.seconds, 3) for trial in trials]),
        checks=tuple(check_rate(column) for column in columns),
        said=() if worst.ended == "exit code 0" else worst.last_lines,
    )


def check_rate(checks: Sequence[Check]) -> CheckRate:
    """Sum up one check over the runs of its scenario."""
    first, runs = checks[0], len(checks)
    lost = [(run, check) for run, check in enumerate(checks, start=1) if not check.passed]
    passed = runs - len(lost)
    low, high = wilson_interval(passed, runs)
    verdict: Verdict = "lucky" if 0 < passed < runs else "fail" if lost else "pass"
    return CheckRate(
        id=first.id,
        title=first.title,
        max=first.max,
        passed=passed,
        runs=runs,
        low=low,
        high=high,
        verdict=verdict,
        points=Spread.of([check.points for check in checks]),
        lost_in=lost[0][0] if lost else None,
        reason=printable(lost[0][1].reason) if lost else "",
    )
