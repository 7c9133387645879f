"""``ringscope bench``: what it prints and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.benchmarks.conftest import LOGS, TINY

from ringscope.benchmarks import images, suite
from ringscope.benchmarks.figures import Machine, Missing, Results, figure
from ringscope.benchmarks.suite import FULL, NAMES, QUICK
from ringscope.cli import main
from ringscope.command_line import bench

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Call the command where a quick run is tiny."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bench, "QUICK", TINY)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["bench", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A program that behaves like the course's."""
    path = tmp_path / "Application"
    path.write_text("#!/bin/sh\ninserts=100" + LOGS)
    path.chmod(0o755)
    return path


def test_json_is_one_object_with_ratios_and_figures(invoke: Invoke, application: Path) -> None:
    result = invoke("--quick", "--only", "scenario", "--reference", str(application), "--json")
    assert result.exit_code == 0
    [line] = result.stdout.splitlines()
    value = json.loads(line)
    assert value.keys() == {"ratios", "figures", "machine", "missing", "quick", "ringscope"}
    assert value["ratios"].keys() == {"scenario.10"}
    assert [one["why"] for one in value["missing"]] == [suite.LEFT_OUT]
    ratio = next(one for one in value["figures"] if one["name"] == "ratio.scenario.10")
    assert ratio["median"] == value["ratios"]["scenario.10"]
    assert ratio["target"] == "at least 2"
    assert ratio["repeats"] == 6
    for one in value["figures"]:
        assert one.keys() == {
            "name", "unit", "median", "low", "high", "repeats", "note", "target", "met",
        }  # fmt: skip


def test_the_table_shows_figures_targets_and_what_is_missing(invoke: Invoke) -> None:
    result = invoke("--quick", "--only", "operations", "--only", "store")
    assert result.exit_code == 0
    assert "store.lost" in result.stdout
    assert "at most 0" in result.stdout
    assert "Not measured: ratios: no --reference was given" in result.stdout


def test_stdout_is_for_results_only(invoke: Invoke) -> None:
    result = invoke("--quick", "--only", "operations", "--json")
    json.loads(result.stdout)
    assert result.stderr == ""


def test_plots_are_drawn_where_wanted(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "draw", lambda results, folder: [folder / "growth.svg"])
    result = invoke("--quick", "--only", "operations", "--json", "--plots", "plots")
    assert json.loads(result.stdout)["figures"]
    assert "plots/growth.svg" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--reference", "nowhere"], "nowhere does not exist; name the Application"),
        (["--reference", "."], "is a folder; name the program in it, Application"),
        (["--reference-9000", "nowhere"], "nowhere does not exist"),
        (["--only", "nothing"], "there is no benchmark nothing; there are scenario, store"),
        (["--repeat", "0"], "0 is not in the range"),
        (["--turns", "many"], "'many' is not a valid integer"),
    ],
)
def test_bad_input_exits_with_2_and_a_sentence(
    arguments: list[str], complaint: str, invoke: Invoke
) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_program_that_is_not_the_reference_is_refused(invoke: Invoke, application: Path) -> None:
    application.write_text("#!/bin/sh\nexit 9\n")
    result = invoke("--reference", str(application))
    assert result.exit_code == 2
    assert result.output == "Error: the reference ended with exit code 9 at 10 peers\n"


def test_the_second_program_must_do_all_creates(invoke: Invoke, application: Path) -> None:
    arguments = ["--reference", str(application), "--reference-9000", str(application)]
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert "has logged only 100 creates, so it was not built with 9000" in result.output


def test_the_size_can_be_chosen() -> None:
    assert bench.scale(quick=False, repeat=None, turns=None) == FULL
    assert bench.scale(quick=True, repeat=None, turns=None) == QUICK
    chosen = bench.scale(quick=False, repeat=3, turns=9)
    assert (chosen.repeats, chosen.turns, chosen.groups) == (3, 9, FULL.groups)


def test_a_missed_target_is_told_but_is_no_failure(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(2, 8.0, "a processor", "Linux", "3.11.7", "2.4.6", compiled=False)
    figures = [
        figure("help.cold", "s", [0.3, 0.4], "[help]"),
        figure("ratio.campaign", "times", [3]),
    ]
    results = Results({}, figures, machine, [Missing("page", "no [browser]")], False, "0.1.0")
    monkeypatch.setattr(bench, "measure", lambda *_: results)
    result = invoke()
    assert result.exit_code == 0
    assert "Times as fast as the reference" in result.stdout
    assert "0.35 s" in result.stdout
    assert "[help]" in result.stdout
    assert "kernels not compiled" in result.stdout
    assert "Not measured: page: no [browser]" in result.stdout


def test_help_names_every_benchmark(invoke: Invoke) -> None:
    words = " ".join(invoke("--help").stdout.split())
    assert f"Benchmarks: {', '.join(NAMES)}." in words
    assert bench.TITLES.keys() == set(NAMES)


def test_an_interrupt_leaves_no_scratch_files(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))

    def interrupted(name: str, one: suite.Bench) -> None:
        one.folder(name)
        raise KeyboardInterrupt

    monkeypatch.setattr(suite, "_measure", interrupted)
    assert invoke("--quick").exit_code != 0
    assert list((tmp_path / "scratch").iterdir()) == []
