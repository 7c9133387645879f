"""msgcount.log has the layout of the course's program."""

import numpy as np

from ringscope.events import MessagesCounted, RunStarted, TickEnded
from ringscope.observers.message_counts import MessageCounts


def counts(peers: int, ticks: int, store: bool = False) -> MessageCounts:
    """Peer i sends i messages in every tick on the membership layer and receives one fewer."""
    observer = MessageCounts(store)
    observer.see(RunStarted(0, "my", "", 1, peers, ticks, "1"))
    for tick in range(ticks):
        sent = list(range(1, peers + 1))
        observer.see(MessagesCounted(tick, "membership", sent, [n - 1 for n in sent]))
        observer.see(MessagesCounted(tick, "store", [7] * peers, [0] * peers))
        observer.see(TickEnded(tick, 0, 0, 0))
    return observer


def test_ten_pairs_to_a_line_and_a_last_line_of_nine_blanks() -> None:
    block = "node   2 " + (" (   2,    1)" * 10 + "\n" + " " * 9) * 2
    block += "\nnode   2 sent_total     40  recv_total     20\n\n"
    assert counts(2, 20).text().endswith("\n\n" + block)


def test_a_length_that_is_no_multiple_of_ten_ends_in_a_shorter_line() -> None:
    assert counts(1, 12).text() == (
        "node   1 " + " (   1,    0)" * 10 + "\n" + " " * 9 + " (   1,    0)" * 2 + "\n"
        "node   1 sent_total     12  recv_total      0\n\n"
    )


def test_a_course_run_has_the_size_of_the_original() -> None:
    text = counts(10, 700).text()
    assert len(text) == 98570
    assert text.count("\n") == 10 * (71 + 2)


def test_peer_67_is_special() -> None:
    assert (
        "node  67 special    0   67   66\nspecial    1   67   66\n\n"
        "node  67 sent_total    134  recv_total    132\n\n"
        "node  68  (  68,   67)"
    ) in counts(70, 2).text()


def test_more_than_a_thousand_peers_are_counted() -> None:
    assert "node 1200 sent_total   1200  recv_total   1199\n" in counts(1200, 1).text()


def test_with_a_crud_test_it_is_the_stores_layer_that_is_counted() -> None:
    assert "sent_total     14  recv_total      0" in counts(1, 2, store=True).text()


def test_silent_ticks_and_late_peers_count_as_zero() -> None:
    observer = MessageCounts(store=False)
    observer.see(RunStarted(0, "my", "", 1, 1, 3, "1"))
    for tick in range(3):
        observer.see(TickEnded(tick, 0, 0, 0))
    observer.see(MessagesCounted(2, "membership", [4, 5], [6, 7]))
    assert observer.text() == (
        "node   1  (   0,    0) (   0,    0) (   4,    6)\n"
        "node   1 sent_total      4  recv_total      6\n\n"
        "node   2  (   0,    0) (   0,    0) (   5,    7)\n"
        "node   2 sent_total      5  recv_total      7\n\n"
    )


def test_columns_may_be_arrays_and_counts_may_be_large() -> None:
    observer = MessageCounts(store=False)
    observer.see(RunStarted(0, "my", "", 1, 2, 1, "1"))
    sent, received = np.array([12345, 0], np.int32), np.array([3, 3_000_000_000])
    observer.see(MessagesCounted(0, "membership", sent, received))  # type: ignore[arg-type]
    observer.see(TickEnded(0, 0, 0, 0))
    assert observer.text() == (
        "node   1  (12345,    3)\nnode   1 sent_total  12345  recv_total      3\n\n"
        "node   2  (   0, 3000000000)\nnode   2 sent_total      0  recv_total 3000000000\n\n"
    )
