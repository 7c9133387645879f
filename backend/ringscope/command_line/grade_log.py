"""Grades the logs that others have written, one set or a class, and writes the result."""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from ringscope.command_line.formats import writer
from ringscope.command_line.formats.gradescope import FILE, write_folder
from ringscope.command_line.formats.shown import visible
from ringscope.command_line.processes import mapped
from ringscope.command_line.progress import progress
from ringscope.command_line.scenarios import load
from ringscope.grading.log_batch import grade_one
from ringscope.grading.log_grade import LogSetGrade, Rubric
from ringscope.grading.log_places import find_log_sets
from ringscope.grading.log_set import LogSet, LogSetError, Unreadable, kind_of

PASSED, LOST, BAD_INPUT = 0, 1, 2
#: From so many sets, or so many bytes of logs, on, starting further processes is worth it.
WORTH_PROCESSES = 40
WORTH_PROCESSES_BYTES = 50_000_000


class Request(NamedTuple):
    """What ``ringscope grade-log`` was asked for."""

    paths: Sequence[Path]
    rubric: Rubric
    format: str
    out: Path | None
    conf: str | None
    jobs: int


def grade_logs(request: Request) -> int:
    """Grade, write, say on stderr what could not be graded, and return the exit code.

    Raises `LogSetError` or `ScenarioError` for a request that makes no sense, `OSError` if the
    result cannot be written.
    """
    scenario = load([request.conf])[0] if request.conf is not None else None
    if scenario is not None:
        kind_of(scenario)
    found = [one for path in request.paths for one in find_log_sets(path, scenario)]
    write = _destination(request, len({one.path for one in found}))
    tally = Tally()
    if any(isinstance(one, LogSet) for one in found):
        with progress("grading", len(found), shown=len(found) > 1) as advance:
            work = partial(grade_one, rubric=request.rubric)
            with closing(mapped(work, found, *shares(found, request.jobs))) as grades:
                write(tally.seen(grades, advance))
    else:
        list(tally.seen(map(grade_one, found), lambda: None))
    for path, problem in tally.problems:
        click.echo(f"Error: {visible(path)}: {visible(problem)}", err=True)
    return tally.exit_code


class Tally:
    """Counts what decides the exit code, while grades go by."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []
        self._lost = 0

    def seen(
        self, grades: Iterable[LogSetGrade], advance: Callable[[], object]
    ) -> Iterator[LogSetGrade]:
        """Pass grades on."""
        for grade in grades:
            advance()
            if grade.problem is not None:
                self.problems.append((grade.path, grade.problem))
            self._lost += not grade.full_marks
            yield grade

    @property
    def exit_code(self) -> int:
        """Bad input outweighs lost points."""
        if self.problems:
            return BAD_INPUT
        return LOST if self._lost else PASSED


def shares(found: Sequence[LogSet | Unreadable], jobs: int) -> tuple[int, int]:
    """Return how many of up to ``jobs`` processes are worth starting, and how much each takes."""
    size = sum(one.size for one in found if isinstance(one, LogSet))
    if len(found) < 2 or (len(found) < WORTH_PROCESSES and size < WORTH_PROCESSES_BYTES):
        return 1, 1
    return min(jobs, len(found)), max(1, min(8, len(found) // (8 * jobs)))


def _destination(request: Request, submissions: int) -> Callable[[Iterable[LogSetGrade]], None]:
    """Return what writes the grades where they were asked for."""
    write = writer(request.format)
    out = request.out
    if request.format == "gradescope":
        if out is not None and submissions > 1:
            return lambda grades: write_folder(grades, out)
        if submissions > 1:
            raise LogSetError(
                f"--format gradescope writes a {FILE} for each of these {submissions} submissions; "
                "name a folder for them with --out"
            )
        if out is not None and out.suffix != ".json":
            out.mkdir(parents=True, exist_ok=True)
            out /= FILE
    if out is None:
        return lambda grades: write(grades, sys.stdout)
    file = out

    if file.is_dir():
        raise LogSetError(f"--out {file} is a folder; name a file in it")
    if not file.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    special = file.exists() and not file.is_file()  # such as /dev/stdout
    place = file if special else file.with_name(f"{file.name}.unfinished")

    def write_file(grades: Iterable[LogSetGrade]) -> None:
        # Not at once to its place: it may be one of the logs, or hold an older report.
        with open(place, "w", encoding="utf-8", newline="\n") as stream:
            write(grades, stream)
        if not special:
            place.replace(file)

    return write_file
