"""An operation ends exactly once, whatever the replies."""

from hypothesis import given
from hypothesis import strategies as st

from ringscope.protocol.coordinator import RESEND_TICKS, Coordinator
from ringscope.protocol.messages import Copy, Reply, Request

READ = Request("read", 7, "key", None, (100, 1, 7))
UPDATE = Request("update", 7, "key", "new", (100, 1, 7))
V1, V2 = Copy((10, 1, 1), "one"), Copy((20, 1, 2), "two")
GONE = Copy((30, 1, 3), None)


def coordinator(request: Request) -> Coordinator:
    subject = Coordinator(timeout=10)
    subject.start(request, (4, 5, 6), quorum=2, now=100)
    return subject


def test_a_read_returns_the_newest_copy_of_its_quorum() -> None:
    subject = coordinator(READ)
    assert subject.take_reply(4, Reply(7, True, V1)) is None
    ended = subject.take_reply(5, Reply(7, True, V2))
    assert ended is not None
    assert (ended.outcome, ended.value) == ("success", "two")
    assert ended.operation.stale() == [4]


def test_a_newer_delete_beats_the_copies_that_have_not_heard_of_it() -> None:
    subject = coordinator(READ)
    subject.take_reply(4, Reply(7, False, GONE))
    subject.take_reply(5, Reply(7, True, V1))
    ended = subject.take_reply(6, Reply(7, True, V1))
    assert ended is not None
    assert (ended.outcome, ended.value) == ("failure", None)
    assert ended.operation.stale() == [5, 6]


def test_a_write_fails_as_soon_as_a_quorum_is_impossible() -> None:
    subject = coordinator(UPDATE)
    assert subject.take_reply(4, Reply(7, False, None)) is None
    ended = subject.take_reply(5, Reply(7, False, None))
    assert ended is not None
    assert ended.outcome == "failure"
    assert not subject.pending


def test_late_duplicate_and_unknown_replies_change_nothing() -> None:
    subject = coordinator(UPDATE)
    subject.take_reply(4, Reply(7, True, V1))
    assert subject.take_reply(4, Reply(7, True, V1)) is None
    assert subject.take_reply(5, Reply(99, True, V1)) is None
    assert subject.take_reply(5, Reply(7, True, V1)) is not None
    assert subject.take_reply(6, Reply(7, True, V1)) is None


def test_the_timeout_is_kept_to_the_tick() -> None:
    subject = coordinator(UPDATE)
    assert list(subject.overdue(109)) == []
    assert [ended.outcome for ended in subject.overdue(110)] == ["timeout"]
    assert list(subject.overdue(111)) == []


def test_silent_replicas_are_asked_again_the_others_are_not() -> None:
    subject = coordinator(UPDATE)
    subject.take_reply(5, Reply(7, True, V1))
    asked = {now: list(subject.resends(now)) for now in range(100, 110)}
    assert asked[100 + RESEND_TICKS] == [(4, UPDATE), (6, UPDATE)]
    assert {now for now, sent in asked.items() if sent} == {103, 106, 109}


@given(
    replies=st.lists(
        st.tuples(st.integers(4, 6), st.booleans(), st.sampled_from([None, V1, V2, GONE]))
    ),
    kind=st.sampled_from([READ, UPDATE]),
)
def test_an_operation_ends_exactly_once(
    replies: list[tuple[int, bool, Copy | None]], kind: Request
) -> None:
    subject = coordinator(kind)
    ends = [subject.take_reply(peer, Reply(7, ok, copy)) for peer, ok, copy in replies]
    ended = [end for end in ends if end is not None] + list(subject.overdue(110))
    assert len(ended) == 1
