"""Event streaming, the whole way: a tick of a live run until fifty viewers hold its picture.

The server is a real one.  The viewers are Socket.IO clients over WebSockets that only note when a
frame arrives and which tick it shows, all in one thread, so that what is measured is the server.
The run is paused and stepped: a tick begins when it is asked for, which is a moment that both sides
know, so each figure is an upper bound that includes the way of the question.
"""

import select
from collections.abc import Callable
from typing import Any

import msgspec

from ringscope.benchmarks.measure import Clock
from ringscope.benchmarks.server import ServerFailedError, post, serving
from ringscope.benchmarks.suite import Bench

RUN = {"text": "MAX_NNB: 10\nCRUD_TEST: READ\nTICKS: 2000\n", "name": "viewers", "paused": True}
TICKS_PER_SECOND = 20
WARM_UP_TICKS = 20
_PATIENCE = 20


def measure(bench: Bench) -> None:
    """Time frames on their way to the viewers."""
    try:
        from websocket import WebSocketException, create_connection
    except ImportError:
        bench.miss("viewers", "the Socket.IO client of the tests is not installed")
        return
    try:
        with serving(bench.folder("viewers")) as address:
            run = post(address, "/runs", dict(RUN))["id"]

            def connect() -> Any:
                url = address.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
                # Its check of the encoding, in Python, would take longer than all the rest.
                return create_connection(url, timeout=_PATIENCE, skip_utf8_validation=True)

            _report(bench, _watched(bench, connect, run))
    except (ServerFailedError, WebSocketException, OSError) as error:
        bench.miss("viewers", f"{error}"[:200])


class _Snapshot(msgspec.Struct):
    tick: int


class _Frame(msgspec.Struct):
    snapshot: _Snapshot


_decode = msgspec.json.Decoder(tuple[str, _Frame]).decode


class Viewer:
    """One client that watches ``run``."""

    def __init__(self, socket: Any, run: str) -> None:
        self.socket = socket
        self._receive("0")
        socket.send("40")
        self._receive("40")
        socket.send(_question(0, "watch", {"run": run}))
        self._receive("430")

    def _receive(self, beginning: str) -> str:
        while not (text := str(self.socket.recv())).startswith(beginning):
            self._answer(text)
        return text

    def _answer(self, text: str) -> None:
        if text == "2":  # the server wants to know whether we are still there
            self.socket.send("3")

    def frame(self) -> int | None:
        """Take in one message; return the tick that it shows, if it is a frame."""
        text = str(self.socket.recv())
        self._answer(text)
        if not text.startswith('42["frame"'):
            return None
        _, frame = _decode(text.removeprefix("42"))
        return frame.snapshot.tick


def _question(number: int, name: str, payload: dict[str, Any]) -> str:
    return f"42{number}{msgspec.json.encode([name, payload]).decode()}"


def _watched(bench: Bench, connect: Callable[[], Any], run: str) -> dict[int, list[float]]:
    """Step the run in even time; return for each tick the seconds until each viewer had it."""
    viewers = [Viewer(connect(), run) for _ in range(bench.scale.viewers)]
    driver = connect()
    driver.recv()
    driver.send("40")
    driver.recv()
    began: dict[int, float] = {}
    delays: dict[int, list[float]] = {}
    begin = bench.clock()
    total = WARM_UP_TICKS + int(bench.scale.seconds * TICKS_PER_SECOND)
    for tick in range(1, total + 1):
        due = begin + tick / TICKS_PER_SECOND
        _collect(viewers, driver, bench.clock, due, began, delays)
        began[tick] = bench.clock()
        driver.send(_question(tick, "control", {"run": run, "command": "step", "value": 1}))
    _collect(viewers, driver, bench.clock, bench.clock() + 1, began, delays)
    for one in (driver, *(viewer.socket for viewer in viewers)):
        one.close()
    return {tick: seen for tick, seen in delays.items() if tick > WARM_UP_TICKS}


def _collect(
    viewers: list[Viewer],
    driver: Any,
    clock: Clock,
    until: float,
    began: dict[int, float],
    delays: dict[int, list[float]],
) -> None:
    """Read what arrives until then."""
    by_socket = {viewer.socket.sock: viewer for viewer in viewers}
    while (left := until - clock()) > 0:
        ready, _, _ = select.select([driver.sock, *by_socket], [], [], left)
        for sock in ready:
            if sock is driver.sock:
                if str(driver.recv()) == "2":
                    driver.send("3")
            elif (tick := by_socket[sock].frame()) in began:
                delays.setdefault(tick, []).append(clock() - began[tick])


def _report(bench: Bench, delays: dict[int, list[float]]) -> None:
    waited = sorted(1000 * delay for seen in delays.values() for delay in seen)
    if not waited:
        bench.miss("viewers", "no frame arrived")
        return
    viewers = bench.scale.viewers
    rate = len(waited) / viewers / bench.scale.seconds
    note = f"from asking for a tick to its frame, {viewers} viewers, {TICKS_PER_SECOND} ticks/s"
    for name, share in ("p50", 0.5), ("p95", 0.95):
        bench.add(f"viewers.{name}", "ms", [waited[int(share * (len(waited) - 1))]], note)
    bench.add("viewers.rate", "frame/s", [rate], f"for each of {viewers} viewers")
