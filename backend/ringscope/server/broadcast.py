"""Broadcasting: pictures of runs to everyone who watches, never faster than they can be drawn.

One background task draws each watched run at most 25 times a second, the latest picture only, and
spends at most a quarter of the time on it.  A client that does not keep up misses frames, and gets
a complete one as soon as it reads again.
"""

import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from ringscope.server.session import Runtime, Session
from ringscope.server.wire import Frame, Problem, RunGrade

_log = logging.getLogger(__name__)

#: Seconds from one picture to the next.
INTERVAL = 0.04
#: Drawing takes at most one part in so many of the time.
_SHARE = 4
#: Seconds from one grade to the next.
_GRADE_EVERY = 1.0
#: A client with so many packets unread gets no more.
_BACKLOG = 4

#: What is told of a run that cannot be drawn.
_BROKEN = Problem(
    "Internal error", 500, "The server made a mistake with this run; its log says more."
)

_encode = msgspec.json.Encoder().encode


class Outlet(Protocol):
    """The way to the clients."""

    def send(self, client: str, event: str, payload: object) -> None:
        """Send one message to one client."""

    def backlog(self, client: str) -> int:
        """Return how many messages a client has yet to read."""


class Broadcast:
    """Knows who watches which run."""

    def __init__(self, find: Callable[[str], Session], outlet: Outlet, runtime: Runtime) -> None:
        self._find = find
        self._outlet = outlet
        self._runtime = runtime
        self._watchers: dict[str, dict[str, None]] = {}  # by run; a dict keeps the order
        self._behind: set[tuple[str, str]] = set()
        self._drawing = False
        self._grades: dict[str, RunGrade] = {}
        self._graded_at = float("-inf")

    # --- who watches -----------------------------------------------------------------------------

    def watch(self, client: str, run: str) -> Frame:
        """Let ``client`` watch from now on; return the picture to begin with."""
        session = self._find(run)
        self._draw(session)  # the others must not miss what this picture already contains
        self._watchers.setdefault(run, {})[client] = None
        self._behind.discard((run, client))
        self._tell_grade_soon(run)  # the new watcher has seen none
        if not self._drawing:
            self._drawing = True
            self._runtime.spawn(self._keep_drawing)
        return session.picture()

    def unwatch(self, client: str, run: str) -> None:
        """Let ``client`` watch no longer."""
        clients = self._watchers.get(run, {})
        clients.pop(client, None)
        self._behind.discard((run, client))
        if not clients:
            self._watchers.pop(run, None)
            self._grades.pop(run, None)

    def gone(self, client: str) -> None:
        """Forget a client that has disconnected."""
        for run in list(self._watchers):
            self.unwatch(client, run)

    def is_late(self, client: str) -> bool:
        """Tell whether ``client`` has much to read and should be sent no more for now."""
        return self._outlet.backlog(client) >= _BACKLOG

    def watches(self, run: str) -> bool:
        """Tell whether somebody watches ``run``."""
        return run in self._watchers

    def ended(self, run: str, why: Problem) -> None:
        """Tell those who watch that ``run`` cannot be shown any longer, and forget it."""
        self._tell(run, "gone", why)
        for client in list(self._watchers.get(run, ())):
            self.unwatch(client, run)

    # --- what they are told ----------------------------------------------------------------------

    def changed(self, session: Session) -> None:
        """Tell that something about a run as a whole changed."""
        self._tell(session.id, "run", session.info())
        if session.state != "running":
            self._graded_at = float("-inf")

    def _tell(self, run: str, event: str, payload: object) -> None:
        if clients := self._watchers.get(run):
            encoded = msgspec.Raw(_encode(payload))
            for client in list(clients):
                if event != "gone" and self.is_late(client):
                    self._behind.add((run, client))
                else:
                    self._outlet.send(client, event, encoded)

    # --- drawing ---------------------------------------------------------------------------------

    def _keep_drawing(self) -> None:
        runtime = self._runtime
        while self._watchers:
            began = runtime.now()
            self.draw_all()
            runtime.sleep(max(INTERVAL, _SHARE * (runtime.now() - began)))
        self._drawing = False

    def draw_all(self) -> None:
        """Send one picture of each watched run that changed, and now and then its grade."""
        now = self._runtime.now()
        grading = now - self._graded_at >= _GRADE_EVERY
        if grading:
            self._graded_at = now
        for run in list(self._watchers):
            try:
                session = self._find(run)
                self._draw(session)
                if grading:
                    self._tell_grade(session)
            except Exception:
                _log.exception("run %s cannot be drawn", run)
                self.ended(run, _BROKEN)

    def _tell_grade_soon(self, run: str) -> None:
        self._grades.pop(run, None)
        self._graded_at = float("-inf")

    def _tell_grade(self, session: Session) -> None:
        known = self._grades.get(session.id)
        if known is None or known.tick != session.tick:
            grade = self._grades[session.id] = session.grade()
            if known is None or (known.mp1, known.mp2, known.final) != (
                grade.mp1, grade.mp2, grade.final
            ):  # fmt: skip
                self._tell(session.id, "grade", grade)

    def _draw(self, session: Session) -> None:
        run = session.id
        frame = session.draw()
        changes = msgspec.Raw(_encode(frame)) if frame is not None else None
        whole: msgspec.Raw | None = None
        for client in list(self._watchers.get(run, ())):
            late = self.is_late(client)
            if late and changes is not None:
                self._behind.add((run, client))
            elif not late and (run, client) in self._behind:
                self._behind.discard((run, client))
                whole = whole or msgspec.Raw(_encode(session.picture()))
                self._outlet.send(client, "frame", whole)
                self._outlet.send(client, "run", msgspec.Raw(_encode(session.info())))
                self._tell_grade_soon(run)
            elif not late and changes is not None:
                self._outlet.send(client, "frame", changes)
