"""Transcripts: what happened in a run, as text, computed again for whoever asks.

Those of large runs are written by a process of their own, see `ringscope.server.transcriber`, no
faster than they are read.
"""

from collections.abc import Iterable

import msgspec

from ringscope.server import logs
from ringscope.server.children import end_child, start_child
from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError, conflict, too_many
from ringscope.server.runtime import Runtime
from ringscope.server.session import Session
from ringscope.server.transcriber import END, PROBLEM, Kind, Request
from ringscope.server.wire import Problem


class Transcripts:
    """Writes transcripts, of large runs so many at a time as ``limits`` allow."""

    def __init__(self, limits: Limits, runtime: Runtime) -> None:
        self._limits = limits
        self._runtime = runtime
        self._under_way: set[_Transcript] = set()

    def debug_log(self, session: Session) -> Iterable[bytes]:
        """Return dbg.log up to the live tick, in pieces."""
        if session.large:
            return self._begin(session, "debug_log", session.tick)
        return logs.debug_log(session.recipe, session.tick, self._runtime.turn())

    def recording(self, session: Session) -> Iterable[bytes]:
        """Return events.jsonl up to the live tick, in pieces."""
        if session.large:
            return self._begin(session, "recording", session.tick)
        return logs.recording(session.recipe, session.tick, self._runtime.turn())

    def events(self, session: Session, first: int, until: int, trace: bool) -> bytes:
        """Return an `EventsPage` of the ticks from ``first`` to ``until - 1`` as JSON."""
        if session.large:
            with self._begin(session, "events", until, first, trace) as transcript:
                return b"".join(transcript)
        turn = self._runtime.turn()
        page = logs.events_page(session.recipe, first, until, trace, self._limits, turn)
        return msgspec.json.encode(page, enc_hook=logs.plain)

    def close(self) -> None:
        """Stop all that are being written."""
        for transcript in list(self._under_way):
            transcript.close()

    def _begin(
        self, session: Session, kind: Kind, until: int, first: int = 0, trace: bool = True
    ) -> "_Transcript":
        if len(self._under_way) >= self._limits.transcripts:
            raise too_many(
                f"{self._limits.transcripts} logs of large runs are being written already, which "
                "is the most; wait"
            )
        request = Request(
            session.recipe.written(), kind, until, first, trace,
            self._limits.events, self._limits.facts,
        )  # fmt: skip
        return _Transcript(request, self._under_way)


class _Transcript:
    """The pieces of one, as its process writes them; is in ``under_way`` until it ends."""

    def __init__(self, request: Request, under_way: set["_Transcript"]) -> None:
        self._under_way = under_way
        try:
            self._process, self._channel = start_child("ringscope.server.transcriber")
        except OSError as error:
            raise conflict(f"no process could be started to write the log: {error}") from None
        under_way.add(self)
        self._channel.send(msgspec.msgpack.encode(request))

    def __iter__(self) -> "_Transcript":
        return self

    def __next__(self) -> bytes:
        try:
            message = bytes(self._channel.receive())
        except (EOFError, OSError):
            how = self.close()
            raise conflict(f"the process that wrote the log ended with {how}") from None
        if message[:1] == END:
            self.close()
            raise StopIteration
        if message[:1] == PROBLEM:
            self.close()
            problem = msgspec.json.decode(message[1:], type=Problem)
            raise RefusedError(problem.status, problem.title, problem.detail)
        return message[1:]

    def __enter__(self) -> "_Transcript":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> str:
        """End the process, if it has not ended yet, and say how it ended."""
        self._under_way.discard(self)
        how = end_child(self._process)
        self._channel.close()
        return how
