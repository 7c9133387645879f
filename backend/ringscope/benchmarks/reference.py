"""The reference: the course's C++ program as a user has built it from the assignment.

It is called as ``Application file.conf`` and leaves dbg.log, stats.log and msgcount.log in its
working folder.  It belongs to others: it may crash, hang or be something else altogether.
"""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer

from ringscope.benchmarks.measure import Clock

#: So long a run of the reference may take, in seconds.
PATIENCE = 120.0
#: The creates of the course's driver.
INSERTS = 100


class ReferenceFailedError(Exception):
    """The reference did not do its part; the text says what happened, in a sentence."""


def conf(peers: int) -> str:
    """Return create.conf for a group of this size, as both programs read it."""
    return f"MAX_NNB: {peers}\nCRUD_TEST: CREATE\n"


@dataclass(frozen=True, slots=True)
class Reference:
    """A program, and how many creates it was built to do."""

    program: Path
    inserts: int = INSERTS
    patience: float = PATIENCE

    def run(self, peers: int, folder: Path, clock: Clock) -> float:
        """Run create.conf with ``peers`` in ``folder``; return the seconds of the whole process.

        Raises `ReferenceFailedError` if it crashes, hangs, or leaves no log.
        """
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "create.conf").write_text(conf(peers))
        (folder / "dbg.log").unlink(missing_ok=True)
        began = clock()
        code = self._wait(folder)
        seconds = clock() - began
        if code != 0:
            raise ReferenceFailedError(f"the reference {_ending(code)} at {peers} peers")
        if not (folder / "dbg.log").is_file():
            raise ReferenceFailedError(f"the reference left no dbg.log at {peers} peers")
        return seconds

    def created(self, folder: Path) -> int:
        """Return how many creates its log in ``folder`` calls successful."""
        with open(folder / "dbg.log", encoding="utf-8", errors="replace") as log:
            return sum("coordinator: create success" in line for line in log)

    def _wait(self, folder: Path) -> int:
        try:
            process = subprocess.Popen(
                [self.program, "create.conf"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise ReferenceFailedError(
                f"the reference cannot be started: {error.strerror or error}"
            ) from None
        expired = Event()

        def stop() -> None:
            expired.set()
            os.killpg(process.pid, signal.SIGKILL)  # also what it may have started itself

        # a wait with a time limit would look only every now and then, and so measure too much
        watchdog = Timer(self.patience, stop)
        watchdog.start()
        try:
            code = process.wait()
        except BaseException:
            stop()
            process.wait()
            raise
        finally:
            watchdog.cancel()
        if expired.is_set():
            raise ReferenceFailedError(
                f"the reference was still running after {self.patience:g} s and was stopped"
            )
        return code


def _ending(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"


def recognise(program: Path, folder: Path, clock: Clock) -> Reference:
    """Make sure that ``program`` is the course's; raises `ReferenceFailedError` if not."""
    if not program.exists():
        raise ReferenceFailedError(f"{program} does not exist; name the Application you have built")
    if program.is_dir():
        raise ReferenceFailedError(
            f"{program} is a folder; name the program in it, {program / 'Application'}"
        )
    if not os.access(program, os.X_OK):
        raise ReferenceFailedError(f"{program} cannot be executed; name the Application itself")
    reference = Reference(program.resolve())
    reference.run(10, folder, clock)
    if reference.created(folder) == 0:
        raise ReferenceFailedError(
            f"{program} has not logged a single create; is it the course's Application, "
            "with both assignments done?"
        )
    return reference
