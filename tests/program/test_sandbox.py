"""A command of strangers: what it finds, what it cannot do, and how it ends in any case."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.program.conftest import LIMITS

from ringscope.program.sandbox import (
    LIMITS_ONLY,
    Confinement,
    SandboxError,
    Sandboxes,
    confinements,
    remove,
)
from ringscope.program.warden import NOT_STARTED, Outcome

if sys.platform == "win32":
    pytest.skip("there are no such limits on Windows", allow_module_level=True)

#: Runs a shell command in the sandbox; what it printed is in `printed`.
Shell = Callable[..., Outcome]


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    folder = tmp_path / "base" / "sandbox"
    (folder / "work").mkdir(parents=True)
    (folder / "tmp").mkdir()
    return folder


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    return tmp_path / "printed"


@pytest.fixture
def sandboxes(sandboxes: Sandboxes, tmp_path: Path) -> Sandboxes:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o711)
    return sandboxes


@pytest.fixture
def shell(sandboxes: Sandboxes, sandbox: Path, printed: Path) -> Shell:
    return shell_in(sandboxes, sandbox, printed)


def shell_in(sandboxes: Sandboxes, sandbox: Path, printed: Path) -> Shell:
    def shell(command: str, **limits: float) -> Outcome:
        changed = LIMITS._replace(**limits)  # type: ignore[arg-type]
        return sandboxes.run(["/bin/sh", "-c", command], sandbox, changed, printed)

    return shell


@pytest.fixture
def best(tmp_path: Path, needs_make: None) -> Sandboxes:
    """The best that this machine can do."""
    (tmp_path / "best").mkdir()
    return Sandboxes(tmp_path / "best")


@contextmanager
def ends_told(fifo: Path) -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether nobody has ``fifo`` open for writing any more."""
    os.mkfifo(fifo)
    fifo.chmod(0o666)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    def gone() -> bool:
        try:
            while os.read(reader, 100):
                pass
        except BlockingIOError:
            return False
        return True

    yield gone
    os.close(reader)


def test_it_runs_in_its_folder_and_prints_into_a_file(
    shell: Shell, sandbox: Path, printed: Path
) -> None:
    outcome = shell("echo hello; echo oh >&2; echo kept > left; exit 3")
    assert (outcome.code, outcome.stopped) == (3, "")
    assert printed.read_text() == "hello\noh\n"
    assert (sandbox / "work" / "left").read_text() == "kept\n"


def test_it_learns_no_secrets(shell: Shell, printed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    assert shell("env; cd $HOME && touch home && touch $TMPDIR/temporary").code == 0
    text = printed.read_text()
    assert "s3cret" not in text
    names = {line.partition("=")[0] for line in text.splitlines()}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "HOME", "TMPDIR", "LC_ALL"}


def test_there_is_nobody_at_its_keyboard(shell: Shell) -> None:
    assert shell("if read line; then exit 1; else exit 5; fi").code == 5


def test_a_crash_is_told(shell: Shell) -> None:
    assert shell("kill -SEGV $$").code == -11


def test_what_ignores_us_is_stopped_when_its_time_is_up(shell: Shell) -> None:
    outcome = shell("trap '' TERM INT HUP; while :; do sleep 60; done", wall=0.2)
    assert outcome.stopped == "time"
    assert outcome.seconds < 60


def test_processor_time_is_limited(shell: Shell) -> None:
    outcome = shell("while :; do :; done", cpu=0.1)
    assert (outcome.code, outcome.stopped) == (-24, "")  # SIGXCPU


def test_a_flood_on_the_screen_ends(shell: Shell, printed: Path) -> None:
    shell("exec yes")
    assert printed.stat().st_size == LIMITS.output


def test_a_flood_into_a_file_ends(shell: Shell, sandbox: Path) -> None:
    assert shell("exec yes > dbg.log").code == -25  # SIGXFSZ
    assert (sandbox / "work" / "dbg.log").stat().st_size == LIMITS.output


def test_a_flood_of_files_ends(shell: Shell) -> None:
    endless = "i=0; while :; do i=$((i+1)); : > file-$i; done"
    assert shell(endless, space=1 << 18).stopped == "output"


def test_memory_is_limited(sandbox: Path, printed: Path, tmp_path: Path) -> None:
    sandboxes = Sandboxes(tmp_path / "base", LIMITS_ONLY)
    hog = [sys.executable, "-c", "bytearray(1 << 30)"]
    outcome = sandboxes.run(hog, sandbox, LIMITS._replace(memory=1 << 29), printed)
    assert outcome.code == 1
    assert "MemoryError" in printed.read_text()


