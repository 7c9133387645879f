"""A spreadsheet: a row for each log set, a column for each check."""

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from ringscope.command_line.formats.shown import visible
from ringscope.grading.log_grade import LogSetGrade

_FIRST = ("path", "kind", "total", "max")
_LAST = ("missing", "notes", "error")
#: What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(grades: Iterable[LogSetGrade], out: TextIO) -> None:
    """Write the table; a check that a set does not have is an empty cell."""
    rows = list(grades)
    columns = _columns(rows)
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*_FIRST, *columns, *_LAST])
    for grade in rows:
        points = {check.id: check.points for check in grade.checks}
        section = grade.section
        totals = ("", "") if grade.problem else (section.total, section.max)
        table.writerow(
            [
                cell(grade.path),
                grade.kind or "",
                *totals,
                *(points.get(name, "") for name in columns),
                cell(" ".join(grade.missing)),
                cell("; ".join(grade.notes)),
                cell(grade.problem or ""),
            ]
        )


def cell(text: str) -> str:
    """Return a text that no spreadsheet computes."""
    return ("'" if text.startswith(_FORMULA) else "") + visible(text)


def _columns(grades: Sequence[LogSetGrade]) -> list[str]:
    """All checks, those of MP1 first, in the order of the graders."""
    names: dict[str, None] = {}
    for grade in sorted(grades, key=lambda grade: grade.kind or ""):
        names |= dict.fromkeys(check.id for check in grade.checks)
    return list(names)
