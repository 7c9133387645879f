"""Builds a submission as the course's graders do: make clean, then make, by its own Makefile."""

import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ringscope.program.printed import last_lines
from ringscope.program.sandbox import SandboxError
from ringscope.program.warden import Outcome

PROGRAM = "Application"
#: Left over from the student's own machine, and none of the graders' business.
_STALE = (PROGRAM, "*.o", "dbg.log", "stats.log", "msgcount.log")

#: Runs a command in the sandbox with the limits for builds.
Runner = Callable[[list[str]], Outcome]


class Build(NamedTuple):
    """Whether there is a program to run; if not, why, and the last that the compiler said."""

    built: bool
    reason: str
    last_lines: tuple[str, ...]
    seconds: float


def build(folder: Path, run: Runner, printed: Path) -> Build:
    """Build the submission in ``folder``; whatever goes wrong is said in the result."""
    for pattern in _STALE:
        for stale in folder.glob(pattern):
            with suppress(OSError):
                stale.unlink()
    seconds = 0.0
    for target in ["clean"], []:
        try:
            outcome = run(["/usr/bin/env", "make", *target])
        except SandboxError as error:
            return Build(False, str(error), (), seconds)
        seconds += outcome.seconds
        if outcome.stopped:
            break
    lines = last_lines(printed)
    reason = _failure(outcome, folder / PROGRAM)
    return Build(not reason, reason, () if not reason else lines, seconds)


def _failure(outcome: Outcome, program: Path) -> str:
    if outcome.stopped:
        return f"make was stopped: too much {outcome.stopped}"
    if outcome.code < 0:
        return f"make was ended by signal {-outcome.code}"
    if outcome.code > 0:
        return f"make failed with exit code {outcome.code}"
    with suppress(OSError):
        if stat.S_ISREG(program.lstat().st_mode):
            return ""
    return f"make left no file called {PROGRAM}"
