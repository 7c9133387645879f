"""How time is taken: repeated, or in pairs so that a noisy machine hits both alike."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

Clock = Callable[[], float]  # seconds from some fixed moment


class Stopwatch:
    """Measures with ``clock``."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def time(self, work: Callable[[], object]) -> float:
        """Return the seconds that ``work`` takes."""
        began = self.clock()
        work()
        return self.clock() - began

    def times(self, work: Callable[[], object], repeats: int) -> list[float]:
        """Return the seconds of each of ``repeats`` calls."""
        return [self.time(work) for _ in range(repeats)]


class Pair(NamedTuple):
    """The seconds of both sides in one turn."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """How many times as fast we are."""
        return self.theirs / self.ours


def take_turns(
    ours: Callable[[], float], theirs: Callable[[], float], turns: int
) -> Iterator[Pair]:
    """Let both sides measure themselves alternately, we first."""
    for _ in range(turns):
        mine = ours()
        yield Pair(mine, theirs())


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Keep Python's garbage collector from walking through what earlier benchmarks left."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
