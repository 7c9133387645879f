"""One run of a built program: a scenario in a fresh copy, and the official grade of its log."""

import hashlib
import os
import signal
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from ringscope.grading.official import grade_run
from ringscope.grading.read_log import read_log
from ringscope.grading.report import Check, Section
from ringscope.program.build import PROGRAM
from ringscope.program.printed import last_lines
from ringscope.program.sandbox import Limits
from ringscope.program.submissions import copy_tree, lay_scenarios
from ringscope.program.warden import Outcome
from ringscope.simulation.scenario import Scenario

#: What a run needs no copy of.
_WITHOUT = (".o", ".a", ".d", ".cpp", ".cc", ".h", ".hpp", ".pdf")
_LOG = "dbg.log"
#: Grading takes memory by the size of the log, and threads would not make it faster.
_ONE_AT_A_TIME = Lock()

#: Runs a command in ``work`` of a folder, with limits; all it prints goes to a file.
Runner = Callable[[list[str], Path, Limits, Path], Outcome]


class Trial(NamedTuple):
    """How one run went.

    ``ended``: in words, such as "exit code 0", "SIGSEGV" or "stopped: time"; ``stopped`` if it was
    us who ended it, and then no points are given.  ``log``: the bytes of its dbg.log, kept only
    until somebody has looked at them; ``digest`` tells logs apart ("" for none).
    """

    ended: str
    stopped: bool
    seconds: float
    section: Section
    digest: str
    log: bytes
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
    log = read_bytes(work / _LOG, limits.output)
    stopped = _stopped(outcome, limits, len(log))
    section = _grade(scenario, log)
    if stopped:
        section = Section.of([_lost(check, stopped) for check in section.checks])
    ended = f"stopped: {stopped}" if stopped else ending(outcome.code, said)
    digest = hashlib.sha256(log).hexdigest() if log else ""
    return Trial(ended, bool(stopped), outcome.seconds, section, digest, log, said)


def read_bytes(path: Path, most: int) -> bytes:
    """Return a plain file's bytes, of anything else nothing: links and pipes are traps."""
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(file, "rb") as opened:
            if stat.S_ISREG(os.fstat(file).st_mode):
                return opened.read(most)
    return b""


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


def _grade(scenario: Scenario, log: bytes) -> Section:
    with _ONE_AT_A_TIME:
        lines = read_log(log.decode(errors="surrogateescape"))
        mp1, mp2 = grade_run(scenario, lines)
        return mp1 if mp1.checks else mp2


def _lost(check: Check, limit: str) -> Check:
    reason = f"The run was stopped because it took too much {limit}, so nothing counts."
    if limit == "processes":
        reason = "The run was stopped because it started too many processes, so nothing counts."
    return Check(check.id, check.title, 0, check.max, False, reason)
