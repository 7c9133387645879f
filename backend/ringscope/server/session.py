"""A session: one live run, advancing in the background and open to everyone who watches.

A session knows neither sockets nor eventlet.  It is given a clock, a way to sleep and a way to
start something in the background, so tests give it virtual time.  It works in slices of about two
milliseconds and yields after each, and a tick that fails breaks this run only.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ringscope.observers.historian import Historian
from ringscope.observers.history import History
from ringscope.server.describe import describe
from ringscope.server.drawing import Drawing
from ringscope.server.graded import LiveGrade
from ringscope.server.limits import STEP_MOST, Limits
from ringscope.server.pacing import SLICE, Clock, Pacer, Turn
from ringscope.server.problems import conflict, invalid, too_many
from ringscope.server.storage import StoredRun
from ringscope.server.wire import Frame, RunGrade, RunInfo, RunState
from ringscope.server.world import Recipe, Replayer
from ringscope.simulation.scenario import ScenarioError, parse_scenario
from ringscope.simulation.snapshot import Snapshot
from ringscope.simulation.timeline import Join
from ringscope.simulation.timeline_parser import parse_action

_log = logging.getLogger(__name__)

#: Seconds between two notes of how far a run has come.
_NOTE_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """Time and concurrency as a session sees them."""

    now: Clock
    sleep: Callable[[float], object]
    spawn: Callable[[Callable[[], None]], object]

    def turn(self) -> Turn:
        """Return a fresh cutter of slices."""
        return Turn(self.now, self.sleep)


class Listener(Protocol):
    """Hears of what must be stored or told."""

    def progressed(self, session: "Session") -> None:
        """Hear that ``session`` has come further; about once a second."""

    def changed(self, session: "Session") -> None:
        """Hear that ``session`` was paused, resumed, ended, broke, or got another speed."""

    def acted(self, session: "Session", number: int, line: str) -> None:
        """Hear of the action with this number, before it takes effect."""


class Session:
    """The run that ``stored`` describes, from its first tick; `restore` brings it to its last."""

    def __init__(self, stored: StoredRun, runtime: Runtime, listener: Listener) -> None:
        self.id = stored.id
        self.scenario = parse_scenario(stored.scenario, stored.name)
        self.recipe = Recipe.of(self.scenario, stored.seed, stored.actions)
        self.state: RunState = "paused" if stored.state == "running" else stored.state
        self.error = stored.error
        self._stored = stored
        self._runtime = runtime
        self._listener = listener
        self._cluster = self.recipe.cluster(trace=False)
        self._historian = Historian(self.scenario.replicas)
        self._grade = LiveGrade(self.id, self.scenario)
        self._replayer = Replayer(self.recipe, runtime.turn)
        self._pacer = Pacer(stored.speed, runtime.now())
        self._driving = False
        self._step = 0  # counts what ends a step that is under way
        self._steps_under_way = 0
        self._noted = runtime.now()
        self._drawing = Drawing(self.id, self._cluster, self._historian)

    # --- reading ---------------------------------------------------------------------------------

    @property
    def tick(self) -> int:
        """The live tick."""
        return self._cluster.tick

    @property
    def ticks(self) -> int:
        """The length of the run."""
        return self._cluster.ticks

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
        return self._historian.complete()

    def info(self) -> RunInfo:
        """Return what there is to say about the run as a whole."""
        return describe(
            self._stored, self.scenario, self, [str(action) for action in self.recipe.actions]
        )

    def snapshot(self, tick: int | None = None) -> Snapshot:
        """Return the state after ``tick`` ticks, the live one if None."""
        if tick is None or tick == self.tick:
            return self._cluster.snapshot()
        return self._replayer.snapshot(self._so_far(tick))

    def grade(self, tick: int | None = None) -> RunGrade:
        """Return the grade after ``tick`` ticks, now if None."""
        tick = self.tick if tick is None else self._so_far(tick)
        return self._grade.at(tick, tick >= self.ticks, len(self.recipe.actions))

    def _so_far(self, tick: int) -> int:
        if not 0 <= tick <= self.tick:
            raise invalid(f"tick {tick} is not between 0 and the live tick {self.tick}")
        return tick

    # --- driving ---------------------------------------------------------------------------------

    def restore(self, tick: int) -> None:
        """Compute the run again up to ``tick``, where it was before the server went away."""
        turn = self._runtime.turn()
        while self.tick < tick and self._tick():
            turn()
        if self._cluster.finished:
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
        try:
            self._advance(ticks, self._step)
        finally:
            self._steps_under_way -= 1
        self._listener.changed(self)

    def _advance(self, ticks: int, step: int) -> None:
        turn = self._runtime.turn()
        for _ in range(ticks):
            if self._step != step or not self._tick():
                break
            turn()

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
            action = parse_action(line, self.tick, self.recipe.peers, self._cluster.ticks)
        except ScenarioError as error:
            raise invalid(str(error)) from None
        if isinstance(action, Join) and action.peer > limits.peers:
            raise too_many(f"a run on this server takes at most {limits.peers} peers")
        self._listener.acted(self, len(self.recipe.actions), str(action))
        self.recipe.actions.append(action)
        self._cluster.inject(action)
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
            self._slice(self._pacer.due(runtime.now()), runtime.now() + SLICE)
            if runtime.now() - self._noted >= _NOTE_EVERY:
                self._noted = runtime.now()
                self._listener.progressed(self)
            runtime.sleep(self._pacer.wait(runtime.now()))
        self._driving = False

    def _slice(self, due: int | None, end: float) -> None:
        done = 0
        while (due is None or done < due) and self._tick():
            done += 1
            if self._runtime.now() >= end:
                break
        self._pacer.count(done)

    def _tick(self) -> bool:
        """Compute one tick; return whether the run goes on after it."""
        cluster = self._cluster
        if not cluster.finished:
            try:
                for event in cluster.step():
                    self._historian.see(event)
                    self._grade.see(event)
            except Exception as error:
                _log.exception("run %s broke at tick %d", self.id, cluster.tick)
                self.error = f"tick {cluster.tick} failed with {type(error).__name__}: {error}"
                self._set("broken")
                return False
        if cluster.finished:
            self._set("finished")
            return False
        return True

    def _set(self, state: RunState) -> None:
        if self.state != state:
            self.state = state
            self._listener.changed(self)

    # --- drawing ---------------------------------------------------------------------------------

    def draw(self) -> Frame | None:
        """Return a frame with what changed since the last, None if nothing did."""
        return self._drawing.changes(self.state, self._runtime.now())

    def picture(self) -> Frame:
        """Return a frame that stands alone and follows the one drawn last."""
        return self._drawing.complete(self.state)

    def past(self, tick: int) -> Frame:
        """Return the picture of a past tick, without history."""
        return self._drawing.still(self.state, self.snapshot(tick))


def check_speed(speed: float) -> float:
    """Return ``speed`` if it is one: from 0 (as fast as it goes) to 10,000 ticks a second."""
    if not 0 <= speed <= 10_000 or 0 < speed < 0.01:
        raise invalid(f"a speed is 0 or from 0.01 to 10000 ticks a second, not {speed:g}")
    return speed
