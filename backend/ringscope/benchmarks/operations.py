"""The store by itself: operations per second of 10 peers, and whether any is lost.

A thousand operations are handed in each tick, creates, reads and updates in turn of ever new keys,
and every log line is written, though to nowhere.  Each operation must succeed: they are counted.
"""

import os
from dataclasses import replace

from ringscope.benchmarks.measure import nothing_collected
from ringscope.benchmarks.playing import SEED
from ringscope.benchmarks.suite import Bench
from ringscope.events import AnyEvent, OperationEnded, OperationKind
from ringscope.observers.debug_log import DebugLogFile
from ringscope.run import Audience
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario, parse_scenario
from ringscope.simulation.timeline import Operate

PEERS = 10
PER_TICK = 1_000
#: The group has settled by then.
BEGIN = 50
#: Long enough for the last operations to end.
END = 30
KINDS: tuple[OperationKind, ...] = ("create", "read", "update")
#: A key is read and updated so many ticks after it was created.
LATER = 10
#: Timed so often when it takes seconds.
FEW = 1


class Successes:
    """Counts the operations that succeeded."""

    def __init__(self) -> None:
        self.count = 0
        self.handlers = {OperationEnded: self.see}

    def see(self, event: AnyEvent) -> None:
        """Take notice of the end of an operation."""
        self.count += isinstance(event, OperationEnded) and event.outcome == "success"


def measure(bench: Bench) -> None:
    """Time each number of operations, and compare the largest with the smallest."""
    rates: list[float] = []
    lost = 0
    for number in bench.scale.operations:
        scenario = operations(number)
        repeats = bench.scale.repeats if number <= 100_000 else FEW
        done = []
        values = []
        with nothing_collected():
            for _ in range(repeats):
                count, seconds = _timed(bench, scenario)
                done.append(count)
                values.append(number / seconds)
        lost += sum(number - count for count in done)
        note = "none lost" if min(done) == number else f"only {min(done)} succeeded"
        bench.add(f"store.{number}", "op/s", values, note)
        rates.append(bench.figures[-1].median)
    first, last = bench.scale.operations[0], bench.scale.operations[-1]
    bench.add("store.lost", "operations", [lost], "of all the above")
    note = f"speed at {last} operations over that at {first}; 1 is linear"
    bench.add("store.linear", "times", [rates[-1] / rates[0]], note)


def _timed(bench: Bench, scenario: Scenario) -> tuple[int, float]:
    """Run ``scenario``; return its successes, and the seconds from its first operation on."""
    successes = Successes()
    cluster = Cluster(scenario, seed=SEED, trace=False)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        audience = Audience((DebugLogFile(True, nowhere), successes))
        began = bench.clock()
        while not cluster.finished:
            if cluster.tick == BEGIN:
                began = bench.clock()
            for event in cluster.step():
                for see in audience[type(event)]:
                    see(event)
        return successes.count, bench.clock() - began


def operations(number: int) -> Scenario:
    """Return a scenario of 10 peers and so many operations."""
    timeline = sorted((_operation(place) for place in range(number)), key=lambda one: one.tick)
    ticks = timeline[-1].tick + END
    return replace(
        parse_scenario(f"MAX_NNB: {PEERS}\nTICKS: {ticks}\n", "store"), timeline=tuple(timeline)
    )


def _operation(place: int) -> Operate:
    """Create a key; then, operations later, read it; then update it."""
    number, kind = divmod(place, len(KINDS))
    tick = BEGIN + place // PER_TICK + kind * LATER
    return Operate(tick, KINDS[kind], f"key{number}", f"value{place}")
