"""``ringscope grade-log`` and ``ringscope grade-program``: what others wrote."""

import sys
from pathlib import Path
from typing import Any

import click

from ringscope.cli.group import LOST, PASSED, BadInput, jobs_option, main


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
@jobs_option("How many processes share the work.")
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
@jobs_option("How many programs may run at a time.")
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
