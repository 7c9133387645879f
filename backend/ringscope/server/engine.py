"""The engine of a run: the half of a session that computes.

A session drives an `Engine` and cannot tell where it runs.  A `LocalEngine` computes right here;
that of a large group does so in a process of its own, behind `ringscope.server.remote`.
"""

import logging
from typing import NamedTuple, Protocol

import msgspec

from ringscope.observers.historian import Historian
from ringscope.observers.history import History
from ringscope.server.drawing import Drawing
from ringscope.server.graded import LiveGrade
from ringscope.server.pacing import SLICE, Clock
from ringscope.server.recipe import Recipe
from ringscope.server.wire import Frame, RunGrade, RunState
from ringscope.simulation.snapshot import Snapshot
from ringscope.simulation.timeline import Action

_log = logging.getLogger(__name__)

#: Runs of more peers are computed in a process of their own: from here on one look at everything,
#: or a tick in which many join, takes longer than others should have to wait.
LOCAL_PEERS = 250

#: A frame; from another process it comes as the JSON that is to be sent.
Picture = Frame | msgspec.Raw


class EngineError(Exception):
    """The run cannot go on; the message is a sentence about why."""


class BrokenTickError(EngineError):
    """A tick could not be computed."""


class LostEngineError(EngineError):
    """The process that computes the run has gone, and with it all that it knew."""


class Drawn(NamedTuple):
    """What changed since the frame before, if anything did; and, if asked for, a frame that stands
    alone and that the next changes follow.  Drawing took ``seconds``."""

    changes: Picture | None
    whole: Picture | None = None
    seconds: float = 0.0


class Engine(Protocol):
    """Computes one run, from its first tick on."""

    @property
    def tick(self) -> int:
        """Ticks computed, or certain to be computed before anything else that is asked for."""

    @property
    def ticks(self) -> int:
        """The length of the run."""

    def advance(self, most: int | None) -> int:
        """Compute for about a slice, at most so many ticks; return how many.

        Raises `EngineError`, as everything else here may if the engine is lost.
        """

    def act(self, action: Action) -> None:
        """Have ``action`` done in the next tick."""

    def draw(self, state: RunState, whole: bool) -> Drawn:
        """Return what changed since the last call and, if wanted, the ``whole`` picture."""

    def still(self, state: RunState) -> Picture:
        """Return the picture of this tick, without history."""

    def snapshot(self) -> Snapshot | msgspec.Raw:
        """Return the state of this tick."""

    def history(self) -> History:
        """Return what has happened so far."""

    def grade(self, tick: int) -> RunGrade:
        """Return the grade after ``tick`` ticks."""

    def check(self) -> None:
        """Raise `LostEngineError` if the engine is lost."""

    def close(self) -> None:
        """Give back what it takes; nobody asks again."""


class LocalEngine:
    """Computes run ``run`` in this process.

    ``remember``: fold what happens into a history and a grade; else it can only be looked at.
    """

    def __init__(self, recipe: Recipe, run: str, now: Clock, *, remember: bool = True) -> None:
        self._recipe = recipe
        self._run = run
        self._now = now
        self._cluster = recipe.cluster(trace=False)
        self._historian = Historian(recipe.scenario.replicas)
        self._grade = LiveGrade(run, recipe.scenario)
        self._drawing = Drawing(run, self._cluster, self._historian)
        self._observers = (self._historian, self._grade) if remember else ()

    @property
    def tick(self) -> int:
        """Ticks computed so far."""
        return self._cluster.tick

    @property
    def ticks(self) -> int:
        """The length of the run."""
        return self._cluster.ticks

    def advance(self, most: int | None) -> int:
        """Compute at most so many ticks for at most a slice; return how many."""
        end = self._now() + SLICE
        done = 0
        while (most is None or done < most) and not self._cluster.finished:
            self.step()
            done += 1
            if self._now() >= end:
                break
        return done

    def step(self) -> None:
        """Compute one tick."""
        cluster = self._cluster
        try:
            for event in cluster.step():
                for observer in self._observers:
                    observer.see(event)
        except Exception as error:
            _log.exception("run %s broke at tick %d", self._run, cluster.tick)
            why = f"tick {cluster.tick} failed with {type(error).__name__}: {error}"
            raise BrokenTickError(why) from error

    def act(self, action: Action) -> None:
        """Have ``action`` done in the next tick."""
        self._cluster.inject(action)

    def draw(self, state: RunState, whole: bool = False) -> Drawn:
        """Return what changed since the last call and, if wanted, the ``whole`` picture."""
        began = self._now()
        changes = self._drawing.changes(state, began)
        complete = self._drawing.complete(state) if whole else None
        return Drawn(changes, complete, self._now() - began)

    def still(self, state: RunState) -> Frame:
        """Return the picture of this tick, without history."""
        return self._drawing.still(state)

    def snapshot(self) -> Snapshot:
        """Return the state of this tick."""
        return self._cluster.snapshot()

    def history(self) -> History:
        """Return what has happened so far."""
        return self._historian.complete()

    def grade(self, tick: int) -> RunGrade:
        """Return the grade after ``tick`` ticks."""
        return self._grade.at(tick, tick >= self.ticks, len(self._recipe.actions))

    def check(self) -> None:
        """Nothing can be lost."""

    def close(self) -> None:
        """Nothing to give back but memory."""
