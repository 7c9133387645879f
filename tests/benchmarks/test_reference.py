"""The reference is somebody else's program: whatever it does becomes a sentence."""

import os
from pathlib import Path

import pytest
from tests.benchmarks.conftest import LOGS, FakeClock, Program

from ringscope.benchmarks.reference import Reference, ReferenceFailedError, recognise


def test_it_runs_create_conf_in_its_folder(program: Program, tmp_path: Path) -> None:
    one = Reference(program('cp "$1" seen; inserts=7' + LOGS))
    clock = FakeClock(step=1.5)
    assert one.run(100, tmp_path / "work", clock) == 1.5
    assert (tmp_path / "work/seen").read_text() == "MAX_NNB: 100\nCRUD_TEST: CREATE\n"
    assert one.created(tmp_path / "work") == 7


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("exit 3", "the reference ended with exit code 3 at 10 peers"),
        ("kill -ABRT $$", "the reference was killed by SIGABRT at 10 peers"),
        (":", "the reference left no dbg.log at 10 peers"),
    ],
)
def test_failing_is_a_sentence(
    body: str, complaint: str, program: Program, tmp_path: Path, clock: FakeClock
) -> None:
    with pytest.raises(ReferenceFailedError) as failure:
        Reference(program(body)).run(10, tmp_path / "work", clock)
    assert str(failure.value) == complaint


def test_an_old_log_does_not_count(good: Reference, program: Program, tmp_path: Path) -> None:
    clock = FakeClock()
    good.run(10, tmp_path, clock)
    with pytest.raises(ReferenceFailedError, match=r"left no dbg\.log"):
        Reference(program(":")).run(10, tmp_path, clock)


def test_what_hangs_is_stopped_with_all_that_it_started(
    program: Program, tmp_path: Path, clock: FakeClock
) -> None:
    os.mkfifo(tmp_path / "alive")
    with open(os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK), "rb") as alive:
        one = Reference(program("sleep 60 > alive & wait"), patience=0.3)
        with pytest.raises(ReferenceFailedError, match=r"running after 0\.3 s and was stopped"):
            one.run(10, tmp_path, clock)
        os.set_blocking(alive.fileno(), True)
        assert alive.read() == b""  # ends with the last that holds it open


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("missing", "does not exist; name the Application you have built"),
        (".", "is a folder; name the program in it"),
        ("notes.txt", "cannot be executed; name the Application itself"),
        ("text", "the reference cannot be started"),
        ("true", "left no dbg.log"),
        ("empty", "has not logged a single create; is it the course's Application"),
    ],
)
def test_what_is_not_the_reference_is_refused(
    name: str, complaint: str, program: Program, tmp_path: Path, clock: FakeClock
) -> None:
    folder = program(":", "true").parent
    program("inserts=0" + LOGS, "empty")
    (folder / "notes.txt").write_text("hello")
    (folder / "text").write_text("hello")
    (folder / "text").chmod(0o755)
    with pytest.raises(ReferenceFailedError, match=complaint):
        recognise(folder / name, tmp_path / "work", clock)


def test_a_good_one_is_recognised(good: Reference, tmp_path: Path, clock: FakeClock) -> None:
    assert recognise(good.program, tmp_path / "work", clock) == good
