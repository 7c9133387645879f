"""All runs of a server: what stays in memory, what comes back from storage."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from tests.server.conftest import SMALL, VirtualTime, stored

from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError
from ringscope.server.runs import Runs
from ringscope.server.session import Session
from ringscope.server.storage import Storage
from ringscope.server.wire import Problem

Open = Callable[..., Runs]


@pytest.fixture
def open_runs(tmp_path: Path, time: VirtualTime) -> Iterator[Open]:
    """Open the same instance folder as often as asked, as a restarted server would."""
    opened: list[Storage] = []

    def open_again(**limits: int) -> Runs:
        for before in opened:
            before.close()
        storage = Storage(tmp_path)
        opened[:] = [storage]
        bounds = Limits(**limits)
        return Runs(storage, Library(storage, bounds), bounds, time.runtime)

    yield open_again
    for storage in opened:
        storage.close()


def test_a_run_starts_with_the_seed_of_its_scenario_unless_told(open_runs: Open) -> None:
    runs = open_runs()
    assert runs.start("small", SMALL + "SEED: 9\n", paused=True).info().seed == 9
    assert runs.start("small", SMALL + "SEED: 9\n", seed=4, paused=True).info().seed == 4
    assert [run.seed for run in runs.all()] == [4, 9], "newest first"


def test_after_a_restart_a_run_is_there_at_the_tick_it_had_reached(open_runs: Open) -> None:
    runs = open_runs()
    session = runs.start("small", SMALL, paused=True)
    session.step(20)
    runs.act(session, "FAIL 3")
    session.step(5)
    picture = session.snapshot()

    restarted = open_runs()
    [listed] = restarted.all()
    assert (listed.tick, listed.state, listed.actions) == (25, "paused", ["AT 20 FAIL 3"])
    back = restarted.find(session.id)
    assert back.snapshot() == picture
    back.step()


def test_a_run_that_takes_long_to_come_back_keeps_no_other_waiting(
    open_runs: Open, time: VirtualTime
) -> None:
    runs = open_runs()
    large, small = (runs.start(name, SMALL, paused=True) for name in ("large", "small"))
    for session in (large, small):
        session.step(30)

    restarted = open_runs()
    found: list[int] = []

    def find_the_small_one() -> None:
        asking = Thread(target=lambda: found.append(restarted.find(small.id).tick), daemon=True)
        asking.start()
        asking.join(5)
        found.append(-1)

    time.cost = 0.001
    time.at(time.seconds, find_the_small_one)
    assert restarted.find(large.id).tick == 30
    assert found == [30, -1], "the small one was there first"


def test_a_run_deleted_while_it_comes_back_stays_deleted(
    open_runs: Open, time: VirtualTime
) -> None:
    session = open_runs().start("small", SMALL, paused=True)
    session.step(30)
    restarted = open_runs()
    time.cost = 0.001
    time.at(time.seconds, lambda: restarted.drop(session.id))
    with pytest.raises(RefusedError, match="may have been deleted"):
        restarted.find(session.id)
    assert restarted.all() == []


def test_an_action_is_stored_before_it_takes_effect(open_runs: Open) -> None:
    runs = open_runs()
    session = runs.start("small", SMALL, paused=True)
    runs.act(session, "FAIL 3")
    back = open_runs().find(session.id)
    back.step()
    assert back.snapshot().peers[2].state == "failed"
    assert back.info().actions == ["AT 0 FAIL 3"]


def test_a_final_grade_is_on_file(open_runs: Open) -> None:
    runs = open_runs()
    create = "MAX_NNB: 10\nCRUD_TEST: CREATE\nTICKS: 120\n"
    session = runs.start("create", create, paused=True)
    session.step(120)
    grade = open_runs().grade(session.id)
    assert (grade.final, grade.mp2.total) == (True, 3)
    assert msgspec.json.encode(grade) == msgspec.json.encode(session.grade())


def test_too_many_runs_at_once_are_refused(open_runs: Open) -> None:
    runs = open_runs(running=2)
    first = runs.start("small", SMALL)
    runs.start("small", SMALL)
    with pytest.raises(RefusedError, match="2 runs advance already"):
        runs.start("small", SMALL)
    third = runs.start("small", SMALL, paused=True)
    with pytest.raises(RefusedError, match="2 runs advance already"):
        runs.resume(third)
    first.pause()
    runs.resume(third)
    assert third.state == "running"


def test_a_run_that_is_stepped_advances_too(open_runs: Open, time: VirtualTime) -> None:
    runs = open_runs(running=1, live=1)
    stepped = runs.start("small", SMALL, paused=True)
    other = runs.start("small", SMALL, paused=True)
    stepped = runs.find(stepped.id)
    refused: list[str] = []

    def try_others() -> None:
        for ask in (runs.resume, runs.step):
            with pytest.raises(RefusedError, match="1 runs advance already"):
                ask(other)
            refused.append(ask.__name__)
        runs.find(other.id)  # there is room in memory for one, and it is not idle

    time.cost = 0.001
    time.at(time.seconds, try_others)
    runs.step(stepped, 30)
    assert refused == ["resume", "step"]
    assert [run.tick for run in runs.all()] == [0, 30]
    runs.step(runs.find(other.id))


def test_a_run_deleted_while_it_is_stepped_stops_and_stays_deleted(
    open_runs: Open, time: VirtualTime
) -> None:
    runs = open_runs()
    session = runs.start("small", SMALL, paused=True)
    time.cost = 0.001
    time.at(0.0, lambda: runs.drop(session.id))
    runs.step(session, 60)
    assert session.tick < 10
    assert runs.all() == []


def test_a_run_deleted_in_its_last_tick_leaves_no_grade(open_runs: Open) -> None:
    runs = open_runs()
    session = runs.start("small", SMALL, paused=True)
    runs.drop(session.id)
    session.step(60)
    assert session.state == "finished"


def test_the_oldest_idle_run_makes_room(open_runs: Open) -> None:
    runs = open_runs(stored_runs=2)
    busy = runs.start("busy", SMALL)
    old = runs.start("old", SMALL, paused=True)
    new = runs.start("new", SMALL, paused=True)
    assert [run.id for run in runs.all()] == [new.id, busy.id]
    with pytest.raises(RefusedError, match="There is no run"):
        runs.find(old.id)


def test_idle_runs_leave_memory_and_come_back(open_runs: Open) -> None:
    runs = open_runs(live=2)
    first = runs.start("first", SMALL, paused=True)
    first.step(9)
    for _ in range(3):
        runs.start("more", SMALL, paused=True)
    back = runs.find(first.id)
    assert back is not first
    assert (back.tick, back.snapshot()) == (9, first.snapshot())


def test_a_deleted_run_is_gone(open_runs: Open) -> None:
    runs = open_runs()
    session = runs.start("small", SMALL)
    runs.drop(session.id)
    assert session.state == "paused"
    assert runs.all() == []
    with pytest.raises(RefusedError):
        runs.drop(session.id)


def test_a_run_that_no_longer_makes_sense_is_listed_and_says_why(
    open_runs: Open, tmp_path: Path
) -> None:
    storage = Storage(tmp_path)
    storage.add_run(stored("NOT_A_KEY: 3\n"))
    storage.close()
    runs = open_runs()
    assert [run.id for run in runs.all()] == ["run"]
    with pytest.raises(RefusedError, match="cannot be computed again"):
        runs.find("run")


# --- large runs ----------------------------------------------------------------------------------


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every group count as large."""
    monkeypatch.setattr("ringscope.server.remote.LOCAL_PEERS", 0)


