"""A bar on stderr that shows how far a command is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO


@contextmanager
def progress(title: str, total: int, shown: bool = True) -> Iterator[Callable[[], object]]:
    """Give a function to call after each of ``total`` steps; a bar, if stderr is a terminal."""
    if not shown or not _is_terminal(sys.stderr):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def _is_terminal(stream: IO[str] | None) -> bool:
    return stream is not None and stream.isatty()
