"""Work for a few threads, each piece due at a time of the wall clock."""

import heapq
import time
from collections.abc import Callable
from itertools import count
from threading import Condition

#: A piece of work; it gets the number of the thread that does it.
Work = Callable[[int], None]


class Agenda:
    """What is due first is done first; work may put further work on the agenda.

    ``clock`` and ``wait`` (which gives up after some seconds) are for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._changed = Condition()
        self._entries: list[tuple[float, int, Work]] = []
        self._number = count()
        self._busy = 0
        self._stopped = False

    def add(self, work: Work, due: float = 0.0) -> None:
        """Have ``work`` done, but not before ``due``, in seconds of the clock."""
        with self._changed:
            heapq.heappush(self._entries, (due, next(self._number), work))
            self._changed.notify()

    def stop(self) -> None:
        """Do nothing more than what is being done."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def work_off(self, slot: int) -> None:
        """Work until nothing is left to do, by anybody."""
        while (work := self._next()) is not None:
            try:
                work(slot)
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Work | None:
        with self._changed:
            while not self._stopped and (self._entries or self._busy):
                wait = self._entries[0][0] - self._clock() if self._entries else None
                if wait is not None and wait <= 0:
                    self._busy += 1
                    return heapq.heappop(self._entries)[2]
                self._changed.wait(wait)
            return None


def next_second(clock: Callable[[], float] = time.time) -> float:
    """Return when a program started then sees another second than one that has ended by now.

    A little later than the second itself, for a system's clock may lag behind its finer one.
    """
    return int(clock()) + 1.02
