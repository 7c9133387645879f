"""Markdown for issues, mails and wikis."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from ringscope.command_line.formats.shown import kind_title, lines_about, outcome, visible
from ringscope.grading.class_summary import summaries
from ringscope.grading.log_grade import LogSetGrade

#: What Markdown, or the HTML that it lets through, would take for its own.
_SPECIAL = {ord(sign): "\\" + sign for sign in r"\`*_{}[]()#|~!@"}
_SPECIAL |= {ord("<"): "&lt;", ord(">"): "&gt;", ord("&"): "&amp;"}


def write(grades: Iterable[LogSetGrade], out: TextIO) -> None:
    """Write a table of all sets with a summary, if there are several, and each set's checks."""
    whole = list(grades)
    if len(whole) > 1:
        out.writelines(f"{line}\n" for line in _class(whole))
    for grade in whole:
        out.writelines(f"{line}\n" for line in _set(grade))


def _class(grades: Sequence[LogSetGrade]) -> Iterator[str]:
    yield f"# {len(grades)} log sets\n"
    yield "| submission | kind | points | lost points in |"
    yield "|---|---|---|---|"
    for grade in grades:
        points = ", ".join(f"{s.total}/{s.max} {name}" for name, s in grade.sections.items())
        first = f"| {text(grade.path)} | {grade.kind or '?'} | {points or '–'}"
        yield f"{first} | {text(outcome(grade))} |"
    for points_of_kind in summaries(grades):
        yield f"\n**{points_of_kind.title}**: {points_of_kind.figures}.\n"
        for lost_check in points_of_kind.lost:
            yield (
                f"- {text(lost_check.check)} {text(lost_check.title)}: points lost in "
                f"{lost_check.sets} of {lost_check.of}"
            )
    yield ""


def _set(grade: LogSetGrade) -> Iterator[str]:
    yield f"## {text(grade.path)}\n"
    if grade.problem is not None:
        yield f"Not graded: {text(grade.problem)}\n"
    for rubric, section in grade.sections.items():
        yield f"{kind_title(grade)}, {rubric} rubric: **{section.total}/{section.max}**\n"
        yield "| check | points | reason |"
        yield "|---|---|---|"
        for check in section.checks:
            yield f"| {text(check.id)} | {check.points}/{check.max} | {text(check.reason)} |"
        yield ""
        for check in section.checks:
            if check.points < check.max:
                yield f"**{text(check.id)}** {text(check.title)}\n"
                yield from (f"- {text(line)}" for line in lines_about(check))
                yield ""
    for note in grade.notes:
        yield f"- Note: {text(note)}"
    yield ""


def text(plain: str) -> str:
    """Return a text that Markdown shows as it is, without links."""
    return visible(plain).translate(_SPECIAL).replace("://", ":\\//")
