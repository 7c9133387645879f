"""An engine in a process of its own, see `ringscope.server.worker`: for runs of large groups.

It must never keep the server busy or waiting.  Pictures come as the JSON that is to be sent.  How
many ticks to compute is decided here before they are ordered, so the tick that the run will have
reached is known at once: whatever is asked for next, an action too, is asked for at that tick.
"""

from threading import Lock

import msgspec

from ringscope.observers.history import History
from ringscope.server import orders
from ringscope.server.children import end_child, start_child
from ringscope.server.engine import (
    LOCAL_PEERS,
    BrokenTickError,
    Drawn,
    Engine,
    LocalEngine,
    LostEngineError,
)
from ringscope.server.pacing import Clock
from ringscope.server.recipe import Recipe
from ringscope.server.wire import RunGrade, RunState
from ringscope.simulation import course
from ringscope.simulation.timeline import Action

#: So many seconds of work are ordered at once: whoever asks for something else waits as long.
_PORTION = 0.02


def make_engine(recipe: Recipe, run: str, now: Clock, *, remember: bool = True) -> Engine:
    """Return the engine that run ``run`` needs; raises `LostEngineError` if there can be none."""
    if is_large(recipe):
        return RemoteEngine(recipe, run, remember=remember)
    return LocalEngine(recipe, run, now, remember=remember)


def is_large(recipe: Recipe) -> bool:
    """Tell whether a run needs a process of its own."""
    return recipe.peers > LOCAL_PEERS


class RemoteEngine:
    """Has run ``run`` computed elsewhere; see `Engine` and `LocalEngine`."""

    def __init__(self, recipe: Recipe, run: str, *, remember: bool = True) -> None:
        self._tick = 0
        self._ticks = recipe.scenario.ticks + course.delay(recipe.scenario)
        self._portion = 1
        self._drawn: tuple[int, RunState] | None = None
        self._busy = Lock()
        self._why_lost: str | None = None
        try:
            self._process, self._channel = start_child("ringscope.server.worker")
        except OSError as error:
            raise LostEngineError(f"no process could be started for it: {error}") from None
        self._send(orders.Begin(recipe.written(), run, remember))

    @property
    def tick(self) -> int:
        """Ticks computed, or ordered: they will be before anything else that is asked for."""
        return self._tick

    @property
    def ticks(self) -> int:
        """The length of the run."""
        return self._ticks

    @property
    def process(self) -> int:
        """Number of the process."""
        return self._process.pid

    def advance(self, most: int | None) -> int:
        """Compute at most so many ticks for about 20 ms; return how many."""
        with self._busy:
            ticks = min(self._portion, self._ticks - self._tick)
            ticks = ticks if most is None else min(ticks, most)
            if ticks <= 0:
                return 0
            self._tick += ticks
            answer = self._ask(orders.Advance(ticks))
            per_tick = max(answer.seconds / ticks, 1e-6)
            self._portion = max(1, min(2 * self._portion, int(_PORTION / per_tick)))
            if answer.error is not None:
                self._tick = answer.tick
                raise BrokenTickError(answer.error)
            return ticks

    def act(self, action: Action) -> None:
        """Have ``action`` done in the next tick that will be ordered."""
        self._send(orders.Act(str(action)))

    def draw(self, state: RunState, whole: bool = False) -> Drawn:
        """Return what changed since the last call and, if wanted, the ``whole`` picture."""
        self.check()
        if not whole and self._drawn == (self._tick, state):
            return Drawn(None)
        with self._busy:
            answer = self._ask(orders.Draw(state, whole))
        self._drawn = (answer.tick, state)
        changes, complete = map(_raw, answer.values)
        return Drawn(changes, complete, answer.seconds)

    def still(self, state: RunState) -> msgspec.Raw:
        """Return the picture of this tick, without history."""
        return msgspec.Raw(self._value(orders.Still(state)))

    def snapshot(self) -> msgspec.Raw:
        """Return the state of this tick."""
        return msgspec.Raw(self._value(orders.Look()))

    def history(self) -> History:
        """Return what has happened so far."""
        return msgspec.json.decode(self._value(orders.Recall()), type=History)

    def grade(self, tick: int) -> RunGrade:
        """Return the grade after ``tick`` ticks."""
        return msgspec.json.decode(self._value(orders.Judge(tick)), type=RunGrade)

    def check(self) -> None:
        """Raise `LostEngineError` if the process has ended."""
        if self._why_lost is None and self._process.poll() is not None:
            self._lose()
        if self._why_lost is not None:
            raise LostEngineError(self._why_lost)

    def close(self) -> None:
        """End the process."""
        self._lose("it was put away meanwhile; ask again")

    def _value(self, order: orders.Order) -> bytes:
        with self._busy:
            (value,) = self._ask(order).values
        assert value is not None
        return value

    def _ask(self, order: orders.Order) -> orders.Answer:
        """Send ``order`` and wait for the answer; one at a time, so hold ``_busy``."""
        try:
            self._send(order)
            return orders.read_answer(self._channel.receive())
        except (EOFError, OSError, msgspec.DecodeError):
            self._lose()
            raise LostEngineError(str(self._why_lost)) from None
        except BaseException:  # whoever waited was stopped, and the answer would be taken by others
            self.close()
            raise

    def _send(self, order: orders.Order) -> None:
        self.check()
        try:
            self._channel.send(orders.encode(order))
        except OSError:
            self._lose()
            raise LostEngineError(str(self._why_lost)) from None

    def _lose(self, why: str | None = None) -> None:
        if self._why_lost is None:
            self._why_lost = why or "its process is ending"
            how = end_child(self._process)
            self._why_lost = why or f"the process that computed it ended with {how}"
            self._channel.close()


def _raw(value: bytes | None) -> msgspec.Raw | None:
    return None if value is None else msgspec.Raw(value)
