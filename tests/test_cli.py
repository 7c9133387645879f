"""The ``ringscope`` command: what it writes, prints, and exits with."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from ringscope import __version__
from ringscope.cli import main
from ringscope.cli.grade import seed_range
from ringscope.command_line import campaign
from ringscope.events import TickEnded
from ringscope.grading.report import Report
from ringscope.observers.recording import read_recording
from ringscope.simulation.scenario import COURSE, shipped

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command in an empty folder; an exception that is not an exit fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A conf that is quick to run."""
    path = tmp_path / "small.conf"
    path.write_text("MAX_NNB: 4\nKEYS: 5\nTICKS: 120\nSEED: 7\nCRUD_TEST: CREATE\n")
    return path


@pytest.fixture
def losing(tmp_path: Path) -> Path:
    """A conf whose creates are all lost."""
    path = tmp_path / "losing.conf"
    path.write_text("MAX_NNB: 4\nKEYS: 5\nTICKS: 130\nCRUD_TEST: CREATE\nAT 60 DROP 1\n")
    return path


# --- run -----------------------------------------------------------------------------------------


def test_run_leaves_the_four_files(invoke: Invoke, small: Path, tmp_path: Path) -> None:
    result = invoke("run", str(small))
    assert result.exit_code == 0
    assert "small: seed 7, writing to runs/small/" in result.output
    folder = tmp_path / "runs" / "small"
    assert {path.name for path in folder.iterdir()} == {
        "dbg.log",
        "stats.log",
        "msgcount.log",
        "events.jsonl",
    }
    assert (folder / "dbg.log").read_bytes().startswith(b"131\n\n [0] APP\n 1.0.0.0:0 [0] APP MP2")
    assert (folder / "stats.log").read_bytes() == b""
    assert (folder / "msgcount.log").read_bytes().startswith(b"node   1  (   0,    0)")
    started = next(read_recording(folder / "events.jsonl"))
    assert (started.seed, started.scenario) == (7, small.read_text())  # type: ignore[union-attr]


def test_run_takes_names_seeds_and_a_folder(invoke: Invoke, small: Path, tmp_path: Path) -> None:
    result = invoke("run", str(small), "small-group", "--seed", "3", "--out", "deep/er")
    assert result.exit_code == 0
    assert "small-group: seed 3" in result.output
    for name in "small", "small-group":
        assert (tmp_path / "deep" / "er" / name / "dbg.log").stat().st_size > 0


def test_without_a_recording_the_logs_are_the_same(
    invoke: Invoke, small: Path, tmp_path: Path
) -> None:
    assert invoke("run", str(small), "--out", "full").exit_code == 0
    assert invoke("run", str(small), "--out", "bare").exit_code == 0
    assert invoke("run", str(small), "--out", "bare", "--no-recording").exit_code == 0
    full, bare = tmp_path / "full" / "small", tmp_path / "bare" / "small"
    assert not (bare / "events.jsonl").exists()  # nor one of an earlier run
    for name in "dbg.log", "stats.log", "msgcount.log":
        assert (bare / name).read_bytes() == (full / name).read_bytes()