def test_memory_held_together_is_limited(sandbox: Path, printed: Path, tmp_path: Path) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("this machine does not tell what memory its processes hold")
    sandboxes = Sandboxes(tmp_path / "base", LIMITS_ONLY)
    hog = "import time; held = b'x' * (250 << 20); time.sleep(600)"
    both = ["/bin/sh", "-c", f'"{sys.executable}" -c "{hog}" & "{sys.executable}" -c "{hog}"']
    outcome = sandboxes.run(both, sandbox, LIMITS._replace(memory=400 << 20), printed)
    assert outcome.stopped == "memory"


def test_more_processes_than_allowed_end_all(shell: Shell) -> None:
    many = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); sleep 60 & done; wait"
    outcome = shell(many, processes=5)
    assert outcome.code != 0
    assert outcome.stopped in ("", "processes")


def test_nothing_survives_its_program(shell: Shell, sandbox: Path) -> None:
    fifo = sandbox / "work" / "fifo"
    hidden = "trap '' HUP TERM; echo here >&9; exec sleep 60"
    with ends_told(fifo) as gone:
        outcome = shell(
            f'exec 9> fifo; (setsid sh -c "{hidden}" &) ; (nohup sh -c "{hidden}" &) ; exit 0'
        )
        assert outcome.code == 0
        assert outcome.seconds < 60
        assert gone()


def test_what_cannot_be_started_says_so(sandboxes: Sandboxes, sandbox: Path, printed: Path) -> None:
    program = sandbox / "work" / "Application"
    program.write_bytes(b"\xcf\xfa\xed\xfe from another platform")
    program.chmod(0o755)
    outcome = sandboxes.run(["./Application"], sandbox, LIMITS, printed)
    assert outcome.code == NOT_STARTED
    assert printed.read_text().startswith("./Application cannot be started: ")


def test_when_we_stop_everything_stops(shell: Shell, sandboxes: Sandboxes) -> None:
    sandboxes.stop()
    assert shell("sleep 60").stopped == "interrupted"


def test_it_cannot_write_elsewhere(
    best: Sandboxes, tmp_path: Path, sandbox: Path, printed: Path
) -> None:
    if not best.confinement.private_root:
        pytest.skip("this machine lets nobody have a root folder of their own")
    shell = shell_in(best, sandbox, printed)
    (tmp_path / "secret").write_text("of another student")
    tmp_path.chmod(0o777)
    assert shell(f"cat {tmp_path}/secret").code != 0
    assert shell(f"echo > {tmp_path}/outside").code != 0
    assert shell("echo > /usr/outside || echo > /outside").code != 0
    assert shell("echo > /tmp/inside").code == 0
    assert (sandbox / "tmp" / "inside").exists()
    assert not (tmp_path / "outside").exists()


def test_it_has_no_network_and_sees_no_processes(
    best: Sandboxes, sandbox: Path, printed: Path
) -> None:
    if not best.confinement.namespaces:
        pytest.skip("this machine lets nobody leave its network")
    shell = shell_in(best, sandbox, printed)
    assert shell("cat /proc/net/dev; echo /proc/[0-9]*").code == 0
    *network, processes = printed.read_text().splitlines()
    assert [line.split(":")[0].strip() for line in network if ":" in line] == ["lo"]
    assert len(processes.split()) == 2


def test_the_best_confinement_is_tried_first() -> None:
    first, *_, last = confinements()
    assert last == LIMITS_ONLY
    assert first.namespaces is (sys.platform == "linux")


def test_what_is_not_protected_is_said() -> None:
    assert LIMITS_ONLY.words()["network"] == "not blocked on this machine"
    assert Confinement(namespaces=True).words()["network"] == "blocked"
    assert "read-only" in Confinement(private_root=True).words()["files"]


def test_without_make_nothing_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "base").mkdir()
    with pytest.raises(SandboxError, match="install make"):
        Sandboxes(tmp_path / "base")


def test_a_folder_made_unreadable_is_removed(tmp_path: Path) -> None:
    locked = tmp_path / "sandbox" / "locked"
    (locked / "inside").mkdir(parents=True)
    (locked / "file").touch()
    locked.chmod(0)
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (tmp_path / "sandbox" / "link").symlink_to(outside)
    remove(tmp_path / "sandbox")
    assert not (tmp_path / "sandbox").exists()
    assert outside.stat().st_mode & 0o777 == 0o755
