"""All runs of a server: those alive in memory, and those that wait in storage.

A stored run is brought back when somebody first asks for it, by computing it again up to the tick
it had reached.
"""

from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Protocol

from msgspec.structs import replace

from ringscope.server.describe import describe
from ringscope.server.engine import LostEngineError
from ringscope.server.ids import new_id
from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError, conflict, not_found
from ringscope.server.recipe import Recipe
from ringscope.server.remote import is_large
from ringscope.server.replays import ReplayedLog, Replays, is_replay
from ringscope.server.runtime import Runtime
from ringscope.server.session import Session, check_speed
from ringscope.server.sessions import Sessions
from ringscope.server.storage import Storage, StoredRun
from ringscope.server.wire import Problem, RunGrade, RunInfo
from ringscope.simulation.scenario import Scenario, ScenarioError, parse_scenario

DEFAULT_SPEED = 20.0


class Audience(Protocol):
    """Who watches the runs."""

    def changed(self, session: Session) -> None:
        """Hear that something about a run as a whole changed."""

    def watches(self, run: str) -> bool:
        """Tell whether somebody watches."""

    def ended(self, run: str, why: Problem) -> None:
        """Hear that a run was deleted."""


class Runs:
    """Starts, finds, lists and forgets runs; hears from its sessions and keeps storage right."""

    def __init__(self, storage: Storage, library: Library, limits: Limits, runtime: Runtime):
        self._storage = storage
        self._library = library
        self._limits = limits
        self._runtime = runtime
        self._sessions = Sessions(limits, runtime, self._is_watched, self.progressed)
        self._restoring: dict[str, Lock] = {}
        self._replays = Replays(storage.logs, limits, runtime)
        self.audience: Audience | None = None

    # --- asking ----------------------------------------------------------------------------------

    def all(self) -> list[RunInfo]:
        """Return every run, newest first, without the text of its scenario."""
        return [replace(self._info(run), scenario="") for run in self._storage.runs()]

    def info(self, run: str) -> RunInfo:
        """Return what there is to say about a run; it need not be in memory for that."""
        return self._replays.find(run).info() if is_replay(run) else self._info(self._stored(run))

    def _info(self, run: StoredRun) -> RunInfo:
        if session := self._sessions.get(run.id):
            return session.info()
        return describe(run, _scenario(run.scenario, run.name), run, list(run.actions))

    def look(self, run: str) -> Session | ReplayedLog:
        """Return a run, or a replay, to be looked at; raises `RefusedError` if unknown."""
        return self._replays.find(run) if is_replay(run) else self.find(run)

    def find(self, run: str) -> Session:
        """Return the session of a run, restored if need be.

        Raises `RefusedError` if it is unknown, or a replay, which has none.
        """
        if session := self._sessions.use(run):
            return session
        self._stored(run)
        with self._restoring.setdefault(run, Lock()):
            session = self._sessions.get(run)
            if session is None:
                session = self._restored(self._stored(run))
                self._sessions.add(session)
        return session

    def start(
        self,
        name: str,
        text: str,
        seed: int | None = None,
        speed: float = DEFAULT_SPEED,
        paused: bool = False,
    ) -> Session:
        """Start a new run of the scenario that ``text`` says."""
        scenario = self._library.check(text, name)
        check_speed(speed)
        if not paused:
            self._sessions.room_to_run()
        self._make_room_in_storage()
        stored = StoredRun(
            id=new_id(),
            name=name,
            scenario=text,
            seed=scenario.seed if seed is None else seed,
            tick=0,
            state="paused",
            speed=speed,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        session = self._opened(stored)
        self._storage.add_run(stored)
        self._sessions.add(session)
        if not paused:
            session.resume()
        return session

    def resume(self, session: Session) -> None:
        """Let a run advance, if not too many do."""
        self._sessions.room_to_run(session)
        session.resume()

    def step(self, session: Session, ticks: int = 1) -> None:
        """Advance a run so many ticks, if not too many runs advance."""
        self._sessions.room_to_run(session)
        session.step(ticks)

    def act(self, session: Session, line: str) -> None:
        """Do by hand what ``line`` says."""
        session.act(line, self._limits)

    def grade(self, run: str, tick: int | None = None) -> RunGrade:
        """Return the grade of a run as of ``tick``, now if None; a final one is on file."""
        if tick is None and self._sessions.get(run) is None:
            stored = self._storage.grade(run)
            if stored is not None:
                return stored
        return self.look(run).grade(tick)

    def drop(self, run: str) -> None:
        """Stop and forget a run."""
        self._stored(run)
        self._sessions.remove(run)
        self._storage.drop_run(run)
        self._restoring.pop(run, None)
        if self.audience:
            self.audience.ended(run, _unknown(run).problem)

    def close(self) -> None:
        """Note how far each run has come, and stop; call it before the storage closes."""
        for session in self._sessions:
            self._sessions.put_away(session)

    # --- hearing from sessions -------------------------------------------------------------------

    def progressed(self, session: Session) -> None:
        """Store how far ``session`` has come, unless it was deleted meanwhile."""
        if self._sessions.get(session.id) is not session:
            return
        self._storage.update_run(
            session.id, session.tick, session.state, session.speed, session.error
        )

    def changed(self, session: Session) -> None:
        """Store and tell that ``session`` changed, unless it was deleted meanwhile."""
        if self._sessions.get(session.id) is not session:
            return
        self.progressed(session)
        if session.state == "finished":
            self._storage.keep_grade(session.grade())
        if self.audience:
            self.audience.changed(session)

    def acted(self, session: Session, number: int, line: str) -> None:
        """Store an action before it takes effect."""
        self._storage.add_action(session.id, number, line)

    def _restored(self, stored: StoredRun) -> Session:
        session = self._opened(stored, back_to=stored.tick)
        try:
            self._stored(stored.id)  # it may have been deleted meanwhile
        except RefusedError:
            session.close()
            raise
        return session

    def _opened(self, stored: StoredRun, back_to: int = 0) -> Session:
        """Return a session at that tick."""
        try:
            scenario = parse_scenario(stored.scenario, stored.name)
            recipe = Recipe.of(scenario, stored.seed, stored.actions)
            with self._sessions.opening(is_large(recipe)):
                session = Session(stored, recipe, self._runtime, self)
                session.restore(back_to, lambda: self._storage.run(stored.id) is not None)
                return session
        except ScenarioError as error:
            raise conflict(f"run {stored.id} cannot be computed again: {error}") from None
        except LostEngineError as error:
            raise conflict(f"run {stored.id} cannot be computed: {error}") from None

    # --- room ------------------------------------------------------------------------------------

    def _stored(self, run: str) -> StoredRun:
        if is_replay(run):
            raise self._replays.refuse(run)
        stored = self._storage.run(run)
        if stored is None:
            raise _unknown(run)
        return stored

    def _is_watched(self, run: str) -> bool:
        return self.audience is not None and self.audience.watches(run)

    def _make_room_in_storage(self) -> None:
        stored = self._storage.runs()
        idle = [run.id for run in reversed(stored) if self._is_idle(run.id)]
        for run in idle[: max(0, len(stored) + 1 - self._limits.stored_runs)]:
            self.drop(run)

    def _is_idle(self, run: str) -> bool:
        session = self._sessions.get(run)
        return session is None or self._sessions.is_idle(session)


def _unknown(run: str) -> RefusedError:
    return not_found(f"there is no run {run[:64]!r}; it may have been deleted")


@lru_cache(maxsize=512)
def _scenario(text: str, name: str) -> Scenario:
    try:
        return parse_scenario(text, name)
    except ScenarioError:  # an older version of us took it; `find` will say what is wrong
        return Scenario(name, text, peers=0)
