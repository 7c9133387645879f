"""Runs of large groups, computed in processes of their own: nobody above a session can tell."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socket import socketpair
from threading import Thread
from typing import Any

import msgspec
import pytest
import requests
from tests.server.conftest import Ear, VirtualTime, session_of, stored

from ringscope.events import AnyEvent
from ringscope.server import worker
from ringscope.server.channel import Channel
from ringscope.server.engine import BrokenTickError, LocalEngine, LostEngineError
from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError
from ringscope.server.recipe import Recipe
from ringscope.server.remote import RemoteEngine
from ringscope.server.session import Session
from ringscope.server.wire import Frame
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import parse_scenario
from ringscope.simulation.snapshot import Snapshot
from ringscope.simulation.timeline import Fail

STORE = "MAX_NNB: 8\nTICKS: 90\nSTARTS_PER_TICK: 8\nAT 20 CREATE k v\nAT 60 READ k VIA 2\n"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have groups of more than five peers count as large, which is quicker to test."""
    monkeypatch.setattr("ringscope.server.remote.LOCAL_PEERS", 5)


@pytest.fixture
def session(time: VirtualTime, ear: Ear) -> Iterator[Session]:
    made = session_of(stored(STORE), time.runtime, ear)
    yield made
    made.close()


def recipe() -> Recipe:
    return Recipe(parse_scenario(STORE, "small"), 1)


def process_of(session: Session) -> int:
    engine = session._engine
    assert isinstance(engine, RemoteEngine)
    return engine.process


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)


# --- the same as here ----------------------------------------------------------------------------


def test_what_is_computed_elsewhere_is_what_is_computed_here(time: VirtualTime) -> None:
    far = RemoteEngine(recipe(), "run")
    own = recipe()
    near = LocalEngine(own, "run", time.now)
    for until in (1, 7, 25, 40, 90):
        while far.tick < until:
            far.advance(until - far.tick)
        while near.tick < until:
            near.advance(until - near.tick)
        there, here = far.draw("running", True), near.draw("running", True)
        for encoded, frame in ((there.changes, here.changes), (there.whole, here.whole)):
            assert isinstance(encoded, msgspec.Raw)
            assert bytes(encoded) == msgspec.json.encode(frame)
        assert bytes(far.still("paused")) == msgspec.json.encode(near.still("paused"))
        assert bytes(far.snapshot()) == msgspec.json.encode(near.snapshot())
        assert msgspec.json.encode(far.history()) == msgspec.json.encode(near.history())
        assert far.draw("running").changes is None, "nothing has changed since"
        action = Fail(far.tick, 3)
        if until == 25:
            own.actions.append(action)
            near.act(action)
            far.act(action)
        assert msgspec.json.encode(far.grade(until)) == msgspec.json.encode(near.grade(until))
    assert (far.tick, far.ticks) == (near.tick, near.ticks)
    far.close()


def test_a_session_drives_it_as_any_other(session: Session, time: VirtualTime, ear: Ear) -> None:
    assert session.large
    session.step(10)
    session.act("fail 3", Limits())
    session.step()
    assert ear.lines == [(0, "AT 10 FAIL 3")]
    session.set_speed(0)
    session.resume()
    time.run()
    assert (session.state, session.tick, session.info().tick) == ("finished", 90, 90)
    frame = msgspec.json.decode(session.past(11), type=Frame)
    assert (frame.snapshot.tick, frame.snapshot.peers[2].state) == (11, "failed")
    assert msgspec.json.decode(session.snapshot(10), type=Snapshot).peers[2].state == "member"
    assert len(session.history.series.sent) == 90
    assert session.grade().final


def test_a_pause_holds_at_the_tick_that_it_tells(session: Session, time: VirtualTime) -> None:
    session.set_speed(20)
    time.at(1.0, session.pause)
    session.resume()
    time.run()
    assert session.state == "paused"
    assert session.tick == pytest.approx(20, abs=2)
    assert msgspec.json.decode(session.snapshot(), type=Snapshot).tick == session.tick


def test_restored_it_is_the_same_run(session: Session, time: VirtualTime, ear: Ear) -> None:
    session.step(15)
    session.act("FAIL 2", Limits())
    session.step(15)
    again = session_of(stored(STORE, actions=session.info().actions), time.runtime, ear)
    again.restore(30)
    assert bytes(again.snapshot()) == bytes(session.snapshot())
    assert again.history == session.history
    again.close()


