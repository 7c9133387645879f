"""One run of a built program: a scenario in a fresh copy, and the official grade of its log."""

import hashlib
import os
import signal
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BufferedReader, BytesIO
from pathlib import Path
from threading import Lock
from typing import BinaryIO, NamedTuple

from ringscope.grading.log_file import LogTooLargeError, read_log_file
from ringscope.grading.official import grade_run
from ringscope.grading.report import Check, Section
from ringscope.observers.debug_log import LogLine
from ringscope.program.build import PROGRAM
from ringscope.program.printed import last_lines
from ringscope.program.sandbox import Limits
from ringscope.program.submissions import copy_tree, lay_scenarios
from ringscope.program.warden import Outcome
from ringscope.simulation.scenario import Scenario

#: What a run needs no copy of.
_WITHOUT = (".o", ".a", ".d", ".cpp", ".cc", ".h", ".hpp", ".pdf")
_LOG = "dbg.log"
#: Grading takes memory, and threads would not make it faster.
_ONE_AT_A_TIME = Lock()

#: Runs a command in ``work`` of a folder, with limits; all it prints goes to a file.
Runner = Callable[[list[str], Path, Limits, Path], Outcome]


class Trial(NamedTuple):
    """How one run went.

    ``ended``: in words, such as "exit code 0", "SIGSEGV" or "stopped: time"; ``stopped`` if it was
    us who ended it, and then no points are given.  ``digest`` tells logs apart ("" for none).
    """

    ended: str
    stopped: bool
    seconds: float
    section: Section
    digest: str
    last_lines: tuple[str, ...]


def try_scenario(
    scenario: Scenario, built: Path, sandbox: Path, run: Runner, limits: Limits
) -> Trial:
    """Run the program in ``built`` once with ``scenario``, in the new folder ``sandbox``.

    Raises SubmissionError, SandboxError and OSError if it could not be run at all.
    """
    work, printed = sandbox / "work", sandbox.with_suffix(".txt")
    work.mkdir(parents=True)
    (sandbox / "tmp").mkdir()
    copy_tree(built, work, _WITHOUT)
    lay_scenarios(work)
    command = [f"./{PROGRAM}", f"testcases/{scenario.name}.conf"]
    outcome = run(command, sandbox, limits, printed)
    said = last_lines(printed)
    printed.unlink(missing_ok=True)
    with log_of(sandbox) as log:
        digest = hashlib.file_digest(log, "sha256").hexdigest()
        size = log.tell()
        stopped = _stopped(outcome, limits, size)
        section = _stopped_section(scenario, stopped) if stopped else _grade(scenario, log)
    ended = f"stopped: {stopped}" if stopped else ending(outcome.code, said)
    return Trial(ended, bool(stopped), outcome.seconds, section, digest if size else "", said)


def log_of(sandbox: Path) -> BufferedReader | BytesIO:
    """Open the dbg.log of a run; anything but a plain file, links and pipes too, is empty."""
    with suppress(OSError):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        file = os.open(sandbox / "work" / _LOG, flags)
        opened = os.fdopen(file, "rb") if stat.S_ISREG(os.fstat(file).st_mode) else None
        if opened is not None:
            return opened
        os.close(file)
    return BytesIO()


def ending(code: int, said: tuple[str, ...] = ()) -> str:
    """Put the way a program ended by itself into words."""
    if code >= 0:
        return f"exit code {code}"
    if any("bad_alloc" in line for line in said):
        return "out of memory"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def _stopped(outcome: Outcome, limits: Limits, logged: int) -> str:
    """Return the limit that ended the program, be it by our hand or by the system's."""
    if outcome.stopped:
        return outcome.stopped
    killed = outcome.code == -signal.SIGKILL and outcome.cpu >= limits.cpu
    if outcome.code == -signal.SIGXCPU or killed:
        return "time"
    return "output" if outcome.code == -signal.SIGXFSZ or logged >= limits.output else ""


def _grade(scenario: Scenario, log: BinaryIO) -> Section:
    log.seek(0)
    with _ONE_AT_A_TIME:
        try:
            text = read_log_file(log)
        except LogTooLargeError as error:
            return _without_points(scenario, f"The log {error}.")
        return _section(scenario, text.lines[: text.printed])


def _stopped_section(scenario: Scenario, limit: str) -> Section:
    too_much = "started too many processes" if limit == "processes" else f"took too much {limit}"
    return _without_points(
        scenario, f"The run was stopped because it {too_much}, so nothing counts."
    )


def _without_points(scenario: Scenario, reason: str) -> Section:
    checks = _section(scenario, []).checks
    return Section.of([Check(one.id, one.title, 0, one.max, False, reason) for one in checks])


def _section(scenario: Scenario, lines: Sequence[LogLine]) -> Section:
    mp1, mp2 = grade_run(scenario, lines)
    return mp1 if mp1.checks else mp2
