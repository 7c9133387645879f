"""``ringscope run`` and ``ringscope verify``."""

import os
from pathlib import Path

import click

from ringscope.cli.group import LOST, BadInput, main, seed_option


@main.command()
@click.argument("confs", metavar="CONF...", nargs=-1, required=True)
@seed_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="runs",
    show_default=True,
    help="Folder for the results; each scenario gets a folder of its own in it.",
)
@click.option(
    "--recording/--no-recording",
    "recorded",
    default=True,
    help="Without the recording a large group takes a fraction of the time and space.",
)
def run(confs: tuple[str, ...], seed: int | None, out: Path, recorded: bool) -> None:
    """Run scenarios and write their logs.

    Leaves dbg.log, stats.log and msgcount.log as the course's program would, and events.jsonl,
    the complete recording, in OUT/<name of the scenario>.
    """
    from ringscope.command_line.before import announce
    from ringscope.command_line.folder import write_run
    from ringscope.command_line.progress import progress
    from ringscope.command_line.scenarios import load, must_differ
    from ringscope.simulation.course import delay

    scenarios = load(confs)
    must_differ(scenarios)
    announce(scenarios)
    for scenario in scenarios:
        used = scenario.seed if seed is None else seed
        folder = out / scenario.name
        click.echo(f"{scenario.name}: seed {used}, writing to {folder}{os.sep}")
        with progress(scenario.name, scenario.ticks + delay(scenario)) as advance:
            write_run(scenario, used, folder, advance, recorded)


@main.command()
@click.argument("conf")
@seed_option
@click.pass_context
def verify(context: click.Context, conf: str, seed: int | None) -> None:
    """Check that a scenario runs exactly the same twice.

    Runs it in two processes with different hash seeds, compares the recordings and logs byte by
    byte, and names the first event that differs.
    """
    from ringscope.command_line.before import announce
    from ringscope.command_line.scenarios import find, load
    from ringscope.command_line.verify import ChildFailedError, difference_between_two_runs

    [scenario] = load([conf])
    used = scenario.seed if seed is None else seed
    announce([scenario], at_once=2)
    try:
        difference = difference_between_two_runs(find(conf), used)
    except ChildFailedError as error:
        raise BadInput(f"{scenario.name} could not be run: {error}") from None
    if difference is None:
        click.echo(f"{scenario.name}, seed {used}: both runs are the same, byte by byte")
        return
    click.secho(f"{scenario.name}, seed {used}: {difference}", fg="red")
    context.exit(LOST)
