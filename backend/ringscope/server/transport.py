"""Socket.IO made fit for frames: fast JSON, and a look at how far behind a client is.

python-socketio searches every payload for bytes before it encodes it, which costs ten times the
encoding itself; our payloads have none, since msgspec writes bytes as base64.
"""

import io
import logging
from collections.abc import Iterable
from typing import Any

import msgspec
from flask_socketio import SocketIO
from socketio.packet import Packet

from ringscope.server.gate import Environ, StartResponse, Wsgi

_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


class Json:
    """The part of the json module that Socket.IO needs, and it knows msgspec's types."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        """Return ``value`` as JSON."""
        return _encoder.encode(value).decode()

    @staticmethod
    def loads(text: str, **_: object) -> Any:
        """Return what the JSON in ``text`` says; raises ValueError if it is none."""
        try:
            return _decoder.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(str(error)) from None


class FastPacket(Packet):  # type: ignore[misc]
    """A packet that is not searched for bytes.  A class of its own: ``json`` is set on it."""

    uses_binary_events = False


def make_socketio(async_mode: str) -> SocketIO:
    """Return a Socket.IO server that is yet to be given an application.

    Its own logs are kept quiet: they tell with a traceback of each packet that is none.
    """
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return SocketIO(
        async_mode=async_mode,
        json=Json,
        serializer=FastPacket,
        ping_interval=5,
        ping_timeout=15,  # a ping waits behind the frames that were sent before it
        max_http_buffer_size=100_000,
    )


def tune(app: Wsgi) -> Wsgi:
    """Return ``app`` with sockets that are neither compressed nor chatty.

    Browsers offer to compress what comes over a socket, which would cost many times the CPU of
    sending it; and every page that goes away would leave a complaint about its socket.
    """

    def tuned(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        if environ.get("PATH_INFO", "").startswith("/socket.io"):
            environ["wsgi.errors"] = _Complaints()
        return app(environ, start_response)

    return tuned


class _Complaints(io.TextIOBase):
    """A stream of errors that goes to the log, where few look."""

    def write(self, text: str) -> int:
        _log.debug("%s", text.strip())
        return len(text)


def backlog(socketio: SocketIO, client: str) -> int:
    """Return how many packets wait to be sent to ``client``, a session id of Socket.IO.

    Socket.IO has no such question, so this looks into its queues; nothing else may.
    """
    server = socketio.server
    connection = server.manager.eio_sid_from_sid(client, "/")
    socket = server.eio.sockets.get(connection)
    return int(socket.queue.qsize()) if socket is not None else 0
