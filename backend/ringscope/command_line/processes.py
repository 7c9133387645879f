"""Work shared by several processes, whose results come in order and which Ctrl-C ends."""

import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def mapped(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int, chunk: int = 1
) -> Generator[Result, None, None]:
    """Yield ``work`` of every item, in order; one process is this one.

    The others take ``chunk`` items at a time.  Who stops early must close the generator, which
    ends them.
    """
    if processes <= 1:
        yield from map(work, items)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            with _deaf_children():
                results = pool.map(work, items, chunksize=chunk)
            yield from results
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Have processes that start now ignore Ctrl-C, which is for us: we will stop them."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
