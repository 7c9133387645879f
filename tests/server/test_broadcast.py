"""Pictures for those who watch: coalesced, complete where needed, and nobody is flooded."""

import msgspec
import pytest
from tests.server.conftest import Ear, VirtualTime, session_of, stored

from ringscope.server.broadcast import Broadcast
from ringscope.server.wire import Frame, Problem, RunGrade


class Outlet:
    """Remembers what was sent; ``unread`` says how far behind a client is."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, bytes]] = []
        self.unread: dict[str, int] = {}

    def send(self, client: str, event: str, payload: object) -> None:
        assert isinstance(payload, msgspec.Raw)
        self.sent.append((client, event, bytes(payload)))

    def backlog(self, client: str) -> int:
        return self.unread.get(client, 0)

    def frames(self, client: str) -> list[Frame]:
        return [
            msgspec.json.decode(payload, type=Frame)
            for receiver, event, payload in self.sent
            if (receiver, event) == (client, "frame")
        ]

    def grades(self, client: str) -> list[RunGrade]:
        return [
            msgspec.json.decode(payload, type=RunGrade)
            for receiver, event, payload in self.sent
            if (receiver, event) == (client, "grade")
        ]


class Hall:
    """One run, a broadcast and its outlet."""

    def __init__(self, time: VirtualTime, scenario: str = "MAX_NNB: 4\n", speed: float = 0) -> None:
        self.outlet = Outlet()
        self.session = session_of(stored(scenario, speed=speed), time.runtime, Ear())
        self.broadcast = Broadcast(lambda run: self.session, self.outlet, time.runtime)


def frame_of(encoded: msgspec.Raw) -> Frame:
    return msgspec.json.decode(encoded, type=Frame)


@pytest.fixture
def hall(time: VirtualTime) -> Hall:
    return Hall(time)


def test_who_watches_gets_a_complete_picture_and_then_changes(hall: Hall) -> None:
    hall.session.step(5)
    begin = frame_of(hall.broadcast.watch("ann", "run"))
    assert (begin.complete, begin.snapshot.tick) == (True, 5)
    hall.session.step(3)
    hall.broadcast.draw("run")
    [frame] = hall.outlet.frames("ann")
    assert (frame.complete, frame.number) == (False, begin.number + 1)
    assert frame.history is not None
    assert frame.history.series.start == 5


def test_a_second_viewer_sees_the_same_picture(hall: Hall) -> None:
    hall.session.step(5)
    hall.broadcast.watch("ann", "run")
    hall.session.step(5)
    begin = frame_of(hall.broadcast.watch("bob", "run"))
    hall.session.step(5)
    hall.broadcast.draw("run")
    for_ann, for_bob = hall.outlet.frames("ann"), hall.outlet.frames("bob")
    assert [frame.number for frame in for_ann] == [begin.number, begin.number + 1]
    assert for_bob == for_ann[1:]


def test_many_ticks_make_one_frame(hall: Hall) -> None:
    hall.broadcast.watch("ann", "run")
    hall.session.step(50)
    hall.broadcast.draw("run")
    hall.broadcast.draw("run")
    [frame] = hall.outlet.frames("ann")
    assert frame.history is not None
    assert len(frame.history.series.sent) == 50


def test_never_more_than_25_frames_a_second(time: VirtualTime) -> None:
    hall = Hall(time, speed=500.0)
    hall.broadcast.watch("ann", "run")
    time.at(1.0, lambda: hall.broadcast.unwatch("ann", "run"))
    ticking = iter(range(10_000))
    sleep = time.sleep

    def step_while_drawing_sleeps(seconds: float) -> None:
        next(ticking)
        hall.session.step()
        sleep(seconds)

    object.__setattr__(time.runtime, "sleep", step_while_drawing_sleeps)
    time.run()
    assert 20 <= len(hall.outlet.frames("ann")) <= 26


def test_drawing_takes_at_most_a_quarter_of_the_time(time: VirtualTime) -> None:
    hall = Hall(time)
    hall.broadcast.watch("ann", "run")
    time.cost = 0.1  # a slow machine
    time.at(5.0, lambda: hall.broadcast.unwatch("ann", "run"))
    time.run()
    assert all(nap >= 0.4 for nap in time.naps)


def test_a_client_that_does_not_read_misses_frames_and_is_mended(hall: Hall) -> None:
    for client in ("ann", "bob"):
        hall.broadcast.watch(client, "run")
    hall.outlet.unread["bob"] = 10
    for _ in range(3):
        hall.session.step()
        hall.broadcast.draw("run")
    assert len(hall.outlet.frames("ann")) == 3
    assert hall.outlet.frames("bob") == []

    hall.outlet.unread["bob"] = 0
    hall.broadcast.draw("run")  # nothing has changed since, and yet
    [frame] = hall.outlet.frames("bob")
    assert (frame.complete, frame.snapshot.tick) == (True, 3)
    assert frame.number == hall.outlet.frames("ann")[-1].number

    hall.session.step()
    hall.broadcast.draw("run")
    assert hall.outlet.frames("bob")[-1] == hall.outlet.frames("ann")[-1]


def test_of_large_pictures_none_is_sent_before_the_last_is_read(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.broadcast.watch("ann", "run")
    hall.outlet.unread["ann"] = 1
    hall.session.step()
    hall.broadcast.draw("run")
    assert len(hall.outlet.frames("ann")) == 1
    monkeypatch.setattr("ringscope.server.broadcast._LARGE", 100)
    hall.session.step()
    hall.broadcast.draw("run")
    assert len(hall.outlet.frames("ann")) == 1
    hall.outlet.unread["ann"] = 0
    hall.broadcast.draw("run")
    assert [frame.complete for frame in hall.outlet.frames("ann")] == [False, True]


def test_a_client_that_does_not_read_is_told_the_state_and_the_grade_later(hall: Hall) -> None:
    hall.broadcast.watch("bob", "run")
    hall.outlet.unread["bob"] = 10
    for _ in range(100):
        hall.broadcast.changed(hall.session)
    hall.broadcast.draw("run")
    assert hall.outlet.sent == []
    hall.outlet.unread["bob"] = 0
    hall.broadcast.draw("run")
    hall.broadcast.draw("run")
    assert [event for _, event, _ in hall.outlet.sent] == ["frame", "run", "grade"]


def test_who_leaves_gets_nothing_more(hall: Hall) -> None:
    hall.broadcast.watch("ann", "run")
    hall.broadcast.gone("ann")
    hall.session.step()
    hall.broadcast.draw("run")
    hall.broadcast.changed(hall.session)
    assert hall.outlet.sent == []
    assert not hall.broadcast.watches("run")


def test_who_watches_a_run_that_is_deleted_is_told(hall: Hall) -> None:
    hall.broadcast.watch("ann", "run")
    hall.broadcast.ended("run", Problem("Not found", 404, "It may have been deleted."))
    [(client, event, payload)] = hall.outlet.sent
    assert (client, event) == ("ann", "gone")
    assert msgspec.json.decode(payload, type=Problem).status == 404
    assert not hall.broadcast.watches("run")


def test_drawing_stops_when_nobody_watches(time: VirtualTime, hall: Hall) -> None:
    hall.broadcast.watch("ann", "run")
    time.at(1.0, lambda: hall.broadcast.unwatch("ann", "run"))
    time.run()
    assert time.seconds == pytest.approx(1.0, abs=0.1)


def test_the_grade_is_told_when_it_changes_and_at_the_end(time: VirtualTime) -> None:
    hall = Hall(time, "MAX_NNB: 10\nCRUD_TEST: CREATE\nTICKS: 150\n")
    hall.broadcast.watch("ann", "run")
    hall.broadcast.draw("run")
    [first] = hall.outlet.grades("ann")
    assert [check.passed for check in first.mp2.checks] == [None]
    time.seconds += 2
    hall.broadcast.draw("run")
    assert len(hall.outlet.grades("ann")) == 1, "nothing has changed"
    hall.session.step(150)
    hall.broadcast.changed(hall.session)
    hall.broadcast.draw("run")
    last = hall.outlet.grades("ann")[-1]
    assert (last.final, last.mp2.total, last.mp2.max) == (True, 3, 3)


def test_a_run_that_cannot_be_drawn_harms_no_other(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hall.broadcast.watch("ann", "run")

    def draw(whole: bool) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(hall.session, "draw", draw)
    hall.broadcast.draw("run")
    assert "cannot be drawn" in caplog.text
    assert not hall.broadcast.watches("run")
