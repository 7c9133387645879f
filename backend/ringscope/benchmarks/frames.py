"""Event streaming, the server's part: a tick's events folded, drawn as a frame, encoded as JSON."""

import msgspec

from ringscope.benchmarks.measure import nothing_collected
from ringscope.benchmarks.playing import SEED, create_scenario
from ringscope.benchmarks.suite import Bench
from ringscope.observers.historian import Historian
from ringscope.server.drawing import Drawing
from ringscope.simulation.cluster import Cluster

#: So many ticks make a sample, after as many that are not counted.
TICKS = 50


def measure(bench: Bench) -> None:
    """Time frames of each size of group; the simulation itself is not counted."""
    for peers in bench.scale.drawn:
        _frames(bench, peers)


def _frames(bench: Bench, peers: int) -> None:
    scenario = create_scenario(peers, f"STARTS_PER_TICK: {peers}\n")
    cluster, historian = Cluster(scenario, seed=SEED, trace=False), Historian(scenario.replicas)
    drawing = Drawing("bench", cluster, historian)
    encode = msgspec.json.Encoder().encode
    rates, size = [], 0
    with nothing_collected():
        for sample in range(bench.scale.repeats + 1):
            seconds = 0.0
            for tick in range(TICKS):
                events = cluster.step()
                began = bench.clock()
                for event in events:
                    historian.see(event)
                frame = encode(drawing.changes("running", (sample * TICKS + tick) / 25))
                seconds += bench.clock() - began
                size = max(size, len(frame)) if sample else 0
            if sample:
                rates.append(TICKS / seconds)
    bench.add(f"frames.{peers}", "frame/s", rates, f"the largest has {size / 1e3:.1f} KB of JSON")
