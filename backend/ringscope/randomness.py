"""All chance in a run: a counter-based generator that kernels and Python share.

`draw(key, a, b, c)` is MurmurHash3 (x86, 32 bit) of the three words with ``key`` as its seed, so a
draw depends on nothing but its name: which stream, which tick, which peer, which draw.  There is no
state to share or to disturb; a new draw in one place shifts no other, and the result is the same on
every machine and under every version of every library.
"""

import mmh3
import numpy as np
from numpy.typing import NDArray

from ringscope.kernel import kernel

WORD = 0xFFFFFFFF
#: A `Stream` draws so many numbers at once.
BLOCK = 64


def stream(seed: int, name: str) -> int:
    """Return the key of the stream called ``name`` of the run with this seed."""
    return mmh3.hash(f"{seed}/{name}".encode(), signed=False)


@kernel
def _absorb(state: int, word: int) -> int:
    word = (word * 0xCC9E2D51) & WORD
    word = ((word << 15) | (word >> 17)) & WORD
    state ^= (word * 0x1B873593) & WORD
    state = ((state << 13) | (state >> 19)) & WORD
    return (state * 5 + 0xE6546B64) & WORD


@kernel
def draw(key: int, a: int, b: int, c: int) -> int:
    """Return 32 random bits for the words ``a``, ``b``, ``c`` (each below 2**32) of a stream."""
    state = _absorb(_absorb(_absorb(key, a), b), c) ^ 12
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & WORD
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & WORD
    return state ^ (state >> 16)


@kernel
def below(bound: int, key: int, a: int, b: int, c: int) -> int:
    """Return a random integer from 0 to ``bound - 1`` (``bound`` at most 2**31)."""
    return (draw(key, a, b, c) * bound) >> 32


@kernel
def _fill(block: NDArray[np.int64], key: int, first: int) -> None:
    for i in range(block.shape[0]):
        block[i] = draw(key, (first + i) & WORD, (first + i) >> 32, 0)


def draws(key: int, first: int, count: int) -> NDArray[np.int64]:
    """Return the draws number ``first`` to ``first + count - 1`` of a stream, 32 bits each."""
    block = np.empty(count, np.int64)
    _fill(block, key, first)
    return block


class Stream:
    """Consecutive draws from one stream, for code that draws one thing after another."""

    def __init__(self, seed: int, name: str) -> None:
        self._key = stream(seed, name)
        self._count = 0
        self._drawn: list[int] = []  # the draws to come, the next one last

    def below(self, bound: int) -> int:
        """Return the next random integer from 0 to ``bound - 1``."""
        if not self._drawn:
            self._drawn = draws(self._key, self._count + 1, BLOCK)[::-1].tolist()
            self._count += BLOCK
        return (self._drawn.pop() * bound) >> 32
