"""The child process that grades: ``python -m ringscope.server.grader FIRST LAST CONF...``.

It writes one `Report` a seed as a line of JSON.  A process of its own, because a server that
answers everybody must never be busy for long.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ringscope.grading.official import combine, grade_run
from ringscope.grading.report import Report, Section
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import Scenario, load_scenario


def main(arguments: Sequence[str]) -> None:
    """Grade the scenarios that are named over a range of seeds, and print the reports."""
    first, last, *paths = arguments
    scenarios = [load_scenario(Path(path)) for path in paths]
    for seed in range(int(first), int(last) + 1):
        sys.stdout.buffer.write(msgspec.json.encode(grade(scenarios, seed)) + b"\n")
        sys.stdout.buffer.flush()


def grade(scenarios: Sequence[Scenario], seed: int) -> Report:
    """Run every scenario with ``seed`` and grade them together."""
    return combine(seed, [_sections(scenario, seed) for scenario in scenarios])


def _sections(scenario: Scenario, seed: int) -> tuple[Section, Section]:
    log = DebugLog(store=scenario.crud_test is not None)
    run(scenario, seed, [log], trace=False)
    return grade_run(scenario, log.lines)


if __name__ == "__main__":
    main(sys.argv[1:])
