"""The ``ringscope`` command.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once.  Exit
codes: 0 passed, 1 points were lost or two runs differed, 2 bad input, 130 stopped by Ctrl-C.
"""

import os
import re
import shlex
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ringscope import __version__

if TYPE_CHECKING:
    from ringscope.grading.report import Report, Section

PASSED, LOST = 0, 1
MAX_SEED = 2**63 - 1
MAX_SEEDS = 1_000_000
LOOPBACK = ("127.0.0.1", "::1", "localhost")

seed_option = click.option(
    "--seed", type=click.IntRange(0, MAX_SEED), help="Use this seed instead of the scenario's own."
)


class BadInput(click.ClickException):
    """A complaint about what the user gave us, in one sentence."""

    exit_code = 2


class Stopped(click.ClickException):
    """The user pressed Ctrl-C."""

    exit_code = 130


class Commands(click.Group):
    """Turns every failure of a command into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            raise Stopped("stopped by Ctrl-C; what is written so far is incomplete") from None
        except BrokenPipeError:
            _stop_writing()
            ctx.exit(LOST)
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            raise BadInput(f"{name}{error.strerror or error}") from None
        except Exception as error:
            raise _explained(error) from None


def _explained(error: Exception) -> Exception:
    from ringscope.simulation.scenario import ScenarioError

    if isinstance(error, ScenarioError):
        return BadInput(str(error))
    if isinstance(error, MemoryError):
        return BadInput("the group is too large for this machine's memory; lower MAX_NNB")
    if os.environ.get("RINGSCOPE_TRACEBACK"):
        return error
    return BadInput(
        f"this is a bug in Ringscope ({type(error).__name__}: {error}); "
        "set RINGSCOPE_TRACEBACK=1 to see where"
    )


def _stop_writing() -> None:
    """Nobody reads our output any more; keep Python from complaining about it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ringscope")
def main() -> None:
    """A fault-tolerant key-value store that you can watch, break, rewind and grade.

    CONF is a .conf file or the name of a scenario that comes with Ringscope, such as read.
    """


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
@click.argument("confs", metavar="[CONF...]", nargs=-1)
@seed_option
@click.option("--seeds", metavar="A-B", help="Grade every seed from A to B and sum up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per seed, for machines.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    show_default="one per core",
    help="How many processes share the work over many seeds.",
)
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


@main.command("grade-log")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--rubric",
    type=click.Choice(["official", "strict", "both"]),
    default="official",
    show_default=True,
    help="The rules of the course's graders, the strict ones, or both side by side.",
)
@click.option(
    "--format",
    type=click.Choice(["text", "json", "csv", "junit", "gradescope", "markdown", "html"]),
    default="text",
    show_default=True,
    help="How to write the result.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file, or folder.")
@click.option(
    "--conf", metavar="NAME|FILE", help="The scenario of a file called dbg.log, such as read."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    show_default="one per core",
    help="How many processes share the work.",
)
@click.pass_context
def grade_log(context: click.Context, /, **asked: Any) -> None:
    """Grade logs that any program wrote, of one submission or of a class.

    PATH is a folder with create.log, delete.log, read.log and update.log, or singlefailure.log,
    multifailure.log and msgdropsinglefailure.log; a folder that ringscope run wrote; one dbg.log;
    or a folder or zip of many of these.  A missing log counts as the course's graders count it.
    """
    from ringscope.command_line.grade_log import Request, grade_logs
    from ringscope.grading.log_set import LogSetError

    try:
        code = grade_logs(Request(**asked))
    except LogSetError as error:
        raise BadInput(str(error)) from None
    context.exit(code)


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


