"""Grading: one seed of all seven scenarios, run and graded, in one process."""

from ringscope.benchmarks.suite import Bench
from ringscope.campaign import grade_seed
from ringscope.simulation.scenario import COURSE, load_scenario, shipped


def measure(bench: Bench) -> None:
    """Time each of some seeds."""
    files = shipped()
    if absent := [name for name in COURSE if name not in files]:
        bench.miss("grade.seed", f"{absent[0]}.conf of the course is not installed")
        return
    scenarios = [load_scenario(files[name]) for name in COURSE]
    grade_seed(scenarios, 0)
    seconds = []
    full = 0
    for seed in range(1, bench.scale.seeds + 1):
        began = bench.clock()
        report = grade_seed(scenarios, seed)
        seconds.append(bench.clock() - began)
        full += (report.mp1.total, report.mp2.total) == (report.mp1.max, report.mp2.max)
    note = f"seven scenarios run and graded; full marks for {full} of {len(seconds)} seeds"
    bench.add("grade.seed", "s", seconds, note)