def test_a_run_stopped_by_ctrl_c_leaves_whole_lines_and_says_so(
    invoke: Invoke, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def see(_: object, event: object) -> None:
        if isinstance(event, TickEnded) and event.tick == 105:
            raise KeyboardInterrupt

    monkeypatch.setattr("ringscope.command_line.folder.Ticks.see", see)
    result = invoke("run", str(small))
    assert result.exit_code == 130
    assert result.stderr == "Error: stopped by Ctrl-C; what is written so far is incomplete\n"
    folder = tmp_path / "runs" / "small"
    events = list(read_recording(folder / "events.jsonl"))
    assert max(event.tick for event in events) == 105
    assert "coordinator: create success at time" in (folder / "dbg.log").read_text()


def test_nothing_runs_when_one_of_the_files_is_bad(
    invoke: Invoke, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.conf").write_text("MAX_NNB: 0\n")
    result = invoke("run", str(small), "bad.conf")
    assert result.exit_code == 2
    assert result.output == (
        "Error: bad.conf, line 1: MAX_NNB must be a whole number from 1 to 30000, found '0'; "
        "write for example MAX_NNB: 1\n"
    )
    assert not (tmp_path / "runs").exists()


def test_two_files_of_one_name_are_refused(invoke: Invoke, small: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "small.conf").write_text(small.read_text())
    result = invoke("run", "small.conf", "other/small.conf")
    assert result.exit_code == 2
    assert "called small.conf" in result.output


def test_a_folder_that_cannot_be_written_is_a_sentence(
    invoke: Invoke, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    result = invoke("run", str(small), "--out", "taken/here")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert "taken" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "no-such-scenario"],
        ["run", "."],
        ["run", "read", "--seed", "-1"],
        ["run", "read", "--seed", "x"],
        ["grade", "--seed", "1", "--seeds", "1-2"],
        ["grade", "--seeds", "2-1"],
        ["grade", "--seeds", "1-2-3"],
        ["grade", "--seeds", "0-99999999"],
        ["grade", "fanout-one"],
        ["grade", "nothing.conf"],
        ["verify"],
        ["verify", "nothing.conf"],
        ["serve", "--host", "0.0.0.0"],
        ["serve", "--demo", "nothing"],
        ["serve", "--port", "70000"],
        ["dance"],
    ],
)
def test_bad_input_exits_with_2_and_a_sentence(arguments: list[str], invoke: Invoke) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert "Traceback" not in result.output


# --- grade ---------------------------------------------------------------------------------------


def test_grade_of_the_seven_as_json(invoke: Invoke) -> None:
    result = invoke("grade", "--json")
    assert result.exit_code == 0
    [line] = result.output.splitlines()
    report = json.loads(line)
    assert list(report) == ["seed", "mp1", "mp2"]
    assert (report["mp1"]["total"], report["mp1"]["max"]) == (90, 90)
    assert (report["mp2"]["total"], report["mp2"]["max"]) == (90, 90)
    for section in report["mp1"], report["mp2"]:
        assert list(section) == ["total", "max", "checks"]
        for check in section["checks"]:
            assert list(check) == ["id", "points", "max", "passed", "reason"]
            assert check["passed"] is True


def test_lost_points_exit_with_1_and_say_why(invoke: Invoke, losing: Path) -> None:
    result = invoke("grade", str(losing))
    assert result.exit_code == 1
    assert "create.1" in result.output
    assert "0/3" in result.output
    assert "Expected 20 create success lines, 4 for each of 5 creates, saw " in result.output
    assert "\x1b" not in result.output


def test_many_seeds_give_rates_and_the_worst_seed(
    invoke: Invoke, losing: Path, small: Path
) -> None:
    result = invoke("grade", str(small), "--seeds", "1-5")
    assert result.exit_code == 0
    assert "5/5 = 100.0% (56.6% to 100.0%)" in result.output
    assert "Worst seed" not in result.output
    result = invoke("grade", str(losing), "--seeds", "3-5")
    assert result.exit_code == 1
    assert "0/3 = 0.0% (0.0% to 56.1%)" in result.output
    assert "Worst seed: 3 with MP2 0/3" in result.output
    assert f"See it again: ringscope grade {losing} --seed 3" in result.output


def test_one_json_line_per_seed(invoke: Invoke, small: Path) -> None:
    lines = invoke("grade", str(small), "--seeds", "4-6", "--json").output.splitlines()
    assert [json.loads(line)["seed"] for line in lines] == [4, 5, 6]


def test_files_with_different_seeds_need_one(invoke: Invoke, small: Path, losing: Path) -> None:
    assert "with --seed" in invoke("grade", str(small), str(losing)).stderr
    assert invoke("grade", str(small), str(losing), "--seed", "1", "--json").exit_code == 1


@pytest.mark.parametrize(
    ("text", "seeds"), [("1-3", [1, 2, 3]), (" 7 - 7 ", [7]), ("5", [5]), ("0-0", [0])]
)
def test_seed_ranges(text: str, seeds: list[int]) -> None:
    assert list(seed_range(text)) == seeds


def test_a_bug_says_so_and_shows_where_only_when_asked(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, small: Path
) -> None:
    def broken(*_: object) -> Report:
        raise ValueError("of ours")

    monkeypatch.setattr(campaign, "grade_seed", broken)
    result = invoke("grade", str(small))
    assert result.exit_code == 2
    assert "this is a bug in Ringscope (ValueError: of ours)" in result.stderr
    monkeypatch.setenv("RINGSCOPE_TRACEBACK", "1")
    with pytest.raises(ValueError, match="of ours"):
        invoke("grade", str(small))


