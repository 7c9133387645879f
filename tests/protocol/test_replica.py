"""What one replica does with a request, and which write wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringscope.events import OperationKind
from ringscope.protocol.messages import Copy, Request, Undo
from ringscope.protocol.replica import Replica

OLD, NEW, NEWER = (10, 1, 1), (20, 1, 2), (30, 1, 3)


def request(kind: OperationKind, version: tuple[int, int, int] = NEW) -> Request:
    return Request(kind, version[2], "key", "value", version)


@pytest.mark.parametrize(
    ("held", "kind", "ok", "after"),
    [
        (None, "create", True, Copy(NEW, "value")),
        (None, "read", False, None),
        (None, "update", False, None),
        (None, "delete", False, None),
        (Copy(OLD, "old"), "create", False, Copy(OLD, "old")),
        (Copy(OLD, "old"), "read", True, Copy(OLD, "old")),
        (Copy(OLD, "old"), "update", True, Copy(NEW, "value")),
        (Copy(OLD, "old"), "delete", True, Copy(NEW, None)),
        (Copy(OLD, None), "create", True, Copy(NEW, "value")),
        (Copy(OLD, None), "read", False, Copy(OLD, None)),
        (Copy(OLD, None), "update", False, Copy(OLD, None)),
        (Copy(OLD, None), "delete", False, Copy(OLD, None)),
        (Copy(NEWER, "newer"), "update", True, Copy(NEWER, "newer")),
        (Copy(OLD, ""), "read", True, Copy(OLD, "")),
    ],
)
def test_a_request_is_carried_out(
    held: Copy | None, kind: OperationKind, ok: bool, after: Copy | None
) -> None:
    replica = Replica()
    if held is not None:
        replica.adopt("key", held)
    reply = replica.carry_out(request(kind))
    assert (reply.ok, reply.copy) == (ok, after)
    assert replica.copies.get("key") == after


def test_a_request_sent_again_gets_the_reply_it_got() -> None:
    replica = Replica()
    first = replica.carry_out(request("create"))
    assert replica.earlier_reply(NEW[2]) == first
    replica.forget_replies()
    assert replica.earlier_reply(NEW[2]) == first
    replica.forget_replies()
    assert replica.earlier_reply(NEW[2]) is None


copies = st.builds(
    Copy, st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(1, 9)), st.just("v")
)


@given(arrivals=st.lists(copies, min_size=1))
def test_the_newest_version_wins_in_whatever_order_copies_arrive(arrivals: list[Copy]) -> None:
    replica = Replica()
    for copy in arrivals:
        replica.adopt("key", copy)
    assert replica.copies["key"].version == max(copy.version for copy in arrivals)


@pytest.mark.parametrize("before", [None, Copy(OLD, "old"), Copy(OLD, None)])
def test_an_undone_write_leaves_what_was_there_before(before: Copy | None) -> None:
    replica = Replica()
    if before is not None:
        replica.adopt("key", before)
    kind: OperationKind = "update" if before is not None and before.value else "create"
    assert replica.carry_out(request(kind)).ok
    assert replica.undo(Undo(NEW[2], "key", NEW))
    assert replica.copies.get("key") == before
    assert not replica.undo(Undo(NEW[2], "key", NEW)), "only once"


def test_a_write_that_has_been_overwritten_is_not_undone() -> None:
    replica = Replica()
    replica.carry_out(request("create"))
    replica.adopt("key", Copy(NEWER, "newer"))
    assert not replica.undo(Undo(NEW[2], "key", NEW))
    assert replica.copies["key"] == Copy(NEWER, "newer")


def test_the_same_copy_again_changes_nothing() -> None:
    replica = Replica()
    assert replica.adopt("key", Copy(OLD, "old"))
    assert not replica.adopt("key", Copy(OLD, "old"))
    assert not replica.adopt("key", Copy((5, 9, 9), "older"))


def test_changed_names_what_was_held_before_the_first_change() -> None:
    replica = Replica()
    replica.adopt("key", Copy(OLD, "old"))
    replica.changed.clear()
    replica.adopt("key", Copy(NEW, "new"))
    replica.drop("key")
    assert replica.changed == {"key": OLD}
