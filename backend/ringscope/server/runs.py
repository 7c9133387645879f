"""All runs of a server: those alive in memory, and those that wait in storage.

A stored run is brought back when somebody first asks for it, by computing it again up to the tick
it had reached.
"""

import secrets
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Protocol

from msgspec.structs import replace

from ringscope.server.describe import describe
from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError, conflict, not_found, too_many
from ringscope.server.session import Runtime, Session, check_speed
from ringscope.server.storage import Storage, StoredRun
from ringscope.server.wire import Problem, RunGrade, RunInfo
from ringscope.simulation.scenario import Scenario, ScenarioError, parse_scenario

_ID_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
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
        self._sessions: dict[str, Session] = {}
        self._restoring: dict[str, Lock] = {}
        self.audience: Audience | None = None

    # --- asking ----------------------------------------------------------------------------------

    def all(self) -> list[RunInfo]:
        """Return every run, newest first, without the text of its scenario."""
        infos = (
            self._sessions[run.id].info()
            if run.id in self._sessions
            else describe(run, _scenario(run.scenario, run.name), run, list(run.actions))
            for run in self._storage.runs()
        )
        return [replace(info, scenario="") for info in infos]

    def find(self, run: str) -> Session:
        """Return the session of a run, restored if need be; raises `RefusedError` if unknown."""
        if session := self._sessions.get(run):
            self._sessions[run] = self._sessions.pop(run)  # the most recently used come last
            return session
        self._stored(run)
        with self._restoring.setdefault(run, Lock()):
            if run not in self._sessions:
                session = self._restored(self._stored(run))
                self._stored(run)  # it may have been deleted meanwhile
                self._add(session)
        return self._sessions[run]

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
            self._room_to_run()
        self._make_room_in_storage()
        stored = StoredRun(
            id="".join(secrets.choice(_ID_LETTERS) for _ in range(8)),
            name=name,
            scenario=text,
            seed=scenario.seed if seed is None else seed,
            tick=0,
            state="paused",
            speed=speed,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        session = Session(stored, self._runtime, self)
        self._storage.add_run(stored)
        self._add(session)
        if not paused:
            session.resume()
        return session

    def resume(self, session: Session) -> None:
        """Let a run advance, if not too many do."""
        self._room_to_run(session)
        session.resume()

    def step(self, session: Session, ticks: int = 1) -> None:
        """Advance a run so many ticks, if not too many runs advance."""
        self._room_to_run(session)
        session.step(ticks)

    def act(self, session: Session, line: str) -> None:
        """Do by hand what ``line`` says."""
        session.act(line, self._limits)

    def grade(self, run: str, tick: int | None = None) -> RunGrade:
        """Return the grade of a run as of ``tick``, now if None; a final one is on file."""
        if tick is None and run not in self._sessions:
            stored = self._storage.grade(run)
            if stored is not None:
                return stored
        return self.find(run).grade(tick)

    def drop(self, run: str) -> None:
        """Stop and forget a run."""
        self._stored(run)
        if session := self._sessions.pop(run, None):
            session.pause()
        self._storage.drop_run(run)
        self._restoring.pop(run, None)
        if self.audience:
            self.audience.ended(run, _unknown(run).problem)

    def close(self) -> None:
        """Note how far each run has come; call it before the storage closes."""
        for session in self._sessions.values():
            self.progressed(session)

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
        try:
            session = Session(stored, self._runtime, self)
        except ScenarioError as error:
            raise conflict(f"run {stored.id} cannot be computed again: {error}") from None
        session.restore(stored.tick)
        return session

    # --- room ------------------------------------------------------------------------------------

    def _stored(self, run: str) -> StoredRun:
        stored = self._storage.run(run)
        if stored is None:
            raise _unknown(run)
        return stored

    def _add(self, session: Session) -> None:
        self._sessions[session.id] = session
        idle = [s for s in self._sessions.values() if s is not session and self._is_idle(s)]
        for old in idle[: max(0, len(self._sessions) - self._limits.live)]:
            self.progressed(old)
            del self._sessions[old.id]

    def _is_idle(self, session: Session) -> bool:
        watched = self.audience is not None and self.audience.watches(session.id)
        return not session.advancing and not watched

    def _room_to_run(self, one: Session | None = None) -> None:
        """Refuse if too many runs advance for ``one`` more, which may advance already."""
        running = sum(session.advancing for session in self._sessions.values())
        if one is not None and (one.advancing or one.state != "paused"):
            return
        if running >= self._limits.running:
            raise too_many(
                f"{running} runs advance already, which is the most; pause or delete one first"
            )

    def _make_room_in_storage(self) -> None:
        stored = self._storage.runs()
        idle = [
            run.id
            for run in reversed(stored)
            if run.id not in self._sessions or self._is_idle(self._sessions[run.id])
        ]
        for run in idle[: max(0, len(stored) + 1 - self._limits.stored_runs)]:
            self.drop(run)


def _unknown(run: str) -> RefusedError:
    return not_found(f"there is no run {run[:64]!r}; it may have been deleted")


@lru_cache(maxsize=512)
def _scenario(text: str, name: str) -> Scenario:
    try:
        return parse_scenario(text, name)
    except ScenarioError:  # an older version of us took it; `find` will say what is wrong
        return Scenario(name, text, peers=0)
