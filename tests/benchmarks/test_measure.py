"""Taking time: repeated, and in turns."""

from tests.benchmarks.conftest import FakeClock

from ringscope.benchmarks.measure import Pair, Stopwatch, take_turns


def test_a_stopwatch_takes_the_time_of_each_call(clock: FakeClock) -> None:
    assert Stopwatch(clock).times(lambda: clock.pass_by(2), 3) == [2, 2, 2]


def test_both_sides_take_turns_and_we_begin() -> None:
    calls: list[str] = []

    def ours() -> float:
        calls.append("ours")
        return 1.0

    def theirs() -> float:
        calls.append("theirs")
        return 3.0

    assert [pair.ratio for pair in take_turns(ours, theirs, 2)] == [3.0, 3.0]
    assert calls == ["ours", "theirs"] * 2


def test_the_ratio_says_how_many_times_as_fast_we_are() -> None:
    assert Pair(ours=0.5, theirs=2.0).ratio == 4.0
