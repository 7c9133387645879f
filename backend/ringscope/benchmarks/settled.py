"""A settled group, timed in a process of its own, so that the memory it needs is its own too.

Everybody is a member and has just heard of everybody.  The group is built directly: joining would
take long, and what is asked is the cost of a tick in the steady state.  T_FAIL is so long that with
a fan-out of 1 nobody is suspected in the largest group either: news takes about log2 N + ln N ticks
to reach everybody, and a group that suspects falsely is not settled.

``python -m ringscope.benchmarks.settled PEERS FANOUT SAMPLES`` prints a `Settled` as JSON.
"""

import subprocess
import sys
import time

import msgspec

from ringscope.benchmarks.measure import Clock
from ringscope.benchmarks.memory import peak_memory
from ringscope.benchmarks.playing import SEED
from ringscope.events import MembersRemoved, MembersSuspected
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import parse_scenario

#: A sample takes at least so many seconds, or one tick.
SAMPLE_SECONDS = 0.05
WARM_UP_TICKS = 3
START = 100
PATIENCE = 300


class Settled(msgspec.Struct, frozen=True):
    """``seconds`` per tick, one for each sample; ``memory``: bytes needed for the group;
    ``suspicions``: events of suspecting or removing somebody, which there should be none of."""

    peers: int
    fanout: int
    seconds: list[float]
    memory: int
    suspicions: int


def settled_cluster(peers: int, fanout: int) -> Cluster:
    """Return a cluster in which everybody knows everybody."""
    text = (
        f"MAX_NNB: {peers}\nSTARTS_PER_TICK: {peers}\nFANOUT: {fanout}\n"
        "T_FAIL: 100\nT_CLEANUP: 200\nTICKS: 20000\n"
    )
    cluster = Cluster(parse_scenario(text, "settled"), seed=SEED, trace=False)
    cluster.tick = START
    cluster.group.settle(START - 1)
    return cluster


def measure_settled(peers: int, fanout: int, samples: int, clock: Clock) -> Settled:
    """Time the ticks of a settled group."""
    _steps(settled_cluster(min(peers, 64), fanout), WARM_UP_TICKS)  # compiles or loads the kernels
    before = peak_memory()
    cluster = settled_cluster(peers, fanout)
    suspicions = _steps(cluster, WARM_UP_TICKS - 1)
    began = clock()
    suspicions += _steps(cluster, 1)
    ticks = max(1, int(SAMPLE_SECONDS / max(clock() - began, 1e-6)))
    seconds = []
    for _ in range(samples):
        began = clock()
        suspicions += _steps(cluster, ticks)
        seconds.append((clock() - began) / ticks)
    return Settled(peers, fanout, seconds, peak_memory() - before, suspicions)


def _steps(cluster: Cluster, ticks: int) -> int:
    bad = 0
    for _ in range(ticks):
        events = cluster.step()
        bad += sum(isinstance(event, MembersSuspected | MembersRemoved) for event in events)
    return bad


def in_a_process(peers: int, fanout: int, samples: int) -> Settled | None:
    """Measure in a process of its own; None if it does not come back with an answer."""
    arguments = [str(value) for value in (peers, fanout, samples)]
    command = [sys.executable, "-m", "ringscope.benchmarks.settled", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return None
    return msgspec.json.decode(done.stdout, type=Settled) if done.returncode == 0 else None


if __name__ == "__main__":
    size, targets, times = map(int, sys.argv[1:])
    found = measure_settled(size, targets, times, time.perf_counter)
    print(msgspec.json.encode(found).decode())
