"""One run of a built program, and how it is graded."""

import os
from pathlib import Path

import pytest
from tests.program.conftest import GOLDEN, LIMITS

from ringscope.grading import log_file
from ringscope.program.sandbox import Limits
from ringscope.program.trial import Trial, ending, log_of, try_scenario
from ringscope.program.warden import Outcome
from ringscope.simulation.scenario import load_scenario, shipped

FINE = Outcome(0, "", 0.1, 0.1)
CRASHED = Outcome(-11, "", 0.1, 0.1)


def run_as(
    tmp_path: Path, outcome: Outcome, log: bytes | None, scenario: str = "read", said: str = ""
) -> Trial:
    """Try a program that leaves ``log``, prints ``said`` and ends with ``outcome``."""
    built = tmp_path / "built"
    built.mkdir()
    for name in ("Application", "data", "Log.o", "Log.cpp"):
        (built / name).write_text(name)

    def run(command: list[str], sandbox: Path, limits: Limits, printed: Path) -> Outcome:
        work = sandbox / "work"
        assert command == ["./Application", f"testcases/{scenario}.conf"]
        assert {path.name for path in work.iterdir()} == {"Application", "data", "testcases"}
        assert (work / command[1]).read_bytes() == shipped()[scenario].read_bytes()
        printed.write_text(said)
        if log is not None:
            (work / "dbg.log").write_bytes(log)
        return outcome

    return try_scenario(load_scenario(shipped()[scenario]), built, tmp_path / "run", run, LIMITS)


def golden(scenario: str) -> bytes:
    return (GOLDEN / f"{scenario}.log").read_bytes()


@pytest.mark.parametrize(("scenario", "points"), [("read", 40), ("multifailure", 30)])
def test_the_log_is_graded_by_its_assignments_rules(
    tmp_path: Path, scenario: str, points: int
) -> None:
    trial = run_as(tmp_path, FINE, golden(scenario), scenario)
    assert (trial.section.total, trial.section.max) == (points, points)
    assert (trial.ended, trial.stopped) == ("exit code 0", False)


def test_a_crash_after_a_complete_log_costs_nothing(tmp_path: Path) -> None:
    trial = run_as(tmp_path, CRASHED, golden("read"))
    assert (trial.section.total, trial.ended) == (40, "SIGSEGV")


def test_without_a_log_there_is_little_to_grade(tmp_path: Path) -> None:
    trial = run_as(tmp_path, CRASHED, None)
    assert (trial.section.total, trial.digest) == (0, "")


@pytest.mark.parametrize(
    ("outcome", "limit"),
    [
        (Outcome(-9, "time", 60, 1), "time"),
        (Outcome(-24, "", 5, 5), "time"),
        (Outcome(-9, "", 11, 11), "time"),
        (Outcome(-25, "", 1, 1), "output"),
        (Outcome(-9, "memory", 1, 1), "memory"),
        (Outcome(-9, "processes", 1, 1), "processes"),
    ],
)
def test_a_run_that_had_to_be_stopped_has_no_points(
    tmp_path: Path, outcome: Outcome, limit: str
) -> None:
    trial = run_as(tmp_path, outcome, golden("read"))
    assert (trial.section.total, trial.section.max) == (0, 40)
    assert (trial.ended, trial.stopped) == (f"stopped: {limit}", True)
    assert limit in trial.section.checks[0].reason


def test_a_log_cut_by_the_limit_has_no_points_either(tmp_path: Path) -> None:
    log = golden("read").ljust(LIMITS.output, b"x")
    assert run_as(tmp_path, FINE, log).ended == "stopped: output"


def test_a_lack_of_memory_is_recognised(tmp_path: Path) -> None:
    said = "terminate called after throwing an instance of 'std::bad_alloc'\n  what(): it\n"
    trial = run_as(tmp_path, Outcome(-6, "", 1, 1), golden("read"), said=said)
    assert (trial.ended, trial.stopped) == ("out of memory", False)


def test_bytes_that_are_no_text_do_not_matter(tmp_path: Path) -> None:
    assert run_as(tmp_path, FINE, golden("read") + b"\n 1.0.0.0:0 [9] \xff\n").section.total == 40


def test_endings_are_put_into_words() -> None:
    assert [ending(code) for code in (0, 3, -6, -63)] == [
        "exit code 0",
        "exit code 3",
        "SIGABRT",
        "signal 63",
    ]


@pytest.mark.parametrize("trap", ["link", "fifo", "folder", "missing"])
def test_only_a_plain_file_is_a_log(tmp_path: Path, trap: str) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "secret").write_text("secret")
    if trap == "link":
        (work / "dbg.log").symlink_to(tmp_path / "secret")
    elif trap == "fifo":
        os.mkfifo(work / "dbg.log")
    elif trap == "folder":
        (work / "dbg.log").mkdir()
    with log_of(tmp_path) as log:
        assert log.read() == b""


def test_a_log_that_no_run_of_the_course_writes_has_no_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "MAX_LINES", 10)
    trial = run_as(tmp_path, FINE, golden("read"))
    assert (trial.section.total, trial.ended) == (0, "exit code 0")
    assert "it is not graded" in trial.section.checks[0].reason
