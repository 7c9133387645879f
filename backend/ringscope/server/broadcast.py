"""Broadcasting: pictures of runs to everyone who watches, never faster than they can be drawn.

A background task for each watched run draws it at most 25 times a second, the latest picture only,
and spends at most a quarter of the time on it; large pictures for many go out less often.  A client
that does not keep up misses frames, and gets a complete one as soon as it reads again.
"""

import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from ringscope.server.engine import Drawn, Picture
from ringscope.server.problems import RefusedError
from ringscope.server.replays import ReplayedLog
from ringscope.server.runtime import Runtime
from ringscope.server.session import Session
from ringscope.server.wire import Problem, RunGrade

_log = logging.getLogger(__name__)

#: Seconds from one picture to the next.
INTERVAL = 0.04
#: Drawing takes at most one part in so many of the time.
_SHARE = 4
#: Bytes of frames of one run that all clients together are sent in a second.
_BYTES_A_SECOND = 20_000_000
#: Seconds from one grade to the next.
_GRADE_EVERY = 1.0
#: A client with so many packets unread gets no more; of large ones a single one is enough.
_BACKLOG = 4
_LARGE = 200_000

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


#: What can be watched.
Watched = Session | ReplayedLog


class Broadcast:
    """Knows who watches which run."""

    def __init__(self, find: Callable[[str], Watched], outlet: Outlet, runtime: Runtime) -> None:
        self._find = find
        self._outlet = outlet
        self._runtime = runtime
        self._watchers: dict[str, dict[str, None]] = {}  # by run; a dict keeps the order
        self._behind: set[tuple[str, str]] = set()
        self._drawing: set[str] = set()
        self._grades: dict[str, RunGrade] = {}
        self._graded_at: dict[str, float] = {}

    # --- who watches -----------------------------------------------------------------------------

    def watch(self, client: str, run: str) -> msgspec.Raw:
        """Let ``client`` watch from now on; return the picture to begin with."""
        session = self._find(run)
        # the others must not miss what this picture already contains
        _, whole = self._tell_drawn(session, session.draw(whole=True))
        self._watchers.setdefault(run, {})[client] = None
        self._behind.discard((run, client))
        self._tell_grade_soon(run)  # the new watcher has seen none
        if run not in self._drawing:
            self._drawing.add(run)
            self._runtime.spawn(lambda: self._keep_drawing(run))
        return msgspec.Raw(whole)

    def unwatch(self, client: str, run: str) -> None:
        """Let ``client`` watch no longer."""
        clients = self._watchers.get(run, {})
        clients.pop(client, None)
        self._behind.discard((run, client))
        if not clients:
            self._watchers.pop(run, None)
            self._tell_grade_soon(run)

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
            self._graded_at.pop(session.id, None)

    def _tell(self, run: str, event: str, payload: object) -> None:
        if clients := self._watchers.get(run):
            encoded = msgspec.Raw(_encode(payload))
            for client in list(clients):
                if event != "gone" and self.is_late(client):
                    self._behind.add((run, client))
                else:
                    self._outlet.send(client, event, encoded)

    # --- drawing ---------------------------------------------------------------------------------

    def _keep_drawing(self, run: str) -> None:
        while run in self._watchers:
            self._runtime.sleep(max(INTERVAL, self.draw(run)))
        self._drawing.discard(run)

    def draw(self, run: str) -> float:
        """Send one picture of a run if it changed, and now and then its grade.

        Returns for how many seconds there should be no other.
        """
        began = self._runtime.now()
        try:
            session = self._find(run)
            pause = self._draw(session)
            if began - self._graded_at.get(run, float("-inf")) >= _GRADE_EVERY:
                self._graded_at[run] = began
                self._tell_grade(session)
            return pause
        except RefusedError as refusal:
            self.ended(run, refusal.problem)
        except Exception:
            _log.exception("run %s cannot be drawn", run)
            self.ended(run, _BROKEN)
        return 0.0

    def _tell_grade_soon(self, run: str) -> None:
        self._grades.pop(run, None)
        self._graded_at.pop(run, None)

    def _tell_grade(self, session: Watched) -> None:
        known = self._grades.get(session.id)
        if known is None or known.tick != session.tick:
            grade = self._grades[session.id] = session.grade()
            if known is None or (known.mp1, known.mp2, known.final) != (
                grade.mp1, grade.mp2, grade.final
            ):  # fmt: skip
                self._tell(session.id, "grade", grade)

    def _draw(self, session: Watched) -> float:
        """Draw and send; return for how many seconds there should be no other picture."""
        run = session.id
        mended = any(
            (run, client) in self._behind and not self.is_late(client)
            for client in self._watchers.get(run, ())
        )
        drawn = session.draw(whole=mended)
        began = self._runtime.now()
        size, _ = self._tell_drawn(session, drawn)
        spent = drawn.seconds + self._runtime.now() - began
        return max(_SHARE * spent, size / _BYTES_A_SECOND)

    def _tell_drawn(self, session: Watched, drawn: Drawn) -> tuple[int, bytes]:
        """Send a picture to whom it may concern; return the bytes sent and the whole picture."""
        run = session.id
        changes, whole = _encoded(drawn.changes), _encoded(drawn.whole)
        sent = 0
        most = 1 if len(changes) > _LARGE else _BACKLOG
        for client in list(self._watchers.get(run, ())):
            if self._outlet.backlog(client) >= most:
                if changes:
                    self._behind.add((run, client))
            elif (run, client) in self._behind:
                if whole:
                    self._behind.discard((run, client))
                    self._outlet.send(client, "frame", msgspec.Raw(whole))
                    self._outlet.send(client, "run", msgspec.Raw(_encode(session.info())))
                    self._tell_grade_soon(run)
                    sent += len(whole)
            elif changes:
                self._outlet.send(client, "frame", msgspec.Raw(changes))
                sent += len(changes)
        return sent, whole


def _encoded(picture: Picture | None) -> bytes:
    return b"" if picture is None else _encode(picture)
