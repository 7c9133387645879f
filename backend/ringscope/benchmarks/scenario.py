"""The whole create.conf: every tick, every log line, every message counted.

The reference is timed as a whole process, which is how the course uses it; we in one process after
warm-up, which is how campaigns and the server use us.  What starting Python costs is measured
apart (`cold`).  Both write their logs into a folder of their own and take turns.
"""

from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from ringscope.benchmarks.measure import nothing_collected, take_turns
from ringscope.benchmarks.playing import ONE_GOSSIP, SEED, create_scenario, play
from ringscope.benchmarks.reference import Reference, ReferenceFailedError
from ringscope.benchmarks.suite import Bench

#: A turn at 10 peers takes hundredths of a second, so more of them cost nothing.
SMALL, MORE_TURNS = 50, 3


def measure(bench: Bench) -> None:
    """Time create.conf at each size, with and without the reference."""
    for peers in bench.scale.versus:
        _versus(bench, peers)
    for peers in dict.fromkeys((*bench.scale.versus, bench.scale.whole_run)):
        _ours(bench, peers)


def _versus(bench: Bench, peers: int) -> None:
    """Fan-out 1, as the reference: one gossip message per peer and tick."""
    ours = timed_play(bench, peers, bench.folder(f"scenario-{peers}"))
    turns = bench.scale.turns * (MORE_TURNS if peers <= SMALL else 1)
    ours()
    name = f"scenario.{peers}"
    with nothing_collected():
        if bench.reference is None:
            bench.add(name, "s", [ours() for _ in range(turns)])
            return
        theirs = timed_reference(bench, bench.reference, peers)
        try:
            theirs()
            pairs = list(take_turns(ours, theirs, turns))
        except ReferenceFailedError as failure:
            bench.miss(f"ratio.{name}", str(failure))
            bench.add(name, "s", [ours() for _ in range(turns)])
            return
    bench.add(name, "s", [pair.ours for pair in pairs], "fan-out 1, logs written")
    bench.add(f"reference.{name}", "s", [pair.theirs for pair in pairs], "whole process")
    bench.add_ratio(name, [pair.ratio for pair in pairs])


def _ours(bench: Bench, peers: int) -> None:
    """The default fan-out, for as many ticks as the reference takes."""
    folder = bench.folder(f"scenario-{peers}-default")
    work = partial(play, create_scenario(peers, ""), folder, bench.scale.ticks)
    work()
    with nothing_collected():
        seconds = bench.watch.times(work, max(2, bench.scale.repeats // 2))
    note = f"default fan-out, {bench.scale.ticks} ticks, logs written"
    bench.add(f"scenario.{peers}.default", "s", seconds, note)


def timed_play(bench: Bench, peers: int, folder: Path, extra: str = "") -> Callable[[], float]:
    """Return what runs create.conf here, ``extra`` lines added, and tells its seconds.

    Each run has a seed of its own, as those of the reference do.
    """
    scenario, seeds = create_scenario(peers, ONE_GOSSIP + extra), count(SEED)
    return lambda: bench.watch.time(partial(play, scenario, folder, seed=next(seeds)))


def timed_reference(bench: Bench, reference: Reference, peers: int) -> Callable[[], float]:
    """Return what runs the reference and tells its seconds."""
    folder = bench.scratch / f"reference-{reference.inserts}-{peers}"
    return partial(reference.run, peers, folder, bench.clock)
