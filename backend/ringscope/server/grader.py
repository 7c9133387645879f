"""The child process that grades: ``python -m ringscope.server.grader FIRST LAST CONF...``.

It writes one `Report` a seed as a line of JSON.  A process of its own, because a server that
answers everybody must never be busy for long.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ringscope.campaign import grade_seed
from ringscope.simulation.scenario import load_scenario


def main(arguments: Sequence[str]) -> None:
    """Grade the scenarios that are named over a range of seeds, and print the reports."""
    first, last, *paths = arguments
    scenarios = [load_scenario(Path(path)) for path in paths]
    for seed in range(int(first), int(last) + 1):
        sys.stdout.buffer.write(msgspec.json.encode(grade_seed(scenarios, seed)) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
