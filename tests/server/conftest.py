"""Virtual time for sessions, an application without a network, and a real server."""

import heapq
import itertools
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ringscope.server.factory import Config, create_app
from ringscope.server.recipe import Recipe
from ringscope.server.runtime import Runtime
from ringscope.server.services import Services
from ringscope.server.session import Listener, Session
from ringscope.server.storage import StoredRun
from ringscope.simulation.scenario import parse_scenario

SMALL = "MAX_NNB: 4\nTICKS: 60\n"


class VirtualTime:
    """A clock that only sleeping moves; looking at it costs ``cost`` seconds.

    Background tasks run when `run` is called, one after the other, and `at` plans what happens
    while they sleep.
    """

    def __init__(self, cost: float = 0.0) -> None:
        self.seconds = 0.0
        self.cost = cost
        self.naps: list[float] = []
        self._plans: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._tasks: list[Callable[[], None]] = []
        self.runtime = Runtime(self.now, self.sleep, self._tasks.append)

    def now(self) -> float:
        self.seconds += self.cost
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        assert len(self.naps) < 100_000, "this would never end"
        self.seconds += seconds
        while self._plans and self._plans[0][0] <= self.seconds:
            heapq.heappop(self._plans)[2]()

    def at(self, seconds: float, plan: Callable[[], object]) -> None:
        heapq.heappush(self._plans, (seconds, next(self._order), plan))

    def run(self) -> None:
        while self._tasks:
            self._tasks.pop(0)()


class Ear:
    """Listens to sessions and remembers what it heard."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.lines: list[tuple[int, str]] = []
        self.notes: list[int] = []

    def progressed(self, session: Session) -> None:
        self.notes.append(session.tick)

    def changed(self, session: Session) -> None:
        self.states.append(session.state)

    def acted(self, session: Session, number: int, line: str) -> None:
        self.lines.append((number, line))


def stored(scenario: str = SMALL, **fields: object) -> StoredRun:
    values: dict[str, object] = {
        "id": "run",
        "name": "small",
        "scenario": scenario,
        "seed": 1,
        "tick": 0,
        "state": "paused",
        "speed": 20.0,
        "created": "2024-01-01T00:00:00+00:00",
    }
    return StoredRun(**(values | fields))  # type: ignore[arg-type]


def session_of(run: StoredRun, runtime: Runtime, listener: Listener) -> Session:
    """The session of a stored run, at its first tick."""
    scenario = parse_scenario(run.scenario, run.name)
    return Session(run, Recipe.of(scenario, run.seed, run.actions), runtime, listener)


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def ear() -> Ear:
    return Ear()


@contextmanager
def application(config: Config) -> Iterator[FlaskClient]:
    app = create_app(config)
    try:
        yield app.test_client()
    finally:
        services: Services = app.extensions["ringscope"]
        services.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with application(Config(tmp_path, static=tmp_path / "static")) as made:
        yield made


class Server:
    """``ringscope serve`` as a process of its own, on a port that was free."""

    def __init__(self, instance: Path, *options: str) -> None:
        command = [sys.executable, "-m", "ringscope.cli", "serve", "--port", "0"]
        complaints = instance.parent / f"{instance.name}.stderr"
        with complaints.open("wb") as stderr:
            self.process = subprocess.Popen(
                [*command, "--instance", str(instance), *options],
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline().decode()
        found = re.search(r"http://[^/\s]+", said)
        assert found, f"{said} {complaints.read_text()}"
        self.url = found[0]
        self.said = said

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@contextmanager
def serving(instance: Path, *options: str) -> Iterator[Server]:
    server = Server(instance, *options)
    try:
        yield server
    finally:
        server.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with serving(folder / "instance") as running:
        yield running
    assert (folder / "instance.stderr").read_text() == "", "whatever was asked, it was no surprise"
