"""Work that is due at times of a clock."""

from itertools import count
from threading import Thread

import pytest

from ringscope.program.agenda import Agenda, next_second


def test_what_is_due_first_is_done_first_and_may_add_more() -> None:
    done: list[str] = []
    ticks = count()
    agenda = Agenda(clock=lambda: next(ticks) * 1e-4)
    agenda.add(lambda _: done.append("late"), due=0.01)
    agenda.add(lambda _: done.append("first"))
    agenda.add(lambda _: agenda.add(lambda _: done.append("added"), due=0.005))
    agenda.work_off(0)
    assert done == ["first", "added", "late"]


def test_threads_share_the_work_and_wait_for_what_others_may_add() -> None:
    done: list[int] = []
    agenda = Agenda()

    def work(depth: int) -> None:
        done.append(depth)
        for _ in range(2 if depth else 0):
            agenda.add(lambda _: work(depth - 1))

    agenda.add(lambda _: work(6))
    threads = [Thread(target=agenda.work_off, args=(slot,)) for slot in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2**7 - 1


def test_a_stopped_agenda_does_nothing_more() -> None:
    done: list[str] = []
    agenda = Agenda()
    agenda.add(lambda _: agenda.stop())
    agenda.add(lambda _: done.append("never"))
    agenda.work_off(0)
    assert done == []


@pytest.mark.parametrize("now", [100.0, 100.4, 100.999])
def test_the_next_program_sees_another_second(now: float) -> None:
    assert int(next_second(lambda: now)) == 101
