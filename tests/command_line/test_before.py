"""What is said on stderr before a run: memory of large groups, and missing compilers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ringscope.cli import main
from ringscope.command_line import before
from ringscope.command_line.campaign import processes_for
from ringscope.kernel import uncompiled_notice
from ringscope.simulation.group import memory_needed
from ringscope.simulation.scenario import Scenario, ScenarioError

LARGE = Scenario("large", "", 30_000)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def large(tmp_path: Path) -> str:
    """A large group that hardly starts."""
    path = tmp_path / "large.conf"
    path.write_text("MAX_NNB: 2001\nTICKS: 1\nSTARTS_PER_TICK: 2001\nSINGLE_FAILURE: 1\n")
    return str(path)


def test_the_need_and_the_machine_stand_in_one_line() -> None:
    assert before.demand(LARGE, 7_204_000_000, 23_400_000_000) == (
        "30,000 peers: about 7.2 GB of memory for the member lists; this machine has 23.4 GB"
    )


def test_without_knowledge_of_the_machine_only_the_need_is_said() -> None:
    assert before.demand(LARGE, 7_204_000_000, None) == (
        "30,000 peers: about 7.2 GB of memory for the member lists"
    )


def test_what_cannot_fit_is_refused_in_one_sentence() -> None:
    with pytest.raises(ScenarioError) as caught:
        before.demand(LARGE, 14_400_000_000, 8_000_000_000, at_once=2, graded=True)
    assert str(caught.value) == (
        "large: 30,000 peers need about 14.4 GB of memory for the member lists and the log, in 2 "
        "processes together, and this machine has 8.0 GB; lower MAX_NNB or --jobs"
    )


def test_a_graded_run_keeps_its_log() -> None:
    lists = memory_needed(30_000, 700 + 7450)  # four start per tick
    assert before.memory_of(LARGE, graded=False) == lists
    assert before.memory_of(LARGE, graded=True) == lists + before.GRADED_LOG_BYTES * 30_000**2


def test_this_machine_has_memory_or_keeps_it_secret() -> None:
    there = before.physical_memory()
    assert there is None or there > 100_000_000


@pytest.mark.parametrize("error", [AttributeError, OSError, ValueError])
def test_a_system_that_does_not_tell_is_no_trouble(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def sysconf(_: str) -> int:
        raise error

    monkeypatch.setattr(os, "sysconf", sysconf)
    assert before.physical_memory() is None


def test_small_groups_start_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "small.conf").write_text("MAX_NNB: 3\nTICKS: 5\n")
    result = invoke("run", str(tmp_path / "small.conf"), "--out", str(tmp_path))
    assert (result.exit_code, result.stderr) == (0, "")


def test_run_announces_a_large_group_once(large: str, tmp_path: Path) -> None:
    result = invoke("run", large, "small-group", "--out", str(tmp_path), "--no-recording")
    assert result.exit_code == 0
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("2,001 peers: about 0.0 GB of memory for the member lists")


@pytest.mark.parametrize("command", [["run"], ["grade"], ["verify"]])
def test_nothing_starts_that_cannot_fit(
    command: list[str], large: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(before, "physical_memory", lambda: 1_000_000)
    result = invoke(*command, large)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: large: 2,001 peers need about ")
    assert result.stderr.endswith("this machine has 0.0 GB; lower MAX_NNB\n")
    assert [path.name for path in tmp_path.iterdir()] == ["large.conf"]


def test_processes_that_run_at_once_are_counted() -> None:
    assert processes_for([LARGE], range(1), jobs=8) == 1
    assert processes_for([LARGE], range(39), jobs=8) == 1
    assert processes_for([LARGE], range(40), jobs=8) == 8
    assert processes_for([LARGE] * 20, range(2), jobs=8) == 2


# --- without a compiler ---------------------------------------------------------------------------

EVENTFUL = """\
MAX_NNB: 6
TICKS: 190
FANOUT: 2
CRUD_TEST: UPDATE
KEYS: 5
DROP_MSG: 1
MSG_DROP_PROB: 0.2
AT 20 PARTITION 1 | 2,3,4,5,6 UNTIL 70
AT 25 FAIL 1
AT 30 RESTART 1
AT 60 LEAVE 3
AT 90 JOIN 7
"""
FILES = ("dbg.log", "msgcount.log", "events.jsonl")


def run_in(
    folder: Path, conf: Path, *python: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *python, "run", str(conf), "--out", str(folder)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )


def test_uncompiled_runs_are_the_same_and_say_so_once(tmp_path: Path) -> None:
    conf = tmp_path / "eventful.conf"
    conf.write_text(EVENTFUL)
    without_numba = (
        "import sys; sys.modules['numba'] = None; import ringscope.cli; ringscope.cli.main()"
    )
    compiled = run_in(tmp_path / "compiled", conf, "-m", "ringscope.cli")
    plain = run_in(tmp_path / "plain", conf, "-m", "ringscope.cli", NUMBA_DISABLE_JIT="1")
    missing = run_in(tmp_path / "missing", conf, "-c", without_numba)
    assert compiled.stderr == ""
    assert plain.stderr == missing.stderr
    assert plain.stderr.startswith("numba is missing or switched off, so nothing is compiled: ")
    assert plain.stderr.count("\n") == 1
    for name in FILES:
        expected = (tmp_path / "compiled" / "eventful" / name).read_bytes()
        for other in "plain", "missing":
            assert (tmp_path / other / "eventful" / name).read_bytes() == expected, name


def test_with_a_compiler_there_is_nothing_to_say() -> None:
    assert uncompiled_notice() is None
