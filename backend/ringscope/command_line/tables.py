"""How grades look on a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ringscope.command_line.campaign import Summary
from ringscope.grading.report import Report, Section

NAMES = {"mp1": "MP1 membership", "mp2": "MP2 key-value store"}


def print_report(console: Console, report: Report) -> None:
    """Show the checks of one seed with points and reasons."""
    console.print(f"Seed {report.seed}", highlight=False)
    for name, section in ("mp1", report.mp1), ("mp2", report.mp2):
        if section.checks:
            console.print(_section(NAMES[name], section))


def _section(title: str, section: Section) -> Table:
    table = Table(title=title, title_justify="left", show_footer=True, expand=False)
    table.add_column("Check", footer="Total", no_wrap=True)
    table.add_column("Points", footer=f"{section.total}/{section.max}", justify="right")
    table.add_column("Reason")
    for check in section.checks:
        colour = "green" if check.passed else "red"
        points = f"[{colour}]{check.points}/{check.max}[/{colour}]"
        table.add_row(check.id, points, escape(check.reason))
    return table


def print_summary(console: Console, summary: Summary, command: str) -> None:
    """Show how often each check passed, and how to see the worst seed again.

    ``command`` grades the same files once a seed is put behind it.
    """
    table = Table(title=f"{summary.reports} seeds", title_justify="left", expand=False)
    table.add_column("Check", no_wrap=True)
    table.add_column("Max", justify="right")
    table.add_column("Passed (95 % interval)")
    table.add_column("First loss")
    for check in summary.checks():
        colour = "green" if check.failed_at is None else "red"
        loss = "" if check.failed_at is None else f"seed {check.failed_at}: {check.reason}"
        rate = f"[{colour}]{check.rate}[/{colour}]"
        table.add_row(check.id, str(check.max), rate, escape(loss))
    console.print(table)
    console.print(f"Full marks: {summary.rate()}", highlight=False)
    worst = summary.worst
    if worst is not None and summary.full < summary.reports:
        console.print(f"Worst seed: {worst.seed} with {_totals(worst)}", highlight=False)
        console.print(
            f"See it again: {escape(command)} --seed {worst.seed}", highlight=False, soft_wrap=True
        )


def _totals(report: Report) -> str:
    sections = ("MP1", report.mp1), ("MP2", report.mp2)
    return " and ".join(f"{name} {s.total}/{s.max}" for name, s in sections if s.checks)