class Seats:
    """An audience; ``taken``: the runs that somebody watches."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def changed(self, session: Session) -> None: ...
    def ended(self, run: str, why: Problem) -> None: ...
    def watches(self, run: str) -> bool:
        return run in self.taken


@pytest.mark.usefixtures("small_is_large")
def test_of_large_runs_few_are_kept_in_memory(open_runs: Open) -> None:
    runs = open_runs(large=2)
    runs.audience = seats = Seats()
    first, second = (runs.start(name, SMALL, paused=True) for name in ("first", "second"))
    first.step(9)
    seats.taken = {second.id}
    third = runs.start("third", SMALL, paused=True)  # the first leaves
    seats.taken |= {third.id}
    with pytest.raises(RefusedError, match="2 runs with so many peers are open already"):
        runs.find(first.id)
    with pytest.raises(RefusedError, match="2 runs with so many peers are open already"):
        runs.start("fourth", SMALL, paused=True)
    assert len(runs.all()) == 3, "the fourth was not stored"
    runs.drop(third.id)
    assert (runs.find(first.id).tick, runs.find(first.id).state) == (9, "paused")
    runs.close()


def test_what_there_is_to_say_about_a_run_needs_no_memory(open_runs: Open) -> None:
    session = open_runs().start("small", SMALL, paused=True)
    session.step(20)
    restarted = open_runs()
    assert restarted.info(session.id) == session.info()
    assert list(restarted._sessions) == []
    with pytest.raises(RefusedError, match="may have been deleted"):
        restarted.info("unknown")


@pytest.mark.usefixtures("small_is_large")
def test_large_runs_that_are_idle_leave_memory_after_a_while(
    open_runs: Open, time: VirtualTime
) -> None:
    runs = open_runs(idle=60)
    runs.audience = seats = Seats()
    watched, idle = (runs.start(name, SMALL, paused=True) for name in ("watched", "idle"))
    idle.step(5)
    seats.taken = {watched.id}
    time.at(58.0, lambda: still_there.append(runs.find(idle.id) is idle))
    time.at(90.0, lambda: left.append(runs.find(idle.id) is not idle))
    time.at(90.0, lambda: runs.drop(watched.id))
    still_there: list[bool] = []
    left: list[bool] = []
    time.run()
    assert (still_there, left) == ([True], [True])
    assert runs.find(idle.id).tick == 5
    runs.close()


@pytest.mark.usefixtures("small_is_large")
def test_a_large_run_deleted_while_it_comes_back_leaves_no_process(
    open_runs: Open, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_runs().start("small", SMALL, paused=True)
    session.step(30)
    session.close()
    restarted = open_runs()
    ended: list[tuple[str, bool]] = []
    close = Session.close

    def ends(self: Session) -> None:
        ended.append((self.id, self.tick < 30))
        close(self)

    monkeypatch.setattr(Session, "close", ends)
    time.at(time.seconds, lambda: restarted.drop(session.id))
    with pytest.raises(RefusedError, match="may have been deleted"):
        restarted.find(session.id)
    assert ended == [(session.id, True)], "and it was not computed to the end"
