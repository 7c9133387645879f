import pytest

from ringscope.server.pacing import SLICE, Pacer, Turn


def test_ticks_fall_due_at_their_time() -> None:
    pacer = Pacer(speed=10, now=100.0)
    assert pacer.due(100.05) == 0
    assert pacer.due(100.11) == 1
    pacer.count(1)
    assert pacer.due(100.11) == 0


def test_no_limit_means_always_due_and_never_waiting() -> None:
    pacer = Pacer(speed=0, now=0.0)
    assert pacer.due(0.0) is None
    assert pacer.wait(0.0) == 0.0


def test_it_waits_for_the_next_tick_but_never_long() -> None:
    assert Pacer(speed=100, now=0.0).wait(0.004) == pytest.approx(0.006)
    assert Pacer(speed=0.5, now=0.0).wait(0.0) == 0.05


def test_what_a_slow_machine_missed_is_not_made_up_for() -> None:
    pacer = Pacer(speed=100, now=0.0)
    assert pacer.due(60.0) == 10
    pacer.count(10)
    assert pacer.due(60.0) == 0


def test_a_new_speed_begins_anew() -> None:
    pacer = Pacer(speed=1, now=0.0)
    pacer.restart(5.0, speed=50)
    assert pacer.due(5.0) == 0
    assert pacer.due(5.11) == 5


def test_a_turn_ends_after_its_slice() -> None:
    seconds = [0.0]
    naps: list[float] = []
    turn = Turn(lambda: seconds[0], naps.append)
    turn()
    assert naps == []
    seconds[0] += SLICE
    turn()
    assert naps == [0]
    turn()
    assert naps == [0], "a new slice has begun"
