"""Grades on a terminal: a table of checks for few sets, a row for each of many."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ringscope.command_line.formats.shown import (
    kind_title,
    lines_about,
    outcome,
    rubrics_of,
    visible,
)
from ringscope.grading.class_summary import Points, summaries
from ringscope.grading.log_grade import LogSetGrade
from ringscope.grading.report import Section

#: So many sets are shown check by check.
FEW = 3
#: How many lines of the log a lost check shows here.
SHOWN_LINES = 12
MOST_LOST = 8
WIDTH_OF_FILE = 120


def write(grades: Iterable[LogSetGrade], out: TextIO) -> None:
    """Write tables; those of a class end with a summary."""
    console = Console(file=out, width=None if out.isatty() else WIDTH_OF_FILE, highlight=False)
    rest = iter(grades)
    first = list(islice(rest, FEW + 1))
    if len(first) <= FEW:
        for grade in first:
            _print_set(console, grade)
        return
    _print_class(console, [*first, *rest])


def _print_set(console: Console, grade: LogSetGrade) -> None:
    if grade.problem is not None:
        return  # it is told on stderr
    console.print(f"[bold]{_safe(grade.path)}[/bold]", soft_wrap=True)
    for rubric, section in grade.sections.items():
        console.print(_checks(f"{kind_title(grade)}, {rubric} rubric", section))
    for note in grade.notes:
        console.print(f"Note: {_safe(note)}", soft_wrap=True)
    for rubric, section in grade.sections.items():
        for check in section.checks:
            if check.points < check.max:
                console.print(f"\n[bold]{check.id}[/bold] ({rubric}) {_safe(check.title)}")
                for line in islice(lines_about(check), SHOWN_LINES):
                    console.print(f"  {_safe(line)}", soft_wrap=True)
    console.print()


def _checks(title: str, section: Section) -> Table:
    table = Table(title=title, title_justify="left", show_footer=True)
    table.add_column("Check", footer="Total", no_wrap=True)
    table.add_column("Points", footer=f"{section.total}/{section.max}", justify="right")
    table.add_column("Reason")
    for check in section.checks:
        table.add_row(check.id, _coloured(check.points, check.max), _safe(check.reason))
    return table


def _print_class(console: Console, grades: Sequence[LogSetGrade]) -> None:
    table = Table(title=f"{len(grades)} log sets", title_justify="left")
    table.add_column("Submission", overflow="fold")
    table.add_column("Kind")
    rubrics = rubrics_of(grades)
    for rubric in rubrics:
        table.add_column(rubric.capitalize(), justify="right")
    table.add_column("Lost points in")
    for grade in grades:
        table.add_row(
            _safe(grade.path),
            grade.kind or "?",
            *(_total(grade.sections.get(rubric)) for rubric in rubrics),
            _safe(outcome(grade)),
        )
    console.print(table)
    for points_of_kind in summaries(grades):
        _print_summary(console, points_of_kind)


def _print_summary(console: Console, points: Points) -> None:
    console.print(f"\n[bold]{points.title}[/bold]: {points.figures}", soft_wrap=True)
    highest = max(one.sets for one in points.bins)
    for one in points.bins:
        label = str(one.low) if one.high <= one.low else f"{one.low}-{one.high}"
        bar = "█" * round(40 * one.sets / highest)
        console.print(f"  {label:>6} {one.sets:>4} {bar}".rstrip())
    for lost in points.lost[:MOST_LOST]:
        console.print(
            f"  {lost.check} lost points in {lost.sets} of {lost.of}: {lost.title}", soft_wrap=True
        )


def _total(section: Section | None) -> str:
    return "-" if section is None else _coloured(section.total, section.max)


def _coloured(points: int, maximum: int) -> str:
    colour = "green" if points >= maximum else "red"
    return f"[{colour}]{points}/{maximum}[/{colour}]"


def _safe(text: str) -> str:
    return escape(visible(text))
