"""The live interface: Socket.IO events as `ringscope.server.wire` describes them.

Every question is answered by an acknowledgement: with the value, or with a `Problem`.
"""

import logging
from collections.abc import Callable
from typing import Any

from flask import request
from flask_socketio import SocketIO

from ringscope.server.broadcast import Broadcast
from ringscope.server.engine import Picture
from ringscope.server.gate import Gate
from ringscope.server.problems import RefusedError, bad_request, conflict, invalid, read, too_many
from ringscope.server.runs import Runs
from ringscope.server.session import Session
from ringscope.server.transport import backlog
from ringscope.server.wire import (
    CLIENT_EVENTS,
    Act,
    Control,
    Done,
    Problem,
    RunInfo,
    Seek,
    Unwatch,
    Watch,
)

_log = logging.getLogger(__name__)


class SocketOutlet:
    """Sends over Socket.IO."""

    def __init__(self, socketio: SocketIO) -> None:
        self._socketio = socketio

    def send(self, client: str, event: str, payload: object) -> None:
        """Send one message to one client."""
        self._socketio.emit(event, payload, to=client)

    def backlog(self, client: str) -> int:
        """Return how many messages a client has yet to read."""
        return backlog(self._socketio, client)


class Live:
    """Answers the questions of Socket.IO clients."""

    def __init__(self, runs: Runs, broadcast: Broadcast, gate: Gate) -> None:
        self._runs = runs
        self._broadcast = broadcast
        self._gate = gate
        self._connected: set[str] = set()
        self._trusted: set[str] = set()

    def register(self, socketio: SocketIO) -> None:
        """Have ``socketio`` call this object."""
        socketio.on_event("connect", self.connect)
        socketio.on_event("disconnect", self.disconnect)
        answers: dict[str, Callable[..., object]] = {
            "watch": self.watch,
            "unwatch": self.unwatch,
            "seek": self.seek,
            "control": self.control,
            "act": self.act,
        }
        for name, (payload, _) in CLIENT_EVENTS.items():
            socketio.on_event(name, _answering(payload, answers[name]))

    def connect(self, auth: object = None) -> None:
        """Let a client in; who brings no token may only look."""
        self._connected.add(_client())
        token = auth.get("token") if isinstance(auth, dict) else None
        if self._gate.may_change(token if isinstance(token, str) else None):
            self._trusted.add(_client())

    def disconnect(self, reason: object = None) -> None:
        """Forget a client."""
        self._connected.discard(_client())
        self._trusted.discard(_client())
        self._broadcast.gone(_client())

    def watch(self, asked: Watch) -> Picture:
        """Show a run from now on."""
        self._must_read()
        self._runs.look(asked.run)  # which may take its time
        if _client() not in self._connected:
            raise conflict("who asked to watch is gone")
        return self._broadcast.watch(_client(), asked.run)

    def unwatch(self, asked: Unwatch) -> Done:
        """Stop showing a run."""
        self._broadcast.unwatch(_client(), asked.run)
        return Done()

    def seek(self, asked: Seek) -> Picture:
        """Show a past tick."""
        self._must_read()
        return self._runs.look(asked.run).past(asked.tick)

    def control(self, asked: Control) -> RunInfo:
        """Pause, resume, step, or set the speed."""
        session = self._changeable(asked.run)
        if asked.command == "pause":
            session.pause()
        elif asked.command == "resume":
            self._runs.resume(session)
        elif asked.command == "step":
            self._runs.step(session, 1 if asked.value is None else whole(asked.value))
        elif asked.value is None:
            raise bad_request("speed needs a value, in ticks a second; 0: as fast as it goes")
        else:
            session.set_speed(asked.value)
        return session.info()

    def act(self, asked: Act) -> RunInfo:
        """Do something to a run in its next tick."""
        session = self._changeable(asked.run)
        self._runs.act(session, asked.line)
        return session.info()

    def _must_read(self) -> None:
        """Refuse to send pictures to who does not read those sent before."""
        if self._broadcast.is_late(_client()):
            raise too_many("read what was sent before, then ask again")

    def _changeable(self, run: str) -> Session:
        if _client() not in self._trusted:
            raise RefusedError(
                401, "Unauthorized", "This needs the server's token, as auth: {token}."
            )
        return self._runs.find(run)


def whole(value: float) -> int:
    """Return ``value`` as a number of ticks."""
    if value != value // 1:
        raise invalid(f"a step takes a whole number of ticks, not {value:g}")
    return int(value)


def _client() -> str:
    client: str = request.sid  # type: ignore[attr-defined]
    return client


def _answering(payload: type[Any], answer: Callable[..., object]) -> Callable[..., object]:
    """Return the handler that reads a ``payload`` and returns its answer, or a `Problem`."""

    def handler(*given: object) -> object:
        try:
            if len(given) != 1:
                raise bad_request(f"expected one object, got {len(given)} values")
            return answer(read(given[0], payload))
        except RefusedError as refusal:
            return refusal.problem
        except Exception:
            _log.exception("%s failed", payload.__name__)
            return Problem("Internal error", 500, "The server made a mistake; its log says more.")

    return handler
