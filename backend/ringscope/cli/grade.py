"""``ringscope grade``: our own runs, over one seed or many."""

import re
import shlex
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from ringscope.cli.group import LOST, MAX_SEED, PASSED, BadInput, jobs_option, main, seed_option

if TYPE_CHECKING:
    from ringscope.grading.report import Report, Section

MAX_SEEDS = 1_000_000


@main.command()
@click.argument("confs", metavar="[CONF...]", nargs=-1)
@seed_option
@click.option("--seeds", metavar="A-B", help="Grade every seed from A to B and sum up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per seed, for machines.")
@jobs_option("How many processes share the work over many seeds.")
@click.pass_context
def grade(
    context: click.Context,
    confs: tuple[str, ...],
    seed: int | None,
    seeds: str | None,
    as_json: bool,
    jobs: int,
) -> None:
    """Grade scenarios by the course's official rules.

    Without CONF the seven scenarios of the course, 90 points for each assignment.
    """
    from ringscope.command_line.before import announce
    from ringscope.command_line.campaign import Summary, grade_seeds, keep_in, processes_for
    from ringscope.command_line.progress import progress
    from ringscope.command_line.scenarios import common_seed, load, load_course

    if seed is not None and seeds is not None:
        raise click.UsageError("give either --seed or --seeds, not both")
    scenarios = load(confs) if confs else load_course()
    for scenario in scenarios:
        if scenario.single_failure is None and scenario.crud_test is None:
            raise BadInput(
                f"{scenario.name} has neither SINGLE_FAILURE nor CRUD_TEST, so the course's rules "
                f"have nothing to grade; see it with ringscope run {scenario.name}"
            )
    chosen = seed_range(seeds) if seeds else [common_seed(scenarios) if seed is None else seed]
    announce(scenarios, processes_for(scenarios, chosen, jobs), graded=True)
    summary = Summary()
    with (
        progress("grading", len(chosen), shown=len(chosen) > 1) as advance,
        closing(grade_seeds(scenarios, chosen, jobs)) as reports,
    ):

        def each(report: "Report") -> None:
            advance()
            if as_json:
                click.echo(report_json(report))

        keep_in(summary, reports, each)
    if not as_json:
        _print_grade(summary, " ".join(["ringscope grade", *map(shlex.quote, confs)]))
    context.exit(PASSED if summary.full == summary.reports else LOST)


def _print_grade(summary: Any, command: str) -> None:
    from rich.console import Console

    from ringscope.command_line.tables import print_report, print_summary

    console = Console()
    if summary.reports == 1:
        print_report(console, summary.worst)
    else:
        print_summary(console, summary, command)


def seed_range(text: str) -> range:
    """Return the seeds of ``A-B``, both included, or of a single number."""
    found = re.fullmatch(r"\s*(\d{1,19})\s*(?:-\s*(\d{1,19})\s*)?", text)
    if found is None:
        raise BadInput(f"--seeds must be a range such as 1-200, found {text!r}")
    first, last = int(found[1]), int(found[2] or found[1])
    if not first <= last <= MAX_SEED:
        raise BadInput(f"--seeds must rise from its first to its last seed, found {text!r}")
    if last - first >= MAX_SEEDS:
        raise BadInput(f"--seeds may name at most {MAX_SEEDS} seeds, found {last - first + 1}")
    return range(first, last + 1)


def report_json(report: "Report") -> str:
    """Return the one-line form of a report that machines read."""
    import msgspec

    value = {
        "seed": report.seed,
        "mp1": _section_value(report.mp1),
        "mp2": _section_value(report.mp2),
    }
    return msgspec.json.encode(value).decode()


def _section_value(section: "Section") -> dict[str, object]:
    fields = ("id", "points", "max", "passed", "reason")
    checks = [{field: getattr(check, field) for field in fields} for check in section.checks]
    return {"total": section.total, "max": section.max, "checks": checks}
