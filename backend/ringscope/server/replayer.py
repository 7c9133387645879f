"""Looking back: another engine of the same run that stands at the tick last asked for."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from ringscope.server.engine import Engine, LostEngineError
from ringscope.server.problems import conflict
from ringscope.server.recipe import Recipe
from ringscope.server.runtime import Runtime

Look = TypeVar("Look")

#: An engine that was not asked for so many seconds is given back.
_PATIENCE = 60.0


class Replayer:
    """Goes on from where it stands, which is cheap; to go back it starts again.

    ``make`` returns an engine at the first tick; ``recipe`` may grow meanwhile.
    """

    def __init__(self, recipe: Recipe, make: Callable[[], Engine], runtime: Runtime) -> None:
        self._recipe = recipe
        self._make = make
        self._runtime = runtime
        self._engine: Engine | None = None
        self._actions = 0
        self._busy = Lock()
        self._used = runtime.now()

    def at(self, tick: int, look: Callable[[Engine], Look]) -> Look:
        """Return what ``look`` sees after ``tick`` ticks, which must have been computed once."""
        with self._busy:
            try:
                return look(self._brought_to(tick))
            except LostEngineError as error:
                self.close()
                raise conflict(f"the past cannot be shown now: {error}") from None
            finally:
                self._used = self._runtime.now()

    def rest(self) -> None:
        """Give the engine back if it was not needed for a while."""
        if not self._busy.locked() and self._runtime.now() - self._used >= _PATIENCE:
            self.close()

    def close(self) -> None:
        """Give the engine back."""
        if self._engine is not None:
            self._engine.close()
        self._engine = None

    def _brought_to(self, tick: int) -> Engine:
        engine = self._engine
        stale = self._actions != len(self._recipe.actions)
        if engine is None or stale or engine.tick > tick:
            self.close()
            self._actions = len(self._recipe.actions)
            engine = self._engine = self._make()
        while engine.tick < tick:
            engine.advance(tick - engine.tick)
            self._runtime.sleep(0)
        return engine
