"""What a class's grades add up to: distribution of points, and which checks fail most."""

from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import NamedTuple

from ringscope.grading.log_grade import LogSetGrade, Rubric
from ringscope.grading.log_set import KIND_TITLES, Kind

#: How many parts the range of points is divided into; full marks have one of their own.
BINS = 9


class Lost(NamedTuple):
    """A check that some lost points in; ``sets``: how many, of ``of``."""

    check: str
    title: str
    sets: int
    of: int


class Bin(NamedTuple):
    """How many sets have from ``low`` to ``high`` points."""

    low: int
    high: int
    sets: int


class Points(NamedTuple):
    """The points of one rubric for one assignment."""

    kind: Kind
    rubric: Rubric
    max: int
    totals: Sequence[int]
    lost: Sequence[Lost]

    @property
    def title(self) -> str:
        """What this is about."""
        return f"{KIND_TITLES[self.kind]}, {self.rubric} rubric"

    @property
    def figures(self) -> str:
        """Return mean, median and extremes in a sentence."""
        full = sum(total >= self.max for total in self.totals)
        return (
            f"{len(self.totals)} log sets, {full} with full marks; mean {mean(self.totals):.1f} of "
            f"{self.max}, median {median(self.totals):g}, from {min(self.totals)} to "
            f"{max(self.totals)}"
        )

    @property
    def bins(self) -> list[Bin]:
        """The distribution, from nothing to full marks."""
        edges = [round(self.max * part / BINS) for part in range(BINS + 1)]
        ranges = [*zip(edges, (edge - 1 for edge in edges[1:]), strict=False)]
        return [
            Bin(low, high, sum(low <= total <= high for total in self.totals))
            for low, high in [*ranges, (self.max, max([self.max, *self.totals]))]
        ]


def summaries(grades: Iterable[LogSetGrade]) -> list[Points]:
    """Return the summary of each assignment and rubric that occurs."""
    groups: dict[tuple[Kind, Rubric, int], list[LogSetGrade]] = {}
    for grade in grades:
        for rubric, section in grade.sections.items():
            if grade.kind is not None:
                groups.setdefault((grade.kind, rubric, section.max), []).append(grade)
    return [_points(*key, group) for key, group in sorted(groups.items(), key=lambda item: item[0])]


def _points(kind: Kind, rubric: Rubric, maximum: int, grades: Sequence[LogSetGrade]) -> Points:
    totals = []
    failures: dict[str, int] = {}
    titles: dict[str, str] = {}
    for grade in grades:
        section = grade.sections[rubric]
        totals.append(section.total)
        for check in section.checks:
            titles[check.id] = check.title
            failures[check.id] = failures.get(check.id, 0) + (check.points < check.max)
    lost = [
        Lost(check, titles[check], times, len(grades)) for check, times in failures.items() if times
    ]
    return Points(kind, rubric, maximum, totals, sorted(lost, key=lambda one: -one.sets))
