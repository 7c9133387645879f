"""The whole suite at tiny sizes: every benchmark answers, and says what it could not measure."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.benchmarks.conftest import LOGS, TINY, FakeClock, Program

from ringscope.benchmarks import cold, grading, suite
from ringscope.benchmarks.figures import Results
from ringscope.benchmarks.reference import Reference
from ringscope.benchmarks.suite import FULL, LEFT_OUT, NAMES, NO_REFERENCE, Bench, run_suite

#: Those that need neither a server nor a browser.
ALONE = tuple(name for name in NAMES if name not in ("viewers", "page"))


@pytest.fixture(scope="module")
def results() -> Results:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cold, "COMMANDS", {"help.cold": ("--help", "help")})
        return run_suite(ALONE, TINY)


def test_every_benchmark_has_its_figures(results: Results) -> None:
    names = {one.name for one in results.figures}
    assert names >= {
        "scenario.10",
        "scenario.10.default",
        "campaign",
        "membership.8.default",
        "membership.8.fanout1",
        "memory.bandwidth",
        "membership.8.bound",
        "store.12",
        "store.lost",
        "store.linear",
        "grade.seed",
        "grade.logs",
        "frames.4",
        "help.cold",
        "stage.4.store",
        "stage.4.membership kernels",
    }


def test_every_figure_is_a_measurement_with_its_spread(results: Results) -> None:
    for one in results.figures:
        assert one.low <= one.median <= one.high, one
        assert one.repeats >= 1
        if one.name not in ("store.lost", "membership.4.memory", "membership.8.memory"):
            assert one.median > 0, one
    assert len({one.name for one in results.figures}) == len(results.figures)


def test_the_shares_of_a_run_make_a_hundred(results: Results) -> None:
    shares = [one.median for one in results.figures if one.name.startswith("stage.4.")]
    assert sum(shares) == pytest.approx(100, abs=0.1)


def test_without_a_reference_it_says_why_there_are_no_ratios(results: Results) -> None:
    assert results.ratios == {}
    assert [one.why for one in results.missing if one.name == "ratios"] == [NO_REFERENCE]


def test_the_machine_is_described(results: Results) -> None:
    machine = results.machine
    assert machine.cores >= 1
    assert machine.memory > 0
    assert machine.processor
    assert machine.python.startswith("3.")


def test_results_survive_being_json(results: Results) -> None:
    assert msgspec.json.decode(msgspec.json.encode(results), type=Results) == results


def test_what_was_left_out_is_told() -> None:
    [one] = run_suite(["grading"], TINY).missing
    assert one.name == ", ".join(name for name in NAMES if name != "grading")
    assert one.why == LEFT_OUT


def test_only_a_full_run_is_called_full() -> None:
    assert run_suite((), FULL).quick is False
    assert run_suite((), TINY).quick is True


def test_they_run_in_their_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(suite, "_measure", lambda name, bench: ran.append(name))
    told: list[str] = []
    run_suite(reversed(NAMES), TINY, tell=told.append)
    assert ran == told == list(NAMES)


def test_a_reference_that_fails_midway_costs_only_its_own_figures(program: Program) -> None:
    failing = Reference(program("exit 1"))
    results = run_suite(["scenario", "store", "campaign"], TINY, failing)
    assert [one.name for one in results.missing[1:]] == [
        "ratio.scenario.10",
        "ratio.store.300",
        "campaign",
    ]
    assert {one.name for one in results.figures} == {"scenario.10", "scenario.10.default"}


def test_a_reference_of_a_real_process_gives_ratios(program: Program, tmp_path: Path) -> None:
    few = Reference(program("inserts=100" + LOGS))
    many = Reference(program("inserts=300; sleep 0.1" + LOGS, "many"), inserts=300)
    results = run_suite(["scenario", "store"], TINY, few, many)
    assert results.ratios.keys() >= {"scenario.10"}
    assert all(ratio > 0 for ratio in results.ratios.values())


@pytest.mark.parametrize("name", ["grading", "logs"])
def test_without_the_courses_scenarios_nothing_is_graded(
    name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"ringscope.benchmarks.{name}.shipped", dict)
    suite._measure(name, bench)
    assert bench.figures == []
    assert len(bench.missing) == 1


def test_seeds_are_timed_one_by_one(bench: Bench) -> None:
    bench.clock = FakeClock(step=1.0)
    bench.scale = replace(TINY, seeds=2)
    grading.measure(bench)
    [one] = bench.figures
    assert (one.median, one.repeats) == (1.0, 2)
    assert "full marks for 2 of 2 seeds" in one.note
