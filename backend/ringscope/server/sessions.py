"""The sessions in memory: how many there may be, and which leave it when others need the room.

Whoever leaves is computed again when somebody asks for it.  A large run takes hundreds of megabytes
and a process, so few are kept, and those that are idle leave after a while.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ringscope.server.limits import Limits
from ringscope.server.problems import conflict, too_many
from ringscope.server.runtime import Runtime
from ringscope.server.session import Session

#: Seconds from one look for large runs that are idle to the next.
_TIDY_EVERY = 5.0


class Sessions:
    """``watched`` tells whether somebody watches a run, ``note`` stores how far one has come."""

    def __init__(
        self,
        limits: Limits,
        runtime: Runtime,
        watched: Callable[[str], bool],
        note: Callable[[Session], None],
    ) -> None:
        self._limits = limits
        self._runtime = runtime
        self._watched = watched
        self._note = note
        self._sessions: dict[str, Session] = {}  # the most recently used come last
        self._opening = 0  # large ones that will soon be here
        self._idle_since: dict[str, float] = {}
        self._tidying = False

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def get(self, run: str) -> Session | None:
        """Return the session of a run, if it is here."""
        return self._sessions.get(run)

    def use(self, run: str) -> Session | None:
        """Return the session of a run, if it is here, and take notice that it is used."""
        if session := self._sessions.pop(run, None):
            self._sessions[run] = session
        return session

    def add(self, session: Session) -> None:
        """Take in a session; idle ones make room."""
        self._sessions[session.id] = session
        idle = [one for one in self if one is not session and self.is_idle(one)]
        for old in idle[: max(0, len(self._sessions) - self._limits.live)]:
            self.put_away(old)
        if session.large and not self._tidying:
            self._tidying = True
            self._runtime.spawn(self._keep_tidy)

    def put_away(self, session: Session) -> None:
        """Note how far a session has come and let it leave memory."""
        self._note(session)
        self.remove(session.id)

    def remove(self, run: str) -> None:
        """Stop a run, if it is here, and forget it."""
        self._idle_since.pop(run, None)
        if session := self._sessions.pop(run, None):
            session.close()

    def is_idle(self, session: Session) -> bool:
        """Tell whether nobody would miss a session."""
        return not session.advancing and not self._watched(session.id)

    # --- room ------------------------------------------------------------------------------------

    def room_to_run(self, one: Session | None = None) -> None:
        """Refuse if too many runs advance for ``one`` more, which may advance already."""
        running = sum(session.advancing for session in self)
        if one is not None and (one.advancing or one.state != "paused"):
            return
        if running >= self._limits.running:
            raise too_many(
                f"{running} runs advance already, which is the most; pause or delete one first"
            )

    @contextmanager
    def opening(self, large: bool) -> Iterator[None]:
        """Hold a place for a session that is being made; refuse if there is none."""
        if large:
            self._make_room_for_large()
        self._opening += large
        try:
            yield
        finally:
            self._opening -= large

    def _make_room_for_large(self) -> None:
        large = [session for session in self if session.large]
        idle = [session for session in large if self.is_idle(session)]
        excess = len(large) + self._opening + 1 - self._limits.large
        if excess > len(idle):
            raise conflict(
                f"{self._limits.large} runs with so many peers are open already, which is the most;"
                " pause and leave one of them, or delete it"
            )
        for old in idle[: max(0, excess)]:
            self.put_away(old)

    def _keep_tidy(self) -> None:
        while any(session.large for session in self):
            self._runtime.sleep(_TIDY_EVERY)
            self.tidy()
        self._tidying = False

    def tidy(self) -> None:
        """Let large runs leave that have been idle for long, and what was needed to look back."""
        now = self._runtime.now()
        for session in self:
            session.rest()
            if not (session.large and self.is_idle(session)):
                self._idle_since.pop(session.id, None)
            elif now - self._idle_since.setdefault(session.id, now) >= self._limits.idle:
                self.put_away(session)