def test_a_look_back_does_not_move_the_run_and_is_given_back_later(
    session: Session, time: VirtualTime
) -> None:
    session.step(30)
    then = bytes(session.snapshot(20))
    back = session._replayer._engine
    assert isinstance(back, RemoteEngine)
    assert back.process != process_of(session)
    session.step(10)
    assert bytes(session.snapshot(20)) == then
    session.rest()
    back.check()
    time.seconds += 61
    session.rest()
    with pytest.raises(LostEngineError):
        back.check()
    assert bytes(session.snapshot(20)) == then, "another look takes another process"


# --- what goes wrong -----------------------------------------------------------------------------


def test_a_process_that_is_killed_breaks_its_run_and_nothing_else(
    session: Session, time: VirtualTime, ear: Ear
) -> None:
    session.step(5)
    kill(process_of(session))
    with pytest.raises(RefusedError, match=r"signal 9 .*perhaps memory was short"):
        session.draw()
    assert (session.state, ear.states[-1]) == ("broken", "broken")
    assert session.info().tick == 5
    for ask in (session.resume, session.step, session.snapshot, session.draw):
        with pytest.raises(RefusedError, match="ended with signal 9"):
            ask()


def test_a_process_that_is_killed_while_it_computes_breaks_its_run(
    session: Session, time: VirtualTime
) -> None:
    time.at(1.0, lambda: kill(process_of(session)))
    session.resume()
    time.run()
    assert session.state == "broken"
    assert "ended with signal 9" in str(session.error)


def test_a_look_back_whose_process_is_killed_is_made_again(session: Session) -> None:
    session.step(30)
    then = bytes(session.snapshot(20))
    back = session._replayer._engine
    assert isinstance(back, RemoteEngine)
    kill(back.process)
    with pytest.raises(RefusedError, match="The past cannot be shown now"):
        session.snapshot(25)
    assert bytes(session.snapshot(20)) == then
    assert session.state == "paused"


class Obedient:
    """Stands for the process of a worker that runs in a thread of this one."""

    pid = 0

    def poll(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self) -> int:
        return 0


def test_a_tick_that_fails_elsewhere_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = socketpair()

    def worked() -> None:
        with pytest.raises(EOFError):
            worker.work(Channel(theirs))
        theirs.close()

    thread = Thread(target=worked)
    thread.start()
    monkeypatch.setattr(
        "ringscope.server.remote.start_child", lambda _: (Obedient(), Channel(ours))
    )
    step = Cluster.step

    def step_until_the_third(cluster: Cluster) -> list[AnyEvent]:
        return step(cluster) if cluster.tick < 3 else [1 / 0]  # type: ignore[list-item]

    monkeypatch.setattr(Cluster, "step", step_until_the_third)
    engine = RemoteEngine(recipe(), "run")
    while engine.tick < 3:
        engine.advance(3 - engine.tick)
    with pytest.raises(BrokenTickError, match="tick 3 failed with ZeroDivisionError"):
        engine.advance(None)
    assert engine.tick == 3, "not the tick that was ordered"
    assert "ZeroDivisionError" in caplog.text
    engine.close()
    thread.join()


def test_without_a_process_there_is_no_run(
    time: VirtualTime, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start_child(_: str) -> None:
        raise OSError("out of memory")

    monkeypatch.setattr("ringscope.server.remote.start_child", start_child)
    with pytest.raises(LostEngineError, match="no process could be started for it: out of memory"):
        session_of(stored(STORE), time.runtime, ear)


# --- with the server -----------------------------------------------------------------------------


def test_when_the_server_is_killed_its_processes_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ringscope.cli", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--instance", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            found = re.search(r"http://[^/\s]+", server.stdout.readline().decode())
            assert found
            api = f"{found[0]}/api/runs"
            body: dict[str, Any] = {"text": "MAX_NNB: 300\nSTARTS_PER_TICK: 100\n", "speed": 0}
            run = requests.post(api, json=body, timeout=60).json()
            snapshot = requests.get(f"{api}/{run['id']}/snapshot", timeout=60).json()
            assert len(snapshot["peers"]) == 300
        finally:
            server.kill()
        # its processes have inherited stderr: it is closed when the last of them has ended
        assert server.stderr is not None
        assert server.stderr.read() == b""