@main.command()
@click.option(
    "--reference",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The course's C++ Application that you have built; its runs alternate with ours.",
)
@click.option(
    "--reference-9000",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The same with NUMBER_OF_INSERTS 9000, if its sources are not beside it.",
)
@click.option("--only", metavar="NAME", multiple=True, help="Run this benchmark; may be repeated.")
@click.option("--quick", is_flag=True, help="Small sizes, less than a minute, little to rely on.")
@click.option("--repeat", type=click.IntRange(1, 1000), help="Samples of each figure.")
@click.option("--turns", type=click.IntRange(1, 1000), help="Turns against the reference.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for machines.")
@click.option(
    "--plots",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Draw the results into this folder.",
)
def bench(
    reference: Path | None,
    reference_9000: Path | None,
    only: tuple[str, ...],
    quick: bool,
    repeat: int | None,
    turns: int | None,
    as_json: bool,
    plots: Path | None,
) -> None:
    """Measure how fast Ringscope is, on its own and against the course's program.

    Every figure comes with the lowest and the highest value.  Benchmarks: scenario, store,
    campaign, membership, operations, grading, logs, frames, viewers, page, cold, stages.
    """
    from ringscope.benchmarks.reference import ReferenceFailedError
    from ringscope.benchmarks.suite import NAMES
    from ringscope.command_line import bench as benches

    if unknown := [name for name in only if name not in NAMES]:
        raise click.UsageError(f"there is no benchmark {unknown[0]}; there are {', '.join(NAMES)}")
    try:
        programs = benches.references(reference, reference_9000)
    except ReferenceFailedError as failure:
        raise BadInput(str(failure)) from None
    results = benches.measure(only, benches.scale(quick, repeat, turns), *programs)
    benches.show(results, as_json, plots)


@main.command("grade-program")
@click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--kind", type=click.Choice(["mp1", "mp2", "auto"]), default="auto", help="Assignment."
)
@click.option("--runs", type=click.IntRange(1, 1000), default=5, help="Runs of each scenario.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    show_default="one per core",
    help="How many programs may run at a time.",
)
@click.option(
    "--skeleton",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The assignment's own folder; of DIR only MP1Node and MP2Node (.cpp, .h) are taken.",
)
@click.option("--rubric", type=click.Choice(["official"]), default="official", help="Rules.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="JSON: lines.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--time", "seconds", type=click.FloatRange(0.1), default=30, help="CPU s of a run.")
@click.option("--memory", type=click.IntRange(0), default=1024, help="MB of a run; 0: no limit.")
@click.option("--output", type=click.IntRange(1), default=64, help="MB of each file of a run.")
@click.option("--processes", type=click.IntRange(1), default=32, help="Processes of a run at once.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the log of each scenario's worst run in this folder.",
)
@click.pass_context
def grade_program(context: click.Context, /, rubric: str, **asked: Any) -> None:
    """Build C++ submissions, run each scenario several times, and say how often checks pass.

    DIR is a submission, its zip, or a folder of submissions.  Programs run in copies, under limits
    and kept apart as far as this machine can; that is no protection from an attacker.
    """
    if sys.platform == "win32":
        raise BadInput("grade-program needs make and limits that Windows has not; use WSL or Linux")
    from ringscope.command_line.grade_program import Request, grade_programs
    from ringscope.program.sandbox import SandboxError
    from ringscope.program.submissions import SubmissionError

    try:
        passed = grade_programs(Request(**asked))
    except (SubmissionError, SandboxError) as error:
        raise BadInput(str(error)) from None
    context.exit(PASSED if passed else LOST)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True)
@click.option(
    "--token",
    envvar="RINGSCOPE_TOKEN",
    help="Required from everybody who changes something; needed when HOST is not this machine.",
)
@click.option(
    "--instance",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the database of runs and scenarios.",
)
@click.option(
    "--demo",
    metavar="[NAME]",
    is_flag=False,
    flag_value="read",
    help="Start playing a scenario that comes with Ringscope (read, if none is named).",
)
def serve(host: str, port: int, token: str | None, instance: Path | None, demo: str | None) -> None:
    """Serve the dashboard, its REST interface and live updates."""
    if host not in LOOPBACK and not token:
        raise click.UsageError(
            f"--host {host} lets other machines in; protect the server with --token"
        )
    if demo is not None:
        from ringscope.simulation.scenario import shipped

        if demo not in shipped():
            raise BadInput(f"there is no scenario {demo}; there are {', '.join(shipped())}")
    from ringscope.server.app import serve as start

    start(host=host, port=port, token=token, instance=instance, play=demo)


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


if __name__ == "__main__":
    main()
