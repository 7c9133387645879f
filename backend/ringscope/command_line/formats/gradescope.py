"""Gradescope's results.json: one for each submission, both assignments in it if it has both."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from posixpath import commonpath
from typing import TextIO

import msgspec

from ringscope.command_line.formats.shown import kind_title, lines_about, visible
from ringscope.grading.log_grade import LogSetGrade
from ringscope.grading.report import Check

FILE = "results.json"


def write(grades: Iterable[LogSetGrade], out: TextIO) -> None:
    """Write the results of one submission; there must not be more."""
    out.write(_encoded(list(grades)))


def write_folder(grades: Iterable[LogSetGrade], folder: Path) -> None:
    """Write ``folder/<submission>/results.json`` for each submission."""
    submissions: dict[str, list[LogSetGrade]] = {}
    for grade in grades:
        submissions.setdefault(grade.path, []).append(grade)
    names: set[str] = set()
    common = _common(list(submissions))
    for path, sets in submissions.items():
        name = plain = _file_name(path.removeprefix(common))
        number = 1
        while name.casefold() in names:
            number += 1
            name = f"{plain}-{number}"
        names.add(name.casefold())
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / FILE).write_text(_encoded(sets), encoding="utf-8", newline="\n")


def results(sets: Sequence[LogSetGrade]) -> dict[str, object]:
    """Return the object that Gradescope reads.

    The points that count are those of the official rubric where both were asked for; the strict
    checks then have no weight.
    """
    tests = [test for grade in sets for test in _tests(grade)]
    told = [note for grade in sets for note in (*grade.notes, *filter(None, [grade.problem]))]
    return {
        "score": sum(grade.section.total for grade in sets),
        "output": "\n".join(map(visible, told)),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "path": [visible(grade.path) for grade in sets],
            "max_score": sum(grade.section.max for grade in sets),
        },
    }


def _tests(grade: LogSetGrade) -> list[dict[str, object]]:
    return [
        _test(grade, rubric, check, weighs=section is grade.section)
        for rubric, section in grade.sections.items()
        for check in section.checks
    ]


def _test(grade: LogSetGrade, rubric: str, check: Check, weighs: bool) -> dict[str, object]:
    passed = check.points >= check.max
    told = [check.reason] if passed else lines_about(check)
    points = "" if weighs else f" ({check.points}/{check.max})"
    return {
        "name": f"{kind_title(grade)}, {rubric}: {check.id} {check.title}{points}",
        "number": check.id,
        "score": check.points if weighs else 0,
        "max_score": check.max if weighs else 0,
        "status": "passed" if passed else "failed",
        "output": "\n".join(map(visible, told)),
        "output_format": "text",
        "visibility": "visible",
        "tags": [str(grade.kind), rubric],
    }


def _common(paths: Sequence[str]) -> str:
    """The folder that all submissions lie in, which says nothing about any of them."""
    folders = {path.rpartition("/")[0] for path in paths}
    try:
        return commonpath(folders) + "/"
    except ValueError:  # some are absolute and some are not
        return ""


def _encoded(sets: Sequence[LogSetGrade]) -> str:
    return msgspec.json.format(msgspec.json.encode(results(sets)), indent=2).decode() + "\n"


def _file_name(path: str) -> str:
    """A name for a folder that no system has trouble with."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    kept = "_".join(parts)[-150:]
    return (
        "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in kept) or "submission"
    )
