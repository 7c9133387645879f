"""A session: one live run, advancing in the background and open to everyone who watches.

A session knows neither sockets nor eventlet, nor where its run is computed: an `Engine` does that,
in slices, and between two slices everybody else gets a turn.  It is given a clock, a way to sleep
and a way to start something in the background, so tests give it virtual time.  A tick that fails
breaks this run only.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from ringscope.observers.history import History
from ringscope.server.describe import describe
from ringscope.server.engine import Drawn, Engine, EngineError, LostEngineError, Picture
from ringscope.server.limits import STEP_MOST, Limits
from ringscope.server.pacing import Pacer
from ringscope.server.problems import conflict, invalid, too_many
from ringscope.server.recipe import Recipe
from ringscope.server.remote import is_large, make_engine
from ringscope.server.replayer import Replayer
from ringscope.server.runtime import Runtime
from ringscope.server.storage import StoredRun
from ringscope.server.wire import RunGrade, RunInfo, RunState
from ringscope.simulation.scenario import ScenarioError
from ringscope.simulation.snapshot import Snapshot
from ringscope.simulation.timeline import Join
from ringscope.simulation.timeline_parser import parse_action

Seen = TypeVar("Seen")

#: Seconds between two notes of how far a run has come.
_NOTE_EVERY = 1.0


class Listener(Protocol):
    """Hears of what must be stored or told."""

    def progressed(self, session: "Session") -> None:
        """Hear that ``session`` has come further; about once a second."""

    def changed(self, session: "Session") -> None:
        """Hear that ``session`` was paused, resumed, ended, broke, or got another speed."""

    def acted(self, session: "Session", number: int, line: str) -> None:
        """Hear of the action with this number, before it takes effect."""


class Session:
    """The run that ``stored`` and ``recipe`` describe, from its first tick.

    `restore` brings it to the tick it had reached.  Raises `LostEngineError` if nothing can
    compute it.
    """

    def __init__(
        self, stored: StoredRun, recipe: Recipe, runtime: Runtime, listener: Listener
    ) -> None:
        self.id = stored.id
        self.recipe = recipe
        self.scenario = recipe.scenario
        self.large = is_large(self.recipe)
        self.state: RunState = "paused" if stored.state == "running" else stored.state
        self.error = stored.error
        self._stored = stored
        self._runtime = runtime
        self._listener = listener
        self._engine = self._make_engine(remember=True)
        self._replayer = Replayer(self.recipe, lambda: self._make_engine(remember=False), runtime)
        self._pacer = Pacer(stored.speed, runtime.now())
        self._driving = False
        self._step = 0  # counts what ends a step that is under way
        self._steps_under_way = 0
        self._noted = runtime.now()
        self._closed = False

    def _make_engine(self, remember: bool) -> Engine:
        return make_engine(self.recipe, self.id, self._runtime.now, remember=remember)

    def close(self) -> None:
        """Stop for good and give back what the run takes."""
        self._closed = True
        self.pause()
        self._engine.close()
        self._replayer.close()

    def rest(self) -> None:
        """Give back what has not been needed for a while."""
        self._replayer.rest()

    # --- reading ---------------------------------------------------------------------------------

    @property
    def tick(self) -> int:
        """The live tick."""
        return self._engine.tick

    @property
    def ticks(self) -> int:
        """The length of the run."""
        return self._engine.ticks

    @property
    def speed(self) -> float:
        """Ticks per second, 0 for as fast as it goes."""
        return self._pacer.speed

    @property
    def advancing(self) -> bool:
        """Whether it computes ticks, by itself or in a step."""
        return self.state == "running" or self._steps_under_way > 0

    @property
    def history(self) -> History:
        """What has happened up to the live tick."""
        return self._look(self._engine.history)

    def info(self) -> RunInfo:
        """Return what there is to say about the run as a whole."""
        return describe(
            self._stored, self.scenario, self, [str(action) for action in self.recipe.actions]
        )

    def snapshot(self, tick: int | None = None) -> Snapshot | msgspec.Raw:
        """Return the state after ``tick`` ticks, the live one if None."""
        return self._at(tick, lambda engine: engine.snapshot())

    def past(self, tick: int) -> Picture:
        """Return the picture of a past tick, without history."""
        return self._at(tick, lambda engine: engine.still(self.state))

    def grade(self, tick: int | None = None) -> RunGrade:
        """Return the grade after ``tick`` ticks, now if None."""
        tick = self.tick if tick is None else self._so_far(tick)
        return self._look(lambda: self._engine.grade(tick))

    def draw(self, whole: bool = False) -> Drawn:
        """Return a frame with what changed since the last, and a ``whole`` one if wanted."""
        return self._look(lambda: self._engine.draw(self.state, whole))

    def _at(self, tick: int | None, look: Callable[[Engine], Seen]) -> Seen:
        if tick is None or (self._so_far(tick) == self.tick and self._stands_still):
            return self._look(lambda: look(self._engine))
        return self._replayer.at(tick, look)

    @property
    def _stands_still(self) -> bool:
        """Whether the engine cannot go on before it is looked at."""
        return not (self.large and self.advancing)

    def _look(self, look: Callable[[], Seen]) -> Seen:
        try:
            return look()
        except LostEngineError as error:
            self._break(error)
            raise conflict(f"run {self.id} cannot be shown: {error}") from None

    def _so_far(self, tick: int) -> int:
        if not 0 <= tick <= self.tick:
            raise invalid(f"tick {tick} is not between 0 and the live tick {self.tick}")
        return tick

    # --- driving ---------------------------------------------------------------------------------

    def restore(self, tick: int, wanted: Callable[[], bool] = lambda: True) -> None:
        """Compute the run again up to ``tick``, where it was when it last left memory.

        Gives up as soon as it is not ``wanted`` any longer.
        """
        while self.tick < tick and wanted() and self._advance(tick - self.tick) is not None:
            self._runtime.sleep(0)
        if self.tick >= self.ticks:
            self.state = "finished"

    def resume(self) -> None:
        """Let the run advance by itself; raises `RefusedError` if it cannot."""
        self._must_live()
        if self.state == "running":
            return
        self._step += 1
        self._set("running")
        self._pacer.restart(self._runtime.now())
        if not self._driving:
            self._driving = True
            self._runtime.spawn(self._drive)

    def pause(self) -> None:
        """Stop advancing, also in the middle of a step."""
        self._step += 1
        if self.state == "running":
            self._set("paused")

    def step(self, ticks: int = 1) -> None:
        """Advance so many ticks and pause; pause, resume and another step end it early."""
        self._must_live()
        if not 1 <= ticks <= STEP_MOST:
            raise invalid(f"a step takes from 1 to {STEP_MOST} ticks, not {ticks}")
        self.state = "paused"
        self._step += 1
        self._steps_under_way += 1
        step = self._step
        try:
            while ticks > 0 and self._step == step:
                done = self._advance(ticks)
                if done is None:
                    break
                ticks -= done
                if ticks > 0:
                    self._runtime.sleep(0)
        finally:
            self._steps_under_way -= 1
        self._listener.changed(self)

    def set_speed(self, speed: float) -> None:
        """Advance ``speed`` ticks a second from now on, 0 for as fast as it goes."""
        self._pacer.restart(self._runtime.now(), check_speed(speed))
        self._listener.changed(self)

    def act(self, line: str, limits: Limits) -> None:
        """Do what ``line`` says in the next tick."""
        self._must_live()
        if len(self.recipe.actions) >= limits.actions:
            raise too_many(f"a run takes at most {limits.actions} actions by hand")
        try:
            action = parse_action(line, self.tick, self.recipe.peers, self.ticks)
        except ScenarioError as error:
            raise invalid(str(error)) from None
        if isinstance(action, Join) and action.peer > limits.peers:
            raise too_many(f"a run on this server takes at most {limits.peers} peers")
        self._listener.acted(self, len(self.recipe.actions), str(action))
        self.recipe.actions.append(action)
        self._look(lambda: self._engine.act(action))
        self._listener.changed(self)

    def _must_live(self) -> None:
        if self.state == "finished":
            raise conflict(f"run {self.id} has come to its end; start it again as a new run")
        if self.state == "broken":
            raise conflict(f"run {self.id} is broken: {self.error}")

    def _drive(self) -> None:
        """Advance until something stops the run; the body of the background task."""
        runtime = self._runtime
        while self.state == "running":
            done = self._advance(self._pacer.due(runtime.now()))
            self._pacer.count(done or 0)
            if runtime.now() - self._noted >= _NOTE_EVERY:
                self._noted = runtime.now()
                self._listener.progressed(self)
            runtime.sleep(self._pacer.wait(runtime.now()))
        self._driving = False

    def _advance(self, most: int | None) -> int | None:
        """Compute a slice of at most so many ticks; return how many, None if there are no more."""
        try:
            done = self._engine.advance(most)
        except EngineError as error:
            self._break(error)
            return None
        if self.tick >= self.ticks:
            self._set("finished")
            return None
        return done

    def _break(self, error: EngineError) -> None:
        if not self._closed:
            self.error = str(error)
            self._set("broken")

    def _set(self, state: RunState) -> None:
        if self.state != state:
            self.state = state
            self._listener.changed(self)


def check_speed(speed: float) -> float:
    """Return ``speed`` if it is one: from 0 (as fast as it goes) to 10,000 ticks a second."""
    if not 0 <= speed <= 10_000 or 0 < speed < 0.01:
        raise invalid(f"a speed is 0 or from 0.01 to 10000 ticks a second, not {speed:g}")
    return speed
