"""The process that stands between us and a program: confines it, watches it, ends all it started.

`sandbox` starts one warden per command, so that a program that goes wild takes nothing but its own
warden with it.  It starts often and must start fast: the standard library only.
"""

import json
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from ringscope.program.watching import descendants, memory_of, space_taken, tasks_of_user

if sys.platform == "linux":
    from ringscope.program import linux

#: Seconds between two looks at what a program uses.
LOOK_EVERY = 0.05
#: So often at most we go round to bury processes or to end what a program left behind.
MAX_ROUNDS = 1000
#: The exit code of a command that could not even be started, as a shell gives it.
NOT_STARTED = 126


#: The status of a process that has ended, and what it used.
Ended = tuple[int, resource.struct_rusage]


class Order(NamedTuple):
    """What to run and how; sizes in bytes, times in seconds, 0 is no limit.

    ``sandbox`` holds the folders ``work``, where the command runs, and ``tmp``; ``root`` is an
    empty folder for a private root or "".  ``user`` -1: the same as ours.  All that the command
    prints goes to the file ``printed``.
    """

    command: list[str]
    sandbox: str
    printed: str
    root: str
    user: int
    namespaces: bool
    own_user: bool
    path: str
    cpu: float
    wall: float
    memory: int
    output: int
    space: int
    processes: int


class Outcome(NamedTuple):
    """How a command ended.

    ``code``: its exit code, or minus the signal that ended it.  ``stopped``: which limit we
    stopped it at (time, memory, output, processes), or "".
    """

    code: int
    stopped: str
    seconds: float
    cpu: float


def main(text: str) -> None:
    """Carry out the order in ``text`` (JSON), and print the outcome (JSON)."""
    order = Order(**json.loads(text))
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    printed = os.open(order.printed, flags, 0o600)
    tasks = tasks_of_user(os.getuid() if order.user < 0 else order.user)
    if order.namespaces:
        linux.enter_namespaces(order.own_user)
        child = os.fork()
        if child == 0:
            _be_first(order, printed, tasks)
        os.waitpid(child, 0)
        return
    if sys.platform == "linux":
        linux.adopt_orphans()
    _tell(_supervise(order, printed, tasks))


def _tell(outcome: Outcome) -> None:
    os.write(1, json.dumps(outcome).encode())


def _be_first(order: Order, printed: int, tasks: int) -> NoReturn:
    """Be the first process of the namespace: when it ends, the kernel ends all others in it."""
    try:
        linux.die_with_parent(signal.SIGKILL)
        linux.refuse_tracing()
        if order.root:
            linux.enter_private_root(Path(order.root), Path(order.sandbox))
        else:
            linux.mount_processes()
        _tell(_supervise(order, printed, tasks))
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(0)


def _supervise(order: Order, printed: int, tasks: int) -> Outcome:
    sandbox = linux.INSIDE if order.root else Path(order.sandbox)
    awake = _woken_by_children()
    began = time.monotonic()
    program = os.fork()
    if program == 0:
        _become(order, sandbox, printed, tasks)
    stopped, ended = _wait(order, sandbox, program, awake)
    if ended is None:
        os.kill(program, signal.SIGKILL)  # which may have no group of its own yet
    _end_everything(order, program)
    status, used = ended or os.wait4(program, 0)[1:]
    code = os.waitstatus_to_exitcode(status)
    return Outcome(code, stopped, time.monotonic() - began, used.ru_utime + used.ru_stime)


def _wait(order: Order, sandbox: Path, program: int, awake: int) -> tuple[str, Ended | None]:
    """Return how the program ended, or else why it has to be ended."""
    began = looked = time.monotonic()
    while True:
        left = began + order.wall - time.monotonic()
        # nothing is ever sent to us: our parent has gone when its end of the pipe closes
        ready, _, _ = select.select([awake, 0], [], [], max(0.0, min(LOOK_EVERY, left)))
        if awake in ready:
            os.read(awake, 4096)
        if ended := _reap(program):
            return "", ended
        now = time.monotonic()
        if 0 in ready or now - began >= order.wall:
            return "interrupted" if 0 in ready else "time", None
        if now - looked >= LOOK_EVERY:
            if exceeded := _exceeded(order, sandbox):
                return exceeded, None
            looked = time.monotonic()


def _woken_by_children() -> int:
    """Return a file that can be read when a child has ended."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _reap(program: int) -> Ended | None:
    """Bury children that have ended; return the program's end if it is among them."""
    found = None
    with suppress(ChildProcessError):
        for _ in range(MAX_ROUNDS):
            child, status, used = os.wait4(-1, os.WNOHANG)
            if child == 0:
                break
            if child == program:
                found = status, used
    return found


def _exceeded(order: Order, sandbox: Path) -> str:
    """Return the limit that the program has overstepped, or nothing."""
    running = descendants(os.getpid())
    if len(running) > order.processes:
        return "processes"
    if order.memory and memory_of(running) > order.memory:
        return "memory"
    return "output" if space_taken(sandbox, order.space) > order.space else ""


def _end_everything(order: Order, program: int) -> None:
    """End the program and all that it has started, wherever it has hidden."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program, signal.SIGKILL)
    if order.namespaces:
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # everybody in the namespace but us
        return
    for _ in range(MAX_ROUNDS):
        running = [pid for pid in descendants(os.getpid()) if pid != program]
        if not running:
            return
        # those stopped cannot have children while we go round
        for blow in (signal.SIGSTOP, signal.SIGKILL):
            for pid in running:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, blow)
        for pid in running:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.001)


def _become(order: Order, sandbox: Path, printed: int, tasks: int) -> NoReturn:
    """Turn this child into the command, in a session of its own and under all limits."""
    try:
        os.setsid()
        os.umask(0o022)
        for name in ("SIGPIPE", "SIGXFSZ"):  # which Python ignores
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        if order.user >= 0:
            os.setgroups([])
            os.setgid(order.user)
            os.setuid(order.user)
        if sys.platform == "linux":
            linux.renounce_privileges()
        os.chdir(sandbox / "work")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        _limit(order, tasks)
        os.execve(order.command[0], order.command, _environment(order, sandbox))
    except BaseException as error:
        os.write(printed, f"{order.command[0]} cannot be started: {error}\n".encode())
    finally:
        os._exit(NOT_STARTED)


def _environment(order: Order, sandbox: Path) -> dict[str, str]:
    """Return all that the command learns about its surroundings: no secret of ours is there."""
    private = str(sandbox / "tmp")
    return {"PATH": order.path, "HOME": private, "TMPDIR": private, "LC_ALL": "C.UTF-8"}


def _limit(order: Order, tasks: int) -> None:
    cpu = max(1, -int(-order.cpu // 1))
    # the kernel counts all that the user has; where that is us, `_exceeded` is the sharper limit
    processes = tasks + (order.processes + 2 if order.user >= 0 else 4 * order.processes)
    wanted = [
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, order.output, order.output),
        (resource.RLIMIT_NOFILE, 256, 256),
        (resource.RLIMIT_NPROC, processes, processes),
    ]
    if order.memory:
        wanted.append((resource.RLIMIT_AS, order.memory, order.memory))
    for kind, soft, hard in wanted:
        top = resource.getrlimit(kind)[1]
        if top != resource.RLIM_INFINITY:
            soft, hard = min(soft, top), min(hard, top)
        with suppress(ValueError, OSError):  # macOS knows some of them by name only
            resource.setrlimit(kind, (soft, hard))
