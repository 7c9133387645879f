"""The settled group, its cost in time and memory, and the machine's bandwidth."""

from dataclasses import replace

import pytest
from tests.benchmarks.conftest import TINY, FakeClock

from ringscope.benchmarks import membership
from ringscope.benchmarks.bandwidth import bandwidth, bytes_per_tick
from ringscope.benchmarks.measure import Stopwatch
from ringscope.benchmarks.memory import free_memory, peak_memory, total_memory
from ringscope.benchmarks.settled import Settled, in_a_process, measure_settled, settled_cluster
from ringscope.benchmarks.suite import Bench
from ringscope.events import MembersJoined, MembersRemoved, MembersSuspected, TickEnded


@pytest.mark.parametrize("fanout", [1, 3])
def test_a_settled_group_stays_settled(fanout: int) -> None:
    cluster = settled_cluster(40, fanout)
    assert cluster.live_members() == list(range(1, 41))
    for _ in range(60):
        for event in cluster.step():
            assert not isinstance(event, MembersJoined | MembersSuspected | MembersRemoved)
            if isinstance(event, TickEnded):
                assert event.sent == 40 * fanout


def test_a_sample_is_the_time_of_a_tick() -> None:
    point = measure_settled(8, 3, 2, FakeClock(step=0.02))
    # a tick seems to take 0.02 s, so a sample has two of them
    assert point.seconds == pytest.approx([0.01, 0.01])
    assert (point.peers, point.fanout, point.suspicions) == (8, 3, 0)


def test_it_is_measured_in_a_process_of_its_own() -> None:
    point = in_a_process(8, 1, 2)
    assert point is not None
    assert (point.peers, point.fanout, len(point.seconds)) == (8, 1, 2)
    assert point.memory >= 0


def test_a_process_that_fails_gives_no_answer() -> None:
    assert in_a_process(8, 0, 2) is None


def test_the_bytes_of_a_tick() -> None:
    # heartbeats and ticks read and written, a row sent, three received; two bytes a cell
    assert bytes_per_tick(10_000, 3) == 8 * 10_000**2 * 2
    assert bytes_per_tick(10, 1, cell=4) == 6 * 100 * 4


def test_bandwidth_counts_two_reads_and_a_write() -> None:
    assert bandwidth(8_000, 2, Stopwatch(FakeClock(step=2.0))) == [12_000, 12_000]


def test_memory_is_told_in_bytes() -> None:
    assert 1e6 < peak_memory() <= total_memory()
    assert 0 < free_memory() <= total_memory()


def scripted(peers: int, fanout: int, samples: int) -> Settled:
    """A group whose ticks cost exactly N² microseconds and 10 bytes a pair."""
    return Settled(peers, fanout, [peers**2 * 1e-6] * samples, 10 * peers**2, 0)


def test_growth_memory_and_bound_come_from_the_points(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "in_a_process", scripted)
    monkeypatch.setattr(membership, "bandwidth", lambda *_: [8e9, 16e9])
    bench.scale = replace(TINY, groups=(10, 100, 1_000))
    membership.measure(bench)
    figures = {one.name: one for one in bench.figures}
    assert figures["membership.growth"].median == pytest.approx(2.0)
    assert figures["membership.1000.default"].median == 1000
    assert figures["membership.1000.memory"].median == 0.01
    assert "10.0 bytes per N²" in figures["membership.1000.memory"].note
    # 16 MB a tick, at the best speed of 16 GB/s a millisecond; the tick takes a second
    assert figures["membership.1000.bound"].median == pytest.approx(1000)


def test_a_group_too_large_for_the_machine_is_not_tried(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "in_a_process", scripted)
    monkeypatch.setattr(membership, "free_memory", lambda: 1_000_000)
    bench.scale = replace(TINY, groups=(), huge=30_000)
    membership.measure(bench)
    assert bench.missing[0].name == "membership.30000.default"
    assert "GB of memory and some to spare; 0.0 are free" in bench.missing[0].why


def test_what_does_not_answer_is_missing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "in_a_process", lambda *_: None)
    bench.scale = replace(TINY, groups=(100,))
    membership.measure(bench)
    assert [one.name for one in bench.missing] == [
        "membership.100.default",
        "membership.100.fanout1",
        "membership.growth",
    ]
    assert bench.figures == []