# --- verify, serve -------------------------------------------------------------------------------


def test_verify_finds_two_equal_runs(invoke: Invoke, small: Path) -> None:
    result = invoke("verify", str(small), "--seed", "3")
    assert result.exit_code == 0
    assert result.output == "small, seed 3: both runs are the same, byte by byte\n"


def test_verify_reports_a_difference_with_exit_code_1(
    invoke: Invoke, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ringscope.command_line.verify.difference_between_two_runs",
        lambda conf, seed: "events.jsonl differs first on line 9",
    )
    result = invoke("verify", str(small))
    assert result.exit_code == 1
    assert result.output == "small, seed 7: events.jsonl differs first on line 9\n"


def test_serve_hands_its_options_to_the_server(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[dict[str, object]] = []
    server = SimpleNamespace(serve=lambda **options: calls.append(options))
    monkeypatch.setitem(sys.modules, "ringscope.server.app", server)
    assert invoke("serve").exit_code == 0
    arguments = ["--host", "0.0.0.0", "--port", "0", "--instance", str(tmp_path), "--demo"]
    monkeypatch.setenv("RINGSCOPE_TOKEN", "secret")
    assert invoke("serve", *arguments).exit_code == 0
    assert invoke("serve", "--demo", "partition").exit_code == 0
    plain = {"host": "127.0.0.1", "port": 5000, "token": None, "instance": None, "play": None}
    assert calls[0] == plain
    assert calls[1] == {
        "host": "0.0.0.0",
        "port": 0,
        "token": "secret",
        "instance": tmp_path,
        "play": "read",
    }
    assert calls[2]["play"] == "partition"


# --- as a process --------------------------------------------------------------------------------


def process(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ringscope.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload, no-any-return]


def test_version_and_help() -> None:
    assert process("--version").stdout == f"ringscope, version {__version__}\n"
    text = process("--help").stdout
    assert all(command in text for command in ("run", "grade", "verify", "serve"))


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, ringscope.cli\n"
        "ringscope.cli.main(['--help'], standalone_mode=False)\n"
        "print(sorted({'numpy', 'numba', 'flask', 'eventlet', 'rich', 'plotly', 'mmh3'}"
        " & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "[]"


def test_many_processes_give_what_one_gives(small: Path) -> None:
    arguments = ("grade", str(small), "--json", "--seeds", f"1-{campaign.WORTH_PROCESSES}")
    alone, shared = process(*arguments, "--jobs", "1"), process(*arguments, "--jobs", "2")
    assert alone.returncode == shared.returncode == 0
    assert alone.stdout == shared.stdout
    assert alone.stdout.count("\n") == campaign.WORTH_PROCESSES
    assert shared.stderr == ""


def test_a_reader_that_goes_away_is_no_reason_for_a_traceback(small: Path) -> None:
    command = [sys.executable, "-m", "ringscope.cli", "grade", str(small), "--json"]
    child = subprocess.Popen(
        [*command, "--seeds", "1-30"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    complaint = child.stderr.read()
    child.stderr.close()
    assert child.wait() == 1
    assert complaint == b""


def test_a_campaign_stopped_by_ctrl_c_says_one_sentence(small: Path) -> None:
    command = [sys.executable, "-m", "ringscope.cli", "grade", str(small), "--json"]
    child = subprocess.Popen(
        [*command, "--seeds", "1-100000", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that its own processes, too, hear what we send
    )
    assert child.stdout is not None
    assert child.stdout.readline().startswith(b'{"seed":1,')
    os.killpg(child.pid, signal.SIGINT)
    _, complaint = child.communicate()
    assert child.returncode == 130
    assert complaint == b"Error: stopped by Ctrl-C; what is written so far is incomplete\n"


def test_the_default_is_the_course(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def remember(
        scenarios: list[SimpleNamespace], seeds: range, jobs: int
    ) -> Generator[Report, None, None]:
        seen.extend(scenario.name for scenario in scenarios)
        yield from ()

    monkeypatch.setattr(campaign, "grade_seeds", remember)
    invoke("grade", "--json")
    assert tuple(seen) == COURSE == tuple(shipped())[:7]
