"""Grading logs: the seven dbg.log of a submission, read and judged by the official rubric."""

from functools import partial
from pathlib import Path

from ringscope.benchmarks.playing import SEED
from ringscope.benchmarks.suite import Bench
from ringscope.grading.official import combine, grade_run
from ringscope.grading.read_log import read_log
from ringscope.grading.report import Report
from ringscope.observers.debug_log import DebugLogFile
from ringscope.run import run
from ringscope.simulation.scenario import COURSE, Scenario, load_scenario, shipped


def measure(bench: Bench) -> None:
    """Write a set of logs, then time reading and grading it."""
    files = shipped()
    scenarios = [load_scenario(files[name]) for name in COURSE if name in files]
    if len(scenarios) < len(COURSE):
        bench.miss("grade.logs", "the course's scenarios are not installed")
        return
    folder = bench.folder("logs")
    size = sum(_write(scenario, folder) for scenario in scenarios)
    grade_logs(scenarios, folder)
    seconds = bench.watch.times(partial(grade_logs, scenarios, folder), bench.scale.repeats)
    note = f"seven logs, {size / 1e3:.0f} KB, read from disk and graded"
    bench.add("grade.logs", "ms", [1000 * one for one in seconds], note)


def _write(scenario: Scenario, folder: Path) -> int:
    path = folder / f"{scenario.name}.log"
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        run(scenario, SEED, [DebugLogFile(scenario.crud_test is not None, file)], trace=False)
    return path.stat().st_size


def grade_logs(scenarios: list[Scenario], folder: Path) -> Report:
    """Grade the logs in ``folder`` that are called as the scenarios."""
    logs = [read_log((folder / f"{one.name}.log").read_text(encoding="utf-8")) for one in scenarios]
    return combine(SEED, map(grade_run, scenarios, logs))
