"""The ``ringscope`` command.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once.  Exit
codes: 0 passed, 1 points were lost or two runs differed, 2 bad input, 130 stopped by Ctrl-C.
"""

from ringscope.cli import bench, grade, grade_others, run, serve  # noqa: F401  they add themselves
from ringscope.cli.group import main

__all__ = ["main"]
