"""A run in virtual time."""

import pytest
from tests.server.conftest import SMALL, Ear, VirtualTime, stored
from tests.server.conftest import session_of as session_of_stored

from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError
from ringscope.server.session import Session

LIMITS = Limits()


def session_of(time: VirtualTime, ear: Ear, scenario: str = SMALL, **fields: object) -> Session:
    return session_of_stored(stored(scenario, **fields), time.runtime, ear)


# --- pacing --------------------------------------------------------------------------------------


def test_it_keeps_its_speed(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear, speed=20.0)
    time.at(2.0, session.pause)
    session.resume()
    time.run()
    assert session.tick == pytest.approx(40, abs=1)
    assert session.state == "paused"


def test_a_new_speed_counts_from_now(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear, speed=10.0)
    time.at(1.0, lambda: session.set_speed(30))
    time.at(2.0, session.pause)
    session.resume()
    time.run()
    assert session.tick == pytest.approx(10 + 30, abs=2)


def test_without_a_limit_it_runs_to_its_end_in_slices(ear: Ear) -> None:
    time = VirtualTime(cost=0.0005)
    session = session_of(time, ear, speed=0.0)
    session.resume()
    time.run()
    assert (session.state, session.tick) == ("finished", 60)
    assert len(time.naps) > 5, "everybody else gets a turn every two milliseconds"


