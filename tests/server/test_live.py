"""Socket.IO with real clients against a real server process."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import msgspec
import pytest
import requests
import socketio
from tests.server.conftest import SMALL, Server, serving
from websocket import WebSocket, create_connection

from ringscope.server.wire import SERVER_EVENTS, Frame

PATIENCE = 20


class Viewer:
    """A page: asks, and collects what it is told."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.client = socketio.Client(reconnection=False)
        self.told: dict[str, Queue[Any]] = {name: Queue() for name in SERVER_EVENTS}
        for name, queue in self.told.items():
            self.client.on(name, queue.put)
        auth = {"token": token} if token else None
        self.client.connect(url, transports=["websocket"], auth=auth)

    def ask(self, event: str, **payload: Any) -> Any:
        return self.client.call(event, payload, timeout=PATIENCE)

    def hears(self, event: str) -> Any:
        return self.told[event].get(timeout=PATIENCE)


@contextmanager
def viewing(url: str, token: str | None = None) -> Iterator[Viewer]:
    viewer = Viewer(url, token)
    try:
        yield viewer
    finally:
        viewer.client.disconnect()


@pytest.fixture
def viewer(server: Server) -> Iterator[Viewer]:
    with viewing(server.url) as one:
        yield one


def start(server: Server, **body: Any) -> str:
    asked = {"text": SMALL, "paused": True} | body
    answer = requests.post(f"{server.url}/api/runs", json=asked, timeout=PATIENCE)
    run: str = answer.json()["id"]
    return run


# --- watching ------------------------------------------------------------------------------------


def test_a_viewer_follows_a_run_to_its_end(server: Server, viewer: Viewer) -> None:
    run = start(server, text="MAX_NNB: 10\nCRUD_TEST: CREATE\nTICKS: 120\n", speed=0)
    frame = msgspec.convert(viewer.ask("watch", run=run), Frame)
    assert (frame.complete, frame.state, frame.snapshot.tick) == (True, "paused", 0)
    assert viewer.ask("control", run=run, command="resume")["state"] == "running"
    number, ticks = frame.number, 0
    while frame.state != "finished":
        frame = msgspec.convert(viewer.hears("frame"), Frame)
        number += 1
        assert (frame.number, frame.complete) == (number, False)
        assert frame.history is not None
        assert frame.history.series.start == ticks
        ticks += len(frame.history.series.sent)
    assert ticks == frame.snapshot.tick == 120
    assert [viewer.hears("run")["state"], viewer.hears("run")["state"]] == ["running", "finished"]
    grades = [viewer.hears("grade")]
    while not grades[-1]["final"]:
        grades.append(viewer.hears("grade"))
    assert grades[-1]["mp2"]["total"] == 3


def test_two_viewers_see_the_same_picture(server: Server, viewer: Viewer) -> None:
    run = start(server)
    viewer.ask("watch", run=run)
    viewer.ask("control", run=run, command="step", value=10)
    with viewing(server.url) as other:
        late = other.ask("watch", run=run)
        viewer.ask("act", run=run, line="FAIL 3")
        viewer.ask("control", run=run, command="step", value=30)
        seen = other.hears("frame")
        frames = [viewer.hears("frame")]
        while frames[-1]["number"] < seen["number"]:
            frames.append(viewer.hears("frame"))
        assert frames[-1] == seen
        assert seen["number"] == late["number"] + 1
        again = [page.ask("watch", run=run) for page in (viewer, other)]
        assert again[0] == again[1]
        assert again[0]["snapshot"]["peers"][2]["state"] == "failed"


def test_seeking_shows_the_past_and_leaves_the_run_alone(server: Server, viewer: Viewer) -> None:
    run = start(server)
    viewer.ask("control", run=run, command="step", value=20)
    then = viewer.ask("watch", run=run)["snapshot"]
    viewer.ask("control", run=run, command="step", value=20)
    past = viewer.ask("seek", run=run, tick=20)
    assert (past["snapshot"], past["history"], past["complete"]) == (then, None, True)
    assert viewer.ask("control", run=run, command="pause")["tick"] == 40


def test_who_stops_watching_hears_nothing(server: Server, viewer: Viewer) -> None:
    run, other = start(server), start(server)
    viewer.ask("watch", run=run)
    viewer.ask("watch", run=other)
    assert viewer.ask("unwatch", run=run) == {}
    for each in (run, other):
        viewer.ask("control", run=each, command="step", value=5)
    heard = {viewer.hears("frame")["run"]}
    while True:
        try:
            heard.add(viewer.told["frame"].get(timeout=0.2)["run"])
        except Empty:
            break
    assert heard == {other}


