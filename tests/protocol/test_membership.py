"""The membership protocol: rules one by one, then the kernels against a simple model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringscope.protocol import codes
from ringscope.protocol import membership as m


def row(*values: int) -> np.ndarray:
    return np.array(values, np.int16)


def decoded(facts: np.ndarray, count: int) -> list[tuple[int, int, int]]:
    kinds, first, second = codes.decode(facts[:count])
    return list(zip(kinds.tolist(), first.tolist(), second.tolist(), strict=True))


def room() -> np.ndarray:
    return np.empty(64, np.int64)


def test_merge_takes_newer_heartbeats_only() -> None:
    heartbeat, seen = row(5, 5, 5), row(9, 9, 9)
    m.merge(heartbeat, seen, row(-1, 5, 6), 12)
    assert heartbeat.tolist() == [5, 5, 6]
    assert seen.tolist() == [9, 9, 12]


def test_merge_adds_unknown_members() -> None:
    heartbeat, seen = row(5, -1, -1), row(9, m.ABSENT, m.ABSENT)
    m.merge(heartbeat, seen, row(-1, 3, -1), 12)
    assert heartbeat.tolist() == [5, 3, -1]
    assert seen.tolist() == [9, 12, m.ABSENT]


def test_old_gossip_does_not_bring_a_removed_member_back() -> None:
    heartbeat, seen = row(5, 7), row(9, m.REMOVED)
    m.merge(heartbeat, seen, row(-1, 7), 12)
    assert seen.tolist() == [9, m.REMOVED]
    m.merge(heartbeat, seen, row(-1, 8), 12)
    assert seen.tolist() == [9, 12]


def end_of_turn(
    seen: np.ndarray, before: np.ndarray, now: int, starting: bool = False
) -> tuple[list[tuple[int, int, int]], np.ndarray]:
    """Have peer 0 write its row with T_fail 10 and T_cleanup 20; return its facts and the row."""
    fresh, facts = row(*[0] * len(seen)), room()
    m.write_fresh(np.full_like(seen, 99), seen, before, fresh, now, 10)
    count, _, _ = m.take_stock(0, starting, seen, before, fresh, now, 20, facts, 0)
    return decoded(facts, count), fresh


@pytest.mark.parametrize(
    ("age", "before", "expected"),
    [
        (10, 99, []),
        (11, 99, [(codes.SUSPECTED, 0, 1)]),
        (12, m.SUSPECT, []),
        (20, m.SUSPECT, []),
        (21, m.SUSPECT, [(codes.WAS_REMOVED, 0, 1)]),
    ],
)
def test_members_are_suspected_then_removed(age: int, before: int, expected: list[object]) -> None:
    seen = row(100, 100 - age)
    facts, _ = end_of_turn(seen, row(99, before), 100)
    assert facts == expected
    assert seen[1] == (m.REMOVED if age > 20 else 100 - age)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(m.UNLISTED, codes.JOINED), (m.SUSPECT, codes.TRUSTED), (98, None)],
)
def test_a_newer_heartbeat_lists_a_member_or_ends_a_suspicion(
    before: int, expected: int | None
) -> None:
    facts, _ = end_of_turn(row(100, 100), row(99, before), 100)
    assert facts == ([] if expected is None else [(expected, 0, 1)])


def test_a_peer_that_starts_forgets_what_it_was() -> None:
    facts, _ = end_of_turn(row(100, m.ABSENT), row(80, 80), 100, starting=True)
    assert facts == []


def test_suspected_and_removed_members_are_not_gossiped_about() -> None:
    before = row(8, 8, 8, m.UNLISTED)
    fresh = row(0, 0, 0, 0)
    seen = row(50, 40, 39, m.REMOVED)
    assert m.write_fresh(row(9, 8, 7, 6), seen, before, fresh, 50, 10)
    assert fresh.tolist() == [9, 8, m.SUSPECT, m.UNLISTED]
    assert not m.write_fresh(row(9, 8, 7, 6), seen, fresh.copy(), fresh, 50, 10)


@pytest.mark.parametrize(
    ("kind", "before", "after", "learns"),
    [
        (codes.JOIN_REQUEST, m.JOINING, m.JOINING, False),  # two who are both outside know no group
        (codes.JOIN_REQUEST, m.MEMBER, m.MEMBER, True),
        (codes.JOIN_REQUEST, m.LEAVING, m.LEAVING, False),
        (codes.JOIN_REPLY, m.JOINING, m.MEMBER, True),
        (codes.GOSSIP, m.JOINING, m.MEMBER, True),
        (codes.GOSSIP, m.MEMBER, m.MEMBER, True),
    ],
)
def test_hearing_from_a_member_makes_a_joining_peer_a_member(
    kind: int, before: int, after: int, learns: bool
) -> None:
    state = np.array([before, m.MEMBER], np.int64)
    seen = row(9, m.ABSENT)
    m.receive(kind, 1, 0, state, row(5, -1), seen, row(-1, 3), 12)
    assert state[0] == after
    assert (seen[1] == 12) == learns


def test_a_goodbye_removes_at_once_and_for_good() -> None:
    state = np.array([m.MEMBER, m.LEAVING], np.int64)
    heartbeat, seen = row(5, 7), row(11, 11)
    m.receive(codes.GOODBYE, 1, 0, state, heartbeat, seen, row(-1, 9), 12)
    assert (heartbeat[1], seen[1]) == (9, m.REMOVED)
    m.receive(codes.GOSSIP, 1, 0, state, heartbeat, seen, row(-1, 9), 13)
    assert seen[1] == m.REMOVED


@given(
    size=st.integers(2, 40), fanout=st.integers(1, 5), key=st.integers(0, 2**32 - 1), data=st.data()
)
def test_gossip_goes_to_distinct_trusted_others(
    size: int, fanout: int, key: int, data: st.DataObject
) -> None:
    alive = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    fresh = row(*(1 if up or peer == 0 else -1 for peer, up in enumerate(alive)))
    trusted = int((fresh >= 0).sum())
    outbox = room()
    sent = m.gossip(0, size, fresh, fresh, trusted, 7, fanout, key, outbox, 0)
    targets = [target for _, _, target in decoded(outbox, sent)]
    assert len(set(targets)) == len(targets) == min(fanout, trusted - 1)
    assert all(target != 0 and fresh[target] >= 0 for target in targets)


def test_a_joining_peer_asks_the_introducer_and_now_and_then_somebody_else() -> None:
    assert [m.contact(3, attempt, 5) for attempt in range(6)] == [0, 4, 0, 0, 0, 1]
    assert [m.contact(0, attempt, 3) for attempt in range(3)] == [1, 2, -1]
    assert m.contact(0, 0, 1) == -1
