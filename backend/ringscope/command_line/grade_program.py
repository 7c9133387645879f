"""``ringscope grade-program``: what it accepts, and how its results look."""

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Literal, NamedTuple

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ringscope.command_line.campaign import Rate
from ringscope.command_line.progress import progress
from ringscope.grading.rubric import count
from ringscope.program.batch import Batch, Plan
from ringscope.program.rates import CheckRate, Grade, ScenarioRates, Spread
from ringscope.program.sandbox import MEGABYTE, Limits
from ringscope.program.submissions import Kind, find_submissions

#: A run may take so many times its processor time by the wall clock, and a build so many runs.
WAITING, BUILDING = 3, 10
#: A build may take at least this much memory, and start this many processes.
BUILD_MEMORY, BUILD_PROCESSES = 2048, 128
#: The room that the files of a build may take, and those of a run, in megabytes.
BUILD_SPACE, RUN_SPACE = 1024, 64
COLOURS = {"pass": "green", "fail": "red", "lucky": "yellow"}


class Request(NamedTuple):
    """The command's arguments; sizes in megabytes, 0 is no limit of memory."""

    folders: tuple[Path, ...]
    kind: str
    runs: int
    jobs: int
    skeleton: Path | None
    format: Literal["text", "json"]
    out: Path | None
    seconds: float
    memory: int
    output: int
    processes: int
    keep: Path | None

    def plan(self) -> Plan:
        """Return how submissions are to be tried."""
        kinds: dict[str, Kind] = {"mp1": "mp1", "mp2": "mp2"}
        memory, output = self.memory * MEGABYTE, self.output * MEGABYTE
        run = Limits(
            cpu=self.seconds,
            wall=WAITING * self.seconds,
            memory=memory,
            output=output,
            space=2 * output + RUN_SPACE * MEGABYTE,
            processes=self.processes,
        )
        building = Limits(
            cpu=BUILDING * self.seconds,
            wall=BUILDING * WAITING * self.seconds,
            memory=memory and max(memory, BUILD_MEMORY * MEGABYTE),
            output=max(output, BUILD_SPACE * MEGABYTE // 4),
            space=BUILD_SPACE * MEGABYTE,
            processes=max(self.processes, BUILD_PROCESSES),
        )
        return Plan(kinds.get(self.kind), self.runs, run, building, self.skeleton, self.keep)


def grade_programs(request: Request) -> bool:
    """Grade all submissions and show the grades; return whether every check always passed.

    Raises `SubmissionError` and `SandboxError` for what nothing can be done with.
    """
    if shutil.which("make") is None:
        raise click.UsageError("there is no make on this machine; install make and a C++ compiler")
    submissions = find_submissions(request.folders, request.skeleton)
    if request.keep is not None:
        request.keep.mkdir(parents=True, exist_ok=True)
    show = _show_json if request.format == "json" else _show_text
    with (
        _opened(request.out) as file,
        progress("grading", len(submissions)) as advance,
        # closed in any case, so that nothing runs on when we are stopped
        closing(Batch(submissions, request.plan(), request.jobs).grades()) as grades,
    ):
        return show(_counted(grades, advance), file)


def _counted(grades: Iterator[Grade], advance: Callable[[], object]) -> Iterator[Grade]:
    for grade in grades:
        yield grade
        advance()


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out, "w", encoding="utf-8") as file:
        yield file


def _show_json(grades: Iterator[Grade], file: IO[str]) -> bool:
    passed = True
    for grade in grades:
        file.write(msgspec.json.encode(grade).decode() + "\n")
        file.flush()
        passed &= grade.passed
    return passed


def _show_text(grades: Iterator[Grade], file: IO[str]) -> bool:
    console = Console(file=file, width=None if file.isatty() else 120, highlight=False)
    seen = []
    for grade in grades:
        _show_grade(console, grade)
        seen.append(grade)
    if len(seen) > 1:
        _show_class(console, seen)
    words = "; ".join(f"{what}: {how}" for what, how in seen[0].protections.items())
    console.print(f"Kept apart. {escape(words)}. No protection from an attacker.")
    return all(grade.passed for grade in seen)


def _show_grade(console: Console, grade: Grade) -> None:
    kind = f" ({grade.kind.upper()})" if grade.kind else ""
    console.print(f"[bold]{escape(grade.name)}[/bold]{kind}: {_verdict(grade)}")
    if not grade.built:
        for line in grade.compiler:
            console.print(f"    {escape(line)}", soft_wrap=True)
        console.print()
        return
    console.print(_scenario_table(grade.scenarios))
    console.print(_check_table([check for one in grade.scenarios for check in one.checks]))
    for one in grade.scenarios:
        if one.said:
            console.print(f"  last words in the worst run of {one.name}: {escape(one.said[-1])}")
    console.print()


def _verdict(grade: Grade) -> str:
    if not grade.built:
        return f"[red]not graded[/red]: {escape(grade.reason)}"
    colour = COLOURS[grade.verdict]
    points = f"{_spread(grade.total)} of {grade.max} points"
    return f"[{colour}]{grade.verdict}[/{colour}], {points} in {count(len(grade.totals), 'run')}"


def _scenario_table(scenarios: Sequence[ScenarioRates]) -> Table:
    table = Table("Scenario", "Runs", "Points", "Ended with", "Different logs", "Seconds")
    for one in scenarios:
        ended = ", ".join(f"{how} ({times}×)" for how, times in one.ended.items())
        points = f"{_spread(one.points)} of {one.max}"
        logs, seconds = str(one.distinct_logs), _spread(one.seconds)
        table.add_row(one.name, str(one.runs), points, escape(ended), logs, seconds)
    return table


def _check_table(checks: Sequence[CheckRate]) -> Table:
    table = Table("Check", "Max", "Passed (95 % interval)", "", "First loss")
    for check in checks:
        colour = COLOURS[check.verdict]
        loss = f"run {check.lost_in}: {check.reason}" if check.lost_in else ""
        rate = str(Rate(check.passed, check.runs))
        verdict = f"[{colour}]{check.verdict}[/{colour}]"
        table.add_row(check.id, str(check.max), rate, verdict, escape(loss))
    return table


def _show_class(console: Console, grades: Sequence[Grade]) -> None:
    table = Table("Submission", "Verdict", "Points", "Lucky or failed checks", title="All")
    for grade in grades:
        checks = [c for one in grade.scenarios for c in one.checks if c.verdict != "pass"]
        shown = ", ".join(f"{c.id} ({c.passed}/{c.runs})" for c in checks)
        colour = COLOURS[grade.verdict]
        verdict = grade.verdict if grade.built else "not built"
        row = f"[{colour}]{verdict}[/{colour}]", _spread(grade.total), shown or grade.reason
        table.add_row(escape(grade.name), *row[:2], escape(row[2]))
    console.print(table)
    medians = Counter(grade.total.median for grade in grades)
    spread = ", ".join(f"{points:g} ({n}×)" for points, n in sorted(medians.items(), reverse=True))
    built = sum(grade.built for grade in grades)
    console.print(f"{len(grades)} submissions, {built} of them built. Median points: {spread}")


def _spread(spread: Spread) -> str:
    if spread.min == spread.max:
        return f"{spread.median:g}"
    return f"{spread.median:g} ({spread.min:g} to {spread.max:g})"
