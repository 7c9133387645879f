"""Runs commands of strangers in a folder, apart from everything else as far as this machine can.

No boundary against a determined attacker: docs/grade-program.md says what is kept apart.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import ringscope
from ringscope.program.warden import Order, Outcome

#: As root every worker runs its commands as a user of its own, from a range that systemd's list of
#: numbers calls unused.  By our process, as there may be several of us.
_FIRST_USER, _BLOCKS, _BLOCK = 60600, 32, 16
#: Seconds that a warden may take beyond its command.
GRACE = 30
MEGABYTE = 1 << 20
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from ringscope.program.warden import main; main(sys.argv[2])"
)


class SandboxError(Exception):
    """A command could not be run apart at all; the text says why, in a sentence."""


class Limits(NamedTuple):
    """What one command may use: seconds, bytes, and processes at a time.

    ``cpu`` and ``memory`` (addresses; 0: no limit) count for each process, and ``memory`` as held
    memory for all together; ``wall`` for the command, ``output`` for each file, ``space`` for all
    of the folder.
    """

    cpu: float
    wall: float
    memory: int
    output: int
    space: int
    processes: int


class Confinement(NamedTuple):
    """How commands are kept apart.

    ``other_user``: they run as users of their own, which takes root.  ``namespaces``: without
    network, and unable to see or outlive anything but themselves; ``own_user``: by means that an
    ordinary user has.  ``private_root``: they see the system read-only, and their own folder.
    """

    other_user: bool = False
    namespaces: bool = False
    own_user: bool = False
    private_root: bool = False

    def words(self) -> dict[str, str]:
        """Say what is protected and what is not."""
        here = "on this machine"
        user = "an unprivileged user of its own" if self.other_user else "the user who runs this"
        return {
            "network": "blocked" if self.namespaces else f"not blocked {here}",
            "files": "own folder; the system read-only; nothing else is seen"
            if self.private_root
            else f"whatever its user may read and write {here}",
            "processes": "sees and reaches only its own"
            if self.namespaces
            else f"sees those of the machine {here}",
            "user": user,
        }


LIMITS_ONLY = Confinement()


def confinements() -> Iterator[Confinement]:
    """Yield the ways to keep a command apart, the best first."""
    root = os.geteuid() == 0
    if sys.platform == "linux":
        for private_root in (True, False):
            if root:
                yield Confinement(True, True, False, private_root)
            yield Confinement(False, True, True, private_root)
    if root:
        yield Confinement(other_user=True)
    yield LIMITS_ONLY


class Sandboxes:
    """Folders under ``base`` in which commands run, and the wardens that watch over them now.

    ``base`` is made ready for other users to pass through.  Used by several threads, each with a
    ``slot`` of its own.
    """

    def __init__(self, base: Path, confinement: Confinement | None = None) -> None:
        self._base = base
        self._running: set[_Warden] = set()
        self._lock = Lock()
        self._stopped = False
        base.chmod(0o711)
        (base / "root").mkdir()
        self.confinement = self._best() if confinement is None else confinement

    def run(
        self, command: list[str], sandbox: Path, limits: Limits, printed: Path, slot: int = 0
    ) -> Outcome:
        """Run ``command`` in the folder ``work`` of ``sandbox``; all it prints goes to ``printed``.

        Raises `SandboxError` if it could not be run.
        """
        return self._run(self.confinement, command, sandbox, limits, printed, slot)

    def stop(self) -> None:
        """End everything that runs; what is started from now on ends at once."""
        with self._lock:
            self._stopped = True
            for warden in self._running:
                warden.stop()

    def _best(self) -> Confinement:
        limits = Limits(10, 30, 0, MEGABYTE, 10 * MEGABYTE, 16)
        # what is installed in a place of its own must be there in the sandbox too
        compiler = "g++ --version" if shutil.which("g++") else "true"
        for confinement in confinements():
            sandbox = self._base / "probe"
            (sandbox / "work").mkdir(parents=True)
            (sandbox / "tmp").mkdir()
            command = ["/bin/sh", "-c", f"make --version && {compiler} && touch made"]
            printed = self._base / "probed"
            try:
                outcome = self._run(confinement, command, sandbox, limits, printed, 0)
                if outcome.code == 0 and (sandbox / "work" / "made").is_file():
                    return confinement
            except SandboxError:
                continue
            finally:
                remove(sandbox)
        raise SandboxError("make does not run here; install make and a C++ compiler")

    def _run(
        self, confinement: Confinement, command: list[str], sandbox: Path, limits: Limits,
        printed: Path, slot: int,
    ) -> Outcome:  # fmt: skip
        sandbox.chmod(0o700)
        user = _user(slot) if confinement.other_user else -1
        if user >= 0 and sandbox.stat().st_uid != user:  # never what a program has made since
            _give(sandbox, user)
        order = Order(
            command=command,
            sandbox=str(sandbox),
            printed=str(printed),
            root=str(self._base / "root") if confinement.private_root else "",
            user=user,
            namespaces=confinement.namespaces,
            own_user=confinement.own_user,
            path=os.environ.get("PATH", os.defpath),
            **limits._asdict(),
        )
        with self._lock:
            warden = _Warden(order)
            self._running.add(warden)
            if self._stopped:
                warden.stop()
        try:
            return warden.outcome(limits.wall + GRACE)
        finally:
            with self._lock:
                self._running.discard(warden)


class _Warden:
    """A running warden process; it ends when its standard input closes."""

    def __init__(self, order: Order) -> None:
        package = Path(ringscope.__file__).parent.parent
        start = [sys.executable, "-I", "-S", "-c", _START, str(package)]
        reading, writing = os.pipe()
        self._leash = os.fdopen(writing, "wb")
        try:
            self._process = subprocess.Popen(
                [*start, json.dumps(order._asdict())],
                stdin=reading,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        finally:
            os.close(reading)

    def stop(self) -> None:
        self._leash.close()

    def outcome(self, patience: float) -> Outcome:
        try:
            told, complaint = self._process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            told, complaint = self._process.communicate()
        finally:
            self._leash.close()
        try:
            return Outcome(*json.loads(told))
        except ValueError:
            last = complaint.decode(errors="replace").strip().split("\n")[-1]
            raise SandboxError(f"the program could not be run apart: {last}") from None


def remove(folder: Path) -> None:
    """Remove a folder of a program, whatever it has done to it."""
    with suppress(OSError):
        folder.chmod(0o700)
    for place, folders, _ in os.walk(folder):
        for name in folders:  # before the walk comes to them
            path = Path(place, name)
            with suppress(OSError):
                if not path.is_symlink():
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _user(slot: int) -> int:
    return _FIRST_USER + os.getpid() % _BLOCKS * _BLOCK + slot % _BLOCK


def _give(folder: Path, user: int) -> None:
    """Make everything in ``folder`` belong to ``user``."""
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place, name) for name in names)):
            os.chown(path, user, user, follow_symlinks=False)
