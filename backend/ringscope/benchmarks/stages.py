"""Where the time of a run goes: the share of each part of the program, by Python's own profiler.

The profiler slows calls down, so that parts of many small functions look a little larger than they
are; compiled kernels count for the function that calls them, functions of C for theirs.
"""

import cProfile
import pstats
import time
from collections import Counter
from functools import partial
from pathlib import Path

import ringscope
from ringscope.benchmarks.measure import Stopwatch
from ringscope.benchmarks.playing import create_scenario, play
from ringscope.benchmarks.suite import Bench

#: The parts of the program by the beginning of a file's path in it; the first that fits counts.
STAGES = (
    ("simulation/group.py", "membership kernels"),
    ("simulation/emulnet.py", "network"),
    ("simulation/course.py", "drawing the keys"),
    ("randomness.py", "drawing the keys"),
    ("simulation/", "stepping"),
    ("protocol/", "store"),
    ("observers/debug_log.py", "dbg.log"),
    ("observers/message_counts.py", "msgcount.log"),
    ("benchmarks/", "handing events on"),
)
ELSEWHERE = "elsewhere"
_PACKAGE = Path(ringscope.__file__).parent


def measure(bench: Bench) -> None:
    """Report the shares in create.conf at each size, in per cent, and the whole in seconds."""
    for peers in bench.scale.profiled:
        run = partial(
            play, create_scenario(peers, ""), bench.folder(f"stages-{peers}"), bench.scale.ticks
        )
        run()
        cpu = Stopwatch(time.process_time).time(run)
        bench.add(f"cpu.{peers}", "s", [cpu], "CPU time of a run that is not profiled")
        profile = cProfile.Profile()
        profile.runcall(run)
        seconds = stages(pstats.Stats(profile))
        total = sum(seconds.values())
        for stage, spent in seconds.most_common():
            bench.add(f"stage.{peers}.{stage}", "%", [100 * spent / total])


def stages(stats: pstats.Stats) -> Counter[str]:
    """Return the seconds spent in each stage."""
    seconds: Counter[str] = Counter()
    functions = stats.stats  # type: ignore[attr-defined]
    for (file, _, _), (_, _, own, _, callers) in functions.items():
        if file == "~" and callers:
            for (caller, _, _), (_, _, spent, _) in callers.items():
                seconds[stage_of(caller)] += spent
        else:
            seconds[stage_of(file)] += own
    return seconds


def stage_of(file: str) -> str:
    """Return which stage the code of ``file`` belongs to."""
    path = Path(file)
    if not path.is_relative_to(_PACKAGE):
        return ELSEWHERE
    inside = path.relative_to(_PACKAGE).as_posix()
    return next((stage for start, stage in STAGES if inside.startswith(start)), ELSEWHERE)