def test_it_stops_at_its_end(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.resume()
    time.run()
    assert (session.state, session.tick) == ("finished", 60)
    assert ear.states == ["running", "finished"]


def test_paused_and_resumed_at_once_it_advances_once(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear, speed=10.0)
    session.resume()
    time.at(0.5, session.pause)
    time.at(0.5, session.resume)
    time.at(1.0, session.pause)
    time.run()
    assert session.tick == pytest.approx(10, abs=2)


def test_progress_is_noted_about_once_a_second(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear, speed=20.0)
    session.resume()
    time.run()
    assert len(ear.notes) in (2, 3)


# --- stepping ------------------------------------------------------------------------------------


def test_a_step_advances_and_pauses(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(7)
    session.step()
    assert (session.tick, session.state) == (8, "paused")


def test_a_step_beyond_the_end_stops_there(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(1000)
    assert (session.tick, session.state) == (60, "finished")
    assert ear.states[-1] == "finished"


@pytest.mark.parametrize("what", ["pause", "resume", "step"])
def test_whatever_is_asked_for_ends_a_step(ear: Ear, what: str) -> None:
    time = VirtualTime(cost=0.001)
    session = session_of(time, ear)
    advanced: list[bool] = []
    time.at(0.0, lambda: advanced.append(session.advancing))
    time.at(0.0, getattr(session, what))
    session.step(50)
    assert advanced == [True]
    assert session.tick < 10
    assert session.state == ("running" if what == "resume" else "paused")
    assert session.advancing == (what == "resume")


@pytest.mark.parametrize("ticks", [0, -1, 100_001])
def test_a_step_of_impossible_length_is_refused(time: VirtualTime, ear: Ear, ticks: int) -> None:
    with pytest.raises(RefusedError, match="from 1 to 100000 ticks"):
        session_of(time, ear).step(ticks)


@pytest.mark.parametrize("what", ["resume", "step", "act"])
def test_a_run_that_has_ended_does_nothing_more(time: VirtualTime, ear: Ear, what: str) -> None:
    session = session_of(time, ear)
    session.step(60)
    with pytest.raises(RefusedError, match="has come to its end"):
        session.act("FAIL 1", LIMITS) if what == "act" else getattr(session, what)()


@pytest.mark.parametrize("speed", [-1, 0.001, 10_001, float("nan"), float("inf")])
def test_impossible_speeds_are_refused(time: VirtualTime, ear: Ear, speed: float) -> None:
    with pytest.raises(RefusedError, match="A speed is"):
        session_of(time, ear).set_speed(speed)


# --- acting --------------------------------------------------------------------------------------


def test_an_action_takes_effect_in_the_next_tick(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(10)
    session.act("fail 3", LIMITS)
    assert ear.lines == [(0, "AT 10 FAIL 3")]
    assert session.info().actions == ["AT 10 FAIL 3"]
    session.step()
    assert session.snapshot().peers[2].state == "failed"


@pytest.mark.parametrize("line", ["", "FAIL", "FAIL 5", "EXPLODE", "AT 5 FAIL 3", "DROP 2"])
def test_an_action_that_is_none_is_refused(time: VirtualTime, ear: Ear, line: str) -> None:
    session = session_of(time, ear)
    with pytest.raises(RefusedError):
        session.act(line, LIMITS)
    assert ear.lines == []


def test_an_action_that_cannot_be_stored_has_no_effect(
    time: VirtualTime, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_of(time, ear)

    def acted(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(ear, "acted", acted)
    with pytest.raises(OSError, match="the disk is full"):
        session.act("FAIL 3", LIMITS)
    session.step()
    assert session.info().actions == []
    assert session.snapshot().peers[2].state == "joining"


def test_a_newcomer_can_be_named_afterwards(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(10)
    session.act("JOIN 5", LIMITS)
    session.step(10)
    session.act("FAIL 5", LIMITS)
    session.step()
    assert session.snapshot().peers[4].state == "failed"


def test_actions_and_newcomers_are_limited(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    with pytest.raises(RefusedError, match="at most 4 peers"):
        session.act("JOIN 5", Limits(peers=4))
    session.act("FAIL 1", Limits(actions=1))
    with pytest.raises(RefusedError, match="at most 1 actions"):
        session.act("FAIL 2", Limits(actions=1))


# --- the past ------------------------------------------------------------------------------------


def test_the_past_is_as_it_was(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(20)
    then = session.snapshot()
    session.act("FAIL 3", LIMITS)
    session.step(20)
    assert session.snapshot(20) == then
    assert session.snapshot(5) != then
    assert session.tick == 40, "looking back does not move the run"


def test_the_past_contains_what_was_done_by_hand(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(20)
    session.snapshot(10)  # a replayer exists before the action does
    session.act("FAIL 3", LIMITS)
    session.step(20)
    assert session.snapshot(30).peers[2].state == "failed"


@pytest.mark.parametrize("tick", [-1, 11])
def test_there_is_no_tick_before_the_first_or_after_the_live_one(
    time: VirtualTime, ear: Ear, tick: int
) -> None:
    session = session_of(time, ear)
    session.step(10)
    with pytest.raises(RefusedError, match="not between 0 and the live tick 10"):
        session.snapshot(tick)


def test_restored_it_is_the_same_run(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(15)
    session.act("FAIL 2", LIMITS)
    session.step(15)
    again = session_of(time, ear, actions=session.info().actions, state="running")
    again.restore(30)
    assert again.snapshot() == session.snapshot()
    assert again.history == session.history
    assert again.state == "paused"


# --- breaking ------------------------------------------------------------------------------------


def test_a_tick_that_fails_breaks_the_run_and_says_why(
    time: VirtualTime, ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = session_of(time, ear)
    session.step(5)

    def step(_: object) -> None:
        raise ZeroDivisionError("the dog ate it")

    monkeypatch.setattr("ringscope.simulation.cluster.Cluster.step", step)
    session.resume()
    time.run()
    assert session.state == "broken"
    assert session.info().error == "tick 5 failed with ZeroDivisionError: the dog ate it"
    assert "ZeroDivisionError" in caplog.text
    with pytest.raises(RefusedError, match="the dog ate it"):
        session.resume()


# --- drawing -------------------------------------------------------------------------------------


def test_frames_say_what_changed(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(3)
    first = session.draw().changes
    assert first is not None
    assert (first.number, first.complete, first.snapshot.tick) == (1, False, 3)
    assert first.history is not None
    assert len(first.history.series.sent) == 3
    assert session.draw().changes is None, "nothing has changed"

    session.step(2)
    second = session.draw().changes
    assert second is not None
    assert second.history is not None
    assert (second.number, second.history.series.start) == (2, 3)
    assert second.snapshot.keys is None, "no key has changed"


def test_a_complete_frame_stands_alone_and_counts_nothing(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.step(3)
    session.draw()
    picture = session.draw(whole=True).whole
    assert (picture.number, picture.complete) == (1, True)
    assert picture.history == session.history
    assert picture.snapshot.keys == []


def test_a_change_of_state_alone_is_drawn(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear)
    session.draw()
    session.resume()
    frame = session.draw().changes
    assert frame is not None
    assert frame.state == "running"


def test_the_ages_of_a_large_group_are_drawn_once_a_second(time: VirtualTime, ear: Ear) -> None:
    session = session_of(time, ear, "MAX_NNB: 201\nTICKS: 10\n")
    shown = []
    for _ in range(4):
        session.step()
        frame = session.draw().changes
        assert frame is not None
        shown.append(frame.snapshot.ages is not None)
        time.sleep(0.4)
    assert shown == [True, False, False, True]
