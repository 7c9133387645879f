"""The membership alone: the cost of a tick in a settled group, by size, in time and memory."""

from math import log
from statistics import linear_regression

from ringscope.benchmarks.bandwidth import bandwidth, bytes_per_tick
from ringscope.benchmarks.memory import free_memory
from ringscope.benchmarks.settled import Settled, in_a_process
from ringscope.benchmarks.suite import Bench
from ringscope.simulation.group import memory_needed

DEFAULT_FANOUT = 3
#: From this size on the rows are long enough for the cost of a tick to be theirs.
ROWS_DECIDE = 100
#: Samples of a group that is too large for any hurry.
FEW = 2
NO_ANSWER = "the process that measured it ended without an answer"


def measure(bench: Bench) -> None:
    """Measure every size at the default fan-out and at 1; growth, memory and bandwidth."""
    points: dict[int, list[Settled]] = {DEFAULT_FANOUT: [], 1: []}
    for peers in bench.scale.groups:
        for fanout, measured in points.items():
            if (point := _point(bench, peers, fanout, bench.scale.repeats)) is not None:
                measured.append(point)
    if bench.scale.huge:
        _huge(bench, bench.scale.huge)
    _growth(bench, points[DEFAULT_FANOUT])
    _bound(bench, points[DEFAULT_FANOUT])


def _name(peers: int, fanout: int) -> str:
    return f"membership.{peers}.{'default' if fanout == DEFAULT_FANOUT else f'fanout{fanout}'}"


def _point(bench: Bench, peers: int, fanout: int, samples: int) -> Settled | None:
    name = _name(peers, fanout)
    point = in_a_process(peers, fanout, samples)
    if point is None:
        bench.miss(name, NO_ANSWER)
        return None
    note = f"a tick, fan-out {fanout}"
    if point.suspicions:
        note += f"; not settled: {point.suspicions} events of suspecting somebody"
    bench.add(name, "ms", [1000 * seconds for seconds in point.seconds], note)
    if fanout == DEFAULT_FANOUT and peers >= 1000:
        per_pair = point.memory / peers**2
        note = f"at its peak; {per_pair:.1f} bytes per N²"
        bench.add(f"membership.{peers}.memory", "GB", [point.memory / 1e9], note)
    return point


def _huge(bench: Bench, peers: int) -> None:
    """Measure a group that not every machine has the memory for."""
    needed, free = memory_needed(peers, 20_000), free_memory()
    if needed * 5 / 4 > free:
        why = f"needs {needed / 1e9:.1f} GB of memory and some to spare; {free / 1e9:.1f} are free"
        bench.miss(_name(peers, DEFAULT_FANOUT), why)
        return
    _point(bench, peers, DEFAULT_FANOUT, FEW)


def _growth(bench: Bench, points: list[Settled]) -> None:
    """Fit how the cost of a tick grows with N: the slope in a plot of logarithms."""
    large = [point for point in points if point.peers >= ROWS_DECIDE]
    if len(large) < 2:
        bench.miss("membership.growth", "needs at least two sizes of 100 peers and more")
        return
    sizes = [log(point.peers) for point in large]
    slopes = [
        linear_regression(sizes, [log(seconds) for seconds in sample]).slope
        for sample in zip(*(point.seconds for point in large), strict=True)
    ]
    note = f"exponent of N, from {large[0].peers} to {large[-1].peers} peers; N² is 2"
    bench.add("membership.growth", "exponent", slopes, note)


def _bound(bench: Bench, points: list[Settled]) -> None:
    """Compare the largest group with the time that moving its rows must take."""
    if not points:
        return
    speeds = bandwidth(bench.scale.triad, bench.scale.repeats, bench.watch)
    note = "triad on all cores; the best one is the bound's"
    bench.add("memory.bandwidth", "GB/s", [speed / 1e9 for speed in speeds], note)
    point = points[-1]
    moved = bytes_per_tick(point.peers, point.fanout)
    bound = moved / max(speeds)
    name = f"membership.{point.peers}"
    note = f"must move {moved / 1e9:.3g} GB a tick, which takes {1000 * bound:.3g} ms at best"
    bench.add(f"{name}.bound", "x bound", [seconds / bound for seconds in point.seconds], note)
