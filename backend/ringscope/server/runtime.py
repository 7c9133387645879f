"""Time and concurrency as the server's parts see them: they know neither threads nor eventlet."""

from collections.abc import Callable
from dataclasses import dataclass

from ringscope.server.pacing import Clock, Turn


@dataclass(frozen=True, slots=True)
class Runtime:
    """A clock, a way to sleep, and a way to start something in the background."""

    now: Clock
    sleep: Callable[[float], object]
    spawn: Callable[[Callable[[], None]], object]

    def turn(self) -> Turn:
        """Return a fresh cutter of slices."""
        return Turn(self.now, self.sleep)
