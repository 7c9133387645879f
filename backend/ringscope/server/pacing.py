"""Pacing: how many ticks are due, given a clock; and how long to work before yielding."""

from collections.abc import Callable

#: The longest stretch of work in one piece, in seconds: everybody else waits so long.
SLICE = 0.002
#: Ticks that could not be computed in time are made up for at most this many seconds.
_DEBT = 0.1
#: A shorter pause is not worth it.
_BLINK = 0.0005
#: A pause is never longer, in seconds, so that a new speed is noticed.
_NAP = 0.05

Clock = Callable[[], float]


class Pacer:
    """Spreads ticks evenly over time: ``speed`` a second, or without a limit when it is 0."""

    def __init__(self, speed: float, now: float) -> None:
        self._speed = speed
        self._since = now
        self._done = 0

    @property
    def speed(self) -> float:
        """Ticks per second, 0 for no limit."""
        return self._speed

    def restart(self, now: float, speed: float | None = None) -> None:
        """Begin anew at ``now``, owing nothing."""
        self._speed = self._speed if speed is None else speed
        self._since = now
        self._done = 0

    def due(self, now: float) -> int | None:
        """Return how many ticks are due, None if as many as can be."""
        if self._speed == 0:
            return None
        due = int((now - self._since) * self._speed) - self._done
        most = max(1, int(_DEBT * self._speed))
        if due > most:
            self._since, self._done = now - most / self._speed, 0
            return most
        return max(0, due)

    def count(self, ticks: int) -> None:
        """Take notice that so many ticks have been computed."""
        self._done += ticks

    def wait(self, now: float) -> float:
        """Return how long to sleep until the next tick, in seconds."""
        if self._speed == 0:
            return 0.0
        left = self._since + (self._done + 1) / self._speed - now
        return 0.0 if left < -_BLINK else min(_NAP, max(_BLINK, left))


class Turn:
    """Cuts long work into slices: call it between two steps and it yields when a slice is over."""

    def __init__(self, now: Clock, sleep: Callable[[float], object]) -> None:
        self._now = now
        self._sleep = sleep
        self._end = now() + SLICE

    def __call__(self) -> None:
        """Let others have a turn if this one has lasted long enough."""
        if self._now() >= self._end:
            self._sleep(0)
            self._end = self._now() + SLICE
