"""Starting: whole commands from a cold shell, as a person waits for them."""

import subprocess
import sys
from functools import partial

from ringscope.benchmarks.suite import Bench

COMMANDS = {
    "help.cold": ("--help", "ringscope --help"),
    "grade.cold": ("grade", "ringscope grade: the seven scenarios run and graded"),
}


def measure(bench: Bench) -> None:
    """Time each command; once before, so that files are at hand and kernels compiled."""
    for name, (command, note) in COMMANDS.items():
        _call(command)
        seconds = bench.watch.times(partial(_call, command), bench.scale.repeats)
        bench.add(name, "s", seconds, note)


def _call(command: str) -> None:
    arguments = [sys.executable, "-m", "ringscope.cli", command]
    subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
