"""A campaign: create.conf over many seeds, as `ringscope grade --seeds` does it on all cores.

Ours is timed as a whole command, starting Python and grading every log included.  The reference
runs as many processes one after the other, as a shell loop would, and once more with as many at a
time as there are cores.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ringscope.benchmarks.measure import take_turns
from ringscope.benchmarks.reference import Reference
from ringscope.benchmarks.suite import Bench

PEERS = 10


def measure(bench: Bench) -> None:
    """Time campaigns, in turns with the reference's where there is one."""
    runs, turns = bench.scale.campaign, bench.scale.campaigns
    ours = partial(bench.watch.time, partial(_grade, runs))
    note = f"{runs} runs of create.conf, graded, on {os.cpu_count()} cores, whole command"
    if bench.reference is None:
        seconds = [ours() for _ in range(turns)]
        bench.add("campaign", "run/s", [runs / one for one in seconds], note)
        return
    in_a_row = partial(bench.watch.time, partial(_processes, bench, bench.reference, runs, 1))
    pairs = list(take_turns(ours, in_a_row, turns))
    bench.add("campaign", "run/s", [runs / pair.ours for pair in pairs], note)
    bench.add(
        "reference.campaign", "run/s", [runs / pair.theirs for pair in pairs], "one after another"
    )
    bench.add("ratio.campaign", "times", [pair.ratio for pair in pairs], "its processes in a row")
    cores = os.cpu_count() or 1
    at_once = bench.watch.time(partial(_processes, bench, bench.reference, runs, cores))
    bench.add(
        "ratio.campaign.parallel", "times", [at_once / pair.ours for pair in pairs],
        f"{cores} of its processes at a time",
    )  # fmt: skip


def _grade(runs: int) -> None:
    command = [sys.executable, "-m", "ringscope.cli", "grade", "create", "--seeds", f"1-{runs}"]
    subprocess.run([*command, "--json"], stdout=subprocess.DEVNULL, check=False)


def _processes(bench: Bench, reference: Reference, runs: int, at_once: int) -> None:
    def some(lane: int) -> None:
        folder = bench.scratch / f"campaign-{lane}"
        for _ in range(lane, runs, at_once):
            reference.run(PEERS, folder, bench.clock)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(some, range(at_once)))