def test_who_watches_a_run_that_is_deleted_hears_so(server: Server, viewer: Viewer) -> None:
    run = start(server)
    viewer.ask("watch", run=run)
    requests.delete(f"{server.url}/api/runs/{run}", timeout=PATIENCE)
    gone = viewer.hears("gone")
    assert (gone["status"], "may have been deleted" in gone["detail"]) == (404, True)


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "payload", "status"),
    [
        ("watch", {"run": "unknown"}, 404),
        ("watch", {}, 400),
        ("watch", {"run": 3}, 400),
        ("watch", {"run": "x", "more": 1}, 400),
        ("watch", [], 400),
        ("watch", None, 400),
        ("watch", "run", 400),
        ("seek", {"run": "{run}", "tick": 1}, 422),
        ("seek", {"run": "{run}", "tick": -1}, 422),
        ("seek", {"run": "{run}", "tick": 0.5}, 400),
        ("control", {"run": "{run}", "command": "explode"}, 400),
        ("control", {"run": "{run}", "command": "speed"}, 400),
        ("control", {"run": "{run}", "command": "speed", "value": -1}, 422),
        ("control", {"run": "{run}", "command": "step", "value": 0.5}, 422),
        ("control", {"run": "{run}", "command": "step", "value": 0}, 422),
        ("control", {"run": "{run}", "command": "step", "value": 1e300}, 422),
        ("act", {"run": "{run}", "line": "FAIL 99"}, 422),
        ("act", {"run": "{run}", "line": None}, 400),
        ("act", {"run": "unknown", "line": "FAIL 1"}, 404),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_problem(
    server: Server, viewer: Viewer, event: str, payload: Any, status: int
) -> None:
    if isinstance(payload, dict) and payload.get("run") == "{run}":
        payload = payload | {"run": start(server)}
    answer = viewer.client.call(event, payload, timeout=PATIENCE)
    assert answer["status"] == status
    assert answer["detail"]


@pytest.mark.parametrize("given", [(), ({"run": "x"}, {"run": "y"})])
def test_one_object_is_expected(viewer: Viewer, given: tuple[Any, ...]) -> None:
    assert viewer.client.call("watch", given, timeout=PATIENCE)["status"] == 400


@pytest.mark.parametrize(
    "packet",
    ["42", "42{", "42[", '42["watch"', "42[]", "42[1]", "4999", "49", '451-["x"]', "x", ""],
)
def test_a_packet_that_is_none_harms_nobody_else(
    server: Server, viewer: Viewer, packet: str
) -> None:
    socket = open_socket(server)
    socket.send(packet)
    socket.close()
    assert viewer.ask("watch", run="unknown")["status"] == 404


def open_socket(server: Server, **options: Any) -> WebSocket:
    """Connect below python-socketio: a WebSocket that speaks Engine.IO by hand."""
    url = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    socket = create_connection(url, timeout=PATIENCE, **options)
    assert socket.recv().startswith("0")
    socket.send("40")
    assert socket.recv().startswith("40")
    return socket


def test_another_sites_page_gets_no_socket(server: Server) -> None:
    with pytest.raises(Exception, match="403"):
        open_socket(server, origin="http://evil.example")
    open_socket(server, origin=server.url).close()


def test_sockets_are_not_compressed(server: Server) -> None:
    socket = open_socket(
        server, header=["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]
    )
    assert "sec-websocket-extensions" not in (socket.headers or {})
    socket.close()


def test_without_the_token_one_may_look_but_change_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "instance", "--token", "secret") as server:
        trusted = {"Authorization": "Bearer secret"}
        body = {"text": SMALL, "paused": True}
        url = f"{server.url}/api/runs"
        assert requests.post(url, json=body, timeout=PATIENCE).status_code == 401
        run = requests.post(url, json=body, headers=trusted, timeout=PATIENCE).json()["id"]
        with viewing(server.url) as stranger, viewing(server.url, "secret") as friend:
            assert stranger.ask("watch", run=run)["snapshot"]["tick"] == 0
            assert stranger.ask("act", run=run, line="FAIL 1")["status"] == 401
            assert stranger.ask("control", run=run, command="step")["status"] == 401
            assert friend.ask("control", run=run, command="step")["tick"] == 1
            assert stranger.hears("frame")["snapshot"]["tick"] == 1


# --- load and accidents --------------------------------------------------------------------------


def test_a_viewer_that_does_not_read_harms_no_other(server: Server, viewer: Viewer) -> None:
    run = start(server, text="MAX_NNB: 100\nTICKS: 5000\nKEYS: 1\n", speed=500)
    deaf = open_socket(server)
    deaf.send('421["watch",' + json.dumps({"run": run}) + "]")
    viewer.ask("watch", run=run)
    viewer.ask("control", run=run, command="resume")
    frames = [viewer.hears("frame") for _ in range(40)]
    assert [frame["complete"] for frame in frames] == [False] * 40, "no frame was missed"
    assert viewer.ask("control", run=run, command="pause")["state"] == "paused"
    deaf.close()


def test_after_kill_9_each_run_is_there_at_its_tick(tmp_path: Path) -> None:
    with serving(tmp_path / "instance") as server, viewing(server.url) as viewer:
        run = start(server)
        viewer.ask("watch", run=run)
        viewer.ask("control", run=run, command="step", value=20)
        viewer.ask("act", run=run, line="FAIL 3")
        viewer.ask("control", run=run, command="step", value=15)
        before = viewer.ask("watch", run=run)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(PATIENCE)
    with serving(tmp_path / "instance") as server, viewing(server.url) as viewer:
        [listed] = requests.get(f"{server.url}/api/runs", timeout=PATIENCE).json()
        assert (listed["tick"], listed["state"]) == (35, "paused")
        assert listed["actions"] == ["AT 20 FAIL 3"]
        after = viewer.ask("watch", run=run)
        assert after["snapshot"] == before["snapshot"]
        assert after["history"] == before["history"]
        assert viewer.ask("control", run=run, command="step")["tick"] == 36


def test_after_kill_9_a_running_run_lost_about_a_second_at_most(tmp_path: Path) -> None:
    with serving(tmp_path / "instance") as server, viewing(server.url) as viewer:
        run = start(server, text="MAX_NNB: 4\nTICKS: 10000\n", speed=100, paused=False)
        viewer.ask("watch", run=run)
        seen = 0
        while seen < 150:
            seen = viewer.hears("frame")["snapshot"]["tick"]
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(PATIENCE)
    with serving(tmp_path / "instance") as server:
        [listed] = requests.get(f"{server.url}/api/runs", timeout=PATIENCE).json()
        assert 30 <= listed["tick"] <= seen + 30
        assert listed["state"] == "paused"
