"""The ring against its definition."""

from hypothesis import given
from hypothesis import strategies as st

from ringscope.protocol.ring import REMEMBERED_KEYS, TURN, Ring, key_position, peer_position

members = st.lists(st.integers(1, 300), unique=True, max_size=30)


@given(members=members, replication=st.integers(1, 5), key=st.text(max_size=8))
def test_a_key_belongs_to_the_first_peers_at_or_clockwise_of_it(
    members: list[int], replication: int, key: str
) -> None:
    clockwise = sorted(members, key=lambda peer: (peer_position(peer) - key_position(key)) % TURN)
    assert Ring(members, replication).replicas(key) == tuple(clockwise[:replication])


@given(members=members, replication=st.integers(1, 5))
def test_a_peer_knows_the_replica_sets_it_belongs_to(members: list[int], replication: int) -> None:
    ring = Ring(members, replication)
    keys = [f"key{number}" for number in range(200)]
    for peer in range(1, 31):
        sets = ring.replica_sets(peer)
        assert all(peer in replicas for replicas in sets)
        assert len(sets) == (min(replication, len(members)) if peer in members else 0)
        met = {ring.replicas(key) for key in keys if peer in ring.replicas(key)}
        assert met <= set(sets)


def test_positions_are_pinned() -> None:
    # another hash, or another address text, would silently make every recording a different run
    assert peer_position(1) == 4127509498707376724
    assert key_position("invalidKey") == 603142365966691649


def test_positions_do_not_collide() -> None:
    assert len({peer_position(peer) for peer in range(1, 30_001)}) == 30_000


def test_an_empty_ring_holds_nothing() -> None:
    assert Ring([], 3).replicas("key") == ()


def test_a_ring_that_has_forgotten_a_key_says_the_same_again() -> None:
    ring = Ring(range(1, 11), 3)
    before = ring.replicas("key")
    for number in range(REMEMBERED_KEYS + 1):
        ring.replicas(f"{number}")
    assert ring.replicas("key") == before
