"""``ringscope grade-program``: what it shows and what it refuses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.program.conftest import HONEST, MAKEFILE

from ringscope.cli import main
from ringscope.command_line.grade_program import Request
from ringscope.program.sandbox import MEGABYTE
from ringscope.simulation.scenario import COURSE

GOLDEN = Path(__file__).parent.parent / "golden"
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["grade-program", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def hand_in(name: str, script: str = HONEST, makefile: str = MAKEFILE) -> None:
    folder = Path("class") / name
    (folder / "golden").mkdir(parents=True)
    for scenario in COURSE:
        shutil.copy(GOLDEN / f"{scenario}.log", folder / "golden")
    (folder / "MP2Node.cpp").touch()
    (folder / "Makefile").write_text(makefile)
    (folder / "program.sh").write_text("#!/bin/sh\n" + script)


@needs_make
def test_a_good_program_passes(invoke: Invoke) -> None:
    hand_in("ann")
    result = invoke("class/ann", "--runs", "1")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("ann (MP2): pass, 90 of 90 points in 1 run\n")
    assert "1/1 = 100.0% (20.7% to 100.0%)" in result.output
    assert "Kept apart. network: " in result.output


@needs_make
def test_a_class_is_summed_up(invoke: Invoke) -> None:
    hand_in("ann")
    hand_in("bob", 'case $1 in *read*) echo "[bold]gone" >&2; exit 3;; esac\n' + HONEST)
    hand_in("cid", makefile="all:\n\techo error in MP2Node.cpp; exit 1\nclean:\n")
    result = invoke("class", "--runs", "1", "--jobs", "2")
    assert result.exit_code == 1
    assert "bob (MP2): fail, 50 of 90 points in 1 run" in result.output
    assert "last words in the worst run of read: [bold]gone" in result.output
    assert "cid (MP2): not graded: make failed with exit code 2" in result.output
    assert "    error in MP2Node.cpp" in result.output
    assert "read.1 (0/1), read.2 (0/1)" in result.output
    assert "3 submissions, 2 of them built. Median points: 90 (1×), 50 (1×), 0 (1×)" in (
        result.output
    )


@needs_make
def test_json_has_a_line_for_each_submission(invoke: Invoke) -> None:
    hand_in("ann", HONEST + "kill -SEGV $$\n")
    hand_in("bob", makefile="all:\n\techo no; exit 1\nclean:\n")
    result = invoke(
        "class", "--runs", "1", "--format", "json", "--out", "results/all.jsonl", "--keep", "kept"
    )
    assert (result.exit_code, result.output) == (1, "")
    ann, bob = map(json.loads, Path("results/all.jsonl").read_text().splitlines())
    assert (ann["name"], ann["kind"], ann["built"], ann["passed"]) == ("ann", "mp2", True, True)
    assert ann["total"] == {"median": 90.0, "min": 90.0, "max": 90.0}
    create = ann["scenarios"][0]
    assert (create["name"], create["ended"]) == ("create", {"SIGSEGV": 1})
    assert (create["runs"], create["distinct_logs"]) == (1, 1)
    [check] = create["checks"]
    assert (check["id"], check["passed"], check["verdict"]) == ("create.1", 1, "pass")
    assert check["low"] == pytest.approx(0.2065, abs=1e-4)
    assert ann["protections"].keys() == {"network", "files", "processes", "user"}
    assert (bob["built"], bob["totals"]) == (False, [0])
    assert "no" in bob["compiler"]
    assert Path("kept/ann/create.log").read_bytes() == (GOLDEN / "create.log").read_bytes()


@needs_make
def test_the_kind_can_be_given(invoke: Invoke) -> None:
    hand_in("ann")
    result = invoke("class/ann", "--runs", "1", "--kind", "mp1")
    assert result.exit_code == 0
    assert "ann (MP1): pass" in result.output


@needs_make
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["empty"], "empty: neither it nor a folder in it has a Makefile"),
        (["missing"], "Path 'missing' does not exist"),
        (["text"], "text: is neither a folder nor a zip"),
        (["empty", "--skeleton", "empty"], "--skeleton must name"),
        (["empty", "--runs", "0"], "--runs"),
        (["empty", "--time", "0"], "--time"),
        ([], "Missing argument 'DIR...'"),
    ],
)
def test_bad_input_is_refused(invoke: Invoke, arguments: list[str], complaint: str) -> None:
    Path("empty").mkdir()
    Path("text").touch()
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert complaint in result.output


def test_without_make_there_is_nothing_to_do(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = invoke(".")
    assert result.exit_code == 2
    assert "install make" in result.output


def test_windows_is_told_in_a_sentence(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    result = invoke(".")
    assert result.exit_code == 2
    assert "use WSL" in result.output


def test_builds_may_take_more_than_runs() -> None:
    request = Request(
        folders=(), kind="auto", runs=5, jobs=1, skeleton=None, format="text", out=None,
        seconds=2, memory=64, output=1, processes=4, keep=None,
    )  # fmt: skip
    plan = request.plan()
    assert (plan.kind, plan.limits.cpu, plan.limits.wall) == (None, 2, 6)
    assert plan.limits.memory == 64 * MEGABYTE
    for run, building in zip(plan.limits, plan.build_limits, strict=True):
        assert building > run
    assert request._replace(memory=0).plan().build_limits.memory == 0
    assert request._replace(kind="mp2").plan().kind == "mp2"
