"""Against the reference, with a clock and a reference that take as long as we say."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.conftest import TINY, FakeClock

from ringscope.benchmarks import campaign, playing, scenario, store
from ringscope.benchmarks.figures import Figure
from ringscope.benchmarks.measure import Clock
from ringscope.benchmarks.reference import Reference, ReferenceFailedError
from ringscope.benchmarks.suite import Bench
from ringscope.simulation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Scripted(Reference):
    """Takes ``base`` seconds and ``each`` for each create; fails from ``most`` peers on."""

    base: float = 1.0
    each: float = 0.0
    done: int | None = None
    most: int = 165

    def run(self, peers: int, folder: Path, clock: Clock) -> float:
        if peers >= self.most:
            raise ReferenceFailedError(f"the reference was killed by SIGABRT at {peers} peers")
        seconds = self.base + self.each * self.inserts
        assert isinstance(clock, FakeClock)
        clock.pass_by(seconds)
        return seconds

    def created(self, folder: Path) -> int:
        return self.inserts if self.done is None else self.done


@pytest.fixture
def seeds() -> list[int]:
    """Those of our own runs so far."""
    return []


@pytest.fixture
def plays(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock, seeds: list[int]
) -> Callable[..., list[Scenario]]:
    """Have our own runs take ``base`` seconds and ``each`` for each create."""

    def script(base: float, each: float = 0.0) -> list[Scenario]:
        played: list[Scenario] = []

        def play(one: Scenario, folder: Path, ticks: int | None = None, seed: int = 0) -> None:
            played.append(one)
            seeds.append(seed)
            clock.pass_by(base + each * one.keys)

        monkeypatch.setattr(scenario, "play", play)
        return played

    return script


def by_name(bench: Bench) -> dict[str, Figure]:
    return {one.name: one for one in bench.figures}


def test_a_run_is_played_in_full_fidelity(tmp_path: Path) -> None:
    cluster = playing.play(playing.create_scenario(10), tmp_path)
    assert cluster.finished
    log = (tmp_path / "dbg.log").read_text()
    assert log.count("coordinator: create success") == 100
    assert (tmp_path / "msgcount.log").read_text().startswith("node   1  (")
    assert (tmp_path / "stats.log").read_bytes() == b""


def test_the_comparison_is_made_at_the_references_fanout() -> None:
    one = playing.create_scenario(100)
    assert (one.peers, one.fanout, one.crud_test, one.ticks) == (100, 1, "CREATE", 700)


# --- whole runs ----------------------------------------------------------------------------------


def test_a_ratio_above_one_means_that_we_are_faster(bench: Bench, plays: Any) -> None:
    plays(0.5)
    bench.reference = Scripted(Path("app"), base=2.0)
    scenario.measure(bench)
    assert bench.ratios == {"scenario.10": 4.0}
    figures = by_name(bench)
    assert figures["scenario.10"].median == 0.5
    assert figures["reference.scenario.10"].median == 2.0
    assert figures["ratio.scenario.10"].met is True
    assert figures["scenario.10.default"].note.startswith("default fan-out")


def test_no_run_can_live_on_what_another_left(bench: Bench, plays: Any, seeds: list[int]) -> None:
    plays(0.5)
    bench.reference = Scripted(Path("app"))
    scenario._versus(bench, 10)
    assert len(set(seeds)) == len(seeds) == 1 + 3 * TINY.turns


def test_noise_that_hits_both_sides_of_a_turn_does_not_show(
    bench: Bench, plays: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine becomes ever slower; only the ratio of neighbours is the truth."""
    slower = iter([n // 2 + 1 for n in range(100)])

    def times(base: float) -> Callable[..., float]:
        return lambda *_: base * next(slower)

    monkeypatch.setattr(scenario, "timed_play", lambda *_: times(1.0))
    monkeypatch.setattr(scenario, "timed_reference", lambda *_: times(3.0))
    monkeypatch.setattr(scenario, "_ours", lambda *_: None)
    bench.reference = Scripted(Path("app"))
    scenario.measure(bench)
    one = by_name(bench)["ratio.scenario.10"]
    assert (one.median, one.low, one.high) == (3.0, 3.0, 3.0)


def test_where_the_reference_fails_there_is_no_ratio(bench: Bench, plays: Any) -> None:
    plays(0.5)
    bench.reference = Scripted(Path("app"))
    bench.scale = replace(TINY, versus=(10, 200))
    scenario.measure(bench)
    assert list(bench.ratios) == ["scenario.10"]
    [missing] = bench.missing
    assert missing.name == "ratio.scenario.200"
    assert missing.why == "the reference was killed by SIGABRT at 200 peers"
    assert by_name(bench)["scenario.200"].median == 0.5


def test_without_a_reference_ours_is_still_measured(bench: Bench, plays: Any) -> None:
    plays(0.5)
    scenario.measure(bench)
    assert set(by_name(bench)) == {"scenario.10", "scenario.10.default"}
    assert bench.ratios == {}


# --- the store -----------------------------------------------------------------------------------


def test_only_the_creates_beyond_the_first_hundred_count(bench: Bench, plays: Any) -> None:
    played = plays(7.0, each=0.001)
    bench.reference = Scripted(Path("app"), base=30.0, each=0.002)
    bench.reference_9000 = Scripted(Path("app"), inserts=300, base=30.0, each=0.002)
    store.measure(bench)
    assert bench.ratios == {"store.300": pytest.approx(2.0)}
    figures = by_name(bench)
    assert figures["store.300.rate"].median == pytest.approx(1000)
    assert figures["reference.store.300.rate"].median == pytest.approx(500)
    assert "all 300 succeeded" in figures["ratio.store.300"].note
    assert {one.keys for one in played} == {100, 300}


def test_creates_that_the_reference_lost_are_not_its_merit(bench: Bench, plays: Any) -> None:
    plays(7.0, each=0.001)
    bench.reference = Scripted(Path("app"), each=0.002)
    bench.reference_9000 = Scripted(Path("app"), inserts=300, each=0.002, done=200)
    store.measure(bench)
    assert bench.ratios == {"store.300": pytest.approx(4.0)}
    assert "100 of 300 were lost" in by_name(bench)["ratio.store.300"].note


def test_noise_larger_than_the_difference_gives_no_ratio(bench: Bench, plays: Any) -> None:
    plays(7.0, each=0.0)
    bench.reference = bench.reference_9000 = Scripted(Path("app"), inserts=300)
    store.measure(bench)
    assert bench.ratios == {}
    assert [one.name for one in bench.missing] == ["ratio.store.300"]


# --- campaigns -----------------------------------------------------------------------------------


def test_a_campaign_is_compared_in_a_row_and_side_by_side(
    bench: Bench, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "_grade", lambda runs: clock.pass_by(0.5 * runs))
    bench.reference = Scripted(Path("app"), base=2.0)
    campaign.measure(bench)
    figures = by_name(bench)
    assert figures["campaign"].median == 2.0
    assert figures["ratio.campaign"].median == 4.0
    assert "ratio.campaign.parallel" in figures
