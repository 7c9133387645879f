"""What we ask of python-socketio's inside, checked against the real thing."""

import sys
from typing import Any

import msgspec
import pytest
from engineio.socket import Socket

from ringscope.server.problems import RefusedError
from ringscope.server.transport import FastPacket, Json, backlog, make_socketio, tune
from ringscope.server.wire import Done


def test_the_backlog_is_what_a_client_has_yet_to_read() -> None:
    socketio = make_socketio("threading")
    socketio.init_app(None)
    server = socketio.server
    server.eio.sockets["connection"] = Socket(server.eio, "connection")
    client = server.manager.connect("connection", "/")
    assert backlog(socketio, client) == 0
    for _ in range(3):
        socketio.emit("frame", Done(), to=client)
    assert backlog(socketio, client) == 3
    del server.eio.sockets["connection"]
    assert backlog(socketio, client) == 0, "it has gone"


def test_payloads_may_be_msgspec_values_and_ready_made_json() -> None:
    packet = FastPacket(2, data=["frame", msgspec.Raw(b'{"tick":3}'), Done(), b"\x00\xff"])
    make_socketio("threading").init_app(None)  # sets the packet's json
    assert packet.encode() == '2["frame",{"tick":3},{},"AP8="]'


def test_sockets_are_not_compressed_and_not_chatty() -> None:
    heard: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: object) -> list[bytes]:
        heard.append(environ)
        return []

    offer = {"HTTP_SEC_WEBSOCKET_EXTENSIONS": "permessage-deflate", "wsgi.errors": sys.stderr}
    for path in ("/socket.io/", "/api/runs"):
        tune(app)(offer | {"PATH_INFO": path}, lambda *_: None)
    assert all("HTTP_SEC_WEBSOCKET_EXTENSIONS" not in environ for environ in heard)
    assert [environ["wsgi.errors"] is sys.stderr for environ in heard] == [False, True]
    heard[0]["wsgi.errors"].write("gone")


def test_what_is_no_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="truncated"):
        Json.loads("{")


def test_a_refusal_reads_as_a_sentence() -> None:
    from ringscope.server.problems import bad_request, sentence

    assert sentence("no tick") == "No tick."
    assert sentence("why?") == "Why?"
    refusal = bad_request("no tick")
    assert isinstance(refusal, RefusedError)
    assert (refusal.problem.status, refusal.problem.detail) == (400, "No tick.")
