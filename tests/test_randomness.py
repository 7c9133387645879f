"""The generator is MurmurHash3, whatever computes it."""

import struct

import mmh3
from hypothesis import given
from hypothesis import strategies as st

from ringscope.randomness import BLOCK, Stream, below, draw, draws, stream

word = st.integers(0, 2**32 - 1)


@given(key=word, a=word, b=word, c=word)
def test_a_draw_is_the_murmur_hash_of_its_name(key: int, a: int, b: int, c: int) -> None:
    assert draw(key, a, b, c) == mmh3.hash(struct.pack("<3I", a, b, c), key, signed=False)


@given(bound=st.integers(1, 2**31), key=word, a=word)
def test_bounded_draws_stay_in_bounds(bound: int, key: int, a: int) -> None:
    assert 0 <= below(bound, key, a, 1, 2) < bound


def test_bounded_draws_are_even() -> None:
    counts = [0] * 10
    for number in range(10_000):
        counts[below(10, 425, number, 0, 0)] += 1
    assert min(counts) > 900  # a fair share is 1,000 with a standard deviation of 30
    assert max(counts) < 1100


def test_streams_of_one_seed_are_independent_and_seeds_differ() -> None:
    names = ["emulnet", "gossip", "workload", "faults", "keys"]
    keys = {stream(seed, name) for seed in range(100) for name in names}
    assert len(keys) == 500


def test_a_stream_repeats_itself_for_the_same_seed_only() -> None:
    first, again, other = Stream(1, "faults"), Stream(1, "faults"), Stream(2, "faults")
    draws = [first.below(1000) for _ in range(20)]
    assert draws == [again.below(1000) for _ in range(20)]
    assert draws != [other.below(1000) for _ in range(20)]


def test_draws_made_at_once_are_those_made_one_by_one() -> None:
    key, few = stream(1, "keys"), Stream(1, "keys")
    one_by_one = [draw(key, count, 0, 0) for count in range(1, 2 * BLOCK + 3)]
    assert draws(key, 1, 2 * BLOCK + 2).tolist() == one_by_one
    assert [few.below(1000) for _ in one_by_one] == [d * 1000 >> 32 for d in one_by_one]
