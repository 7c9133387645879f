"""How far the membership is from what the machine's memory allows.

Full-table gossip is moving rows.  Per tick each of N peers must at least, at two bytes a cell

- read and write its row of heartbeats                            2 rows
- read and write its row of ticks at which they were last new     2 rows
- write the row that it sends, which is read in the next tick     1 row
- read the row of each message it receives, on average            ``fanout`` rows

so (5 + fanout) x 2 N² bytes.  A peer's own rows stay in the nearest cache while it takes in its
messages; a row of somebody else comes from memory, once the group is too large for the caches.
Nothing is counted for what the processor adds by itself (reading a line before writing it), nor for
messages, facts and states, which grow with N only.  The bound is that many bytes at the best speed
at which all cores together moved bytes in a triad, a = b + s * c, counted as STREAM counts: two
read, one written.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ringscope.benchmarks.measure import Stopwatch
from ringscope.kernel import COMPILED, kernel

Floats = NDArray[np.float64]
CELL = 2  # bytes: heartbeats are ticks, below 32,000
OWN_ROWS = 5


def bytes_per_tick(peers: int, fanout: int, cell: int = CELL) -> int:
    """Return how many bytes the membership of a settled group must move in a tick."""
    return (OWN_ROWS + fanout) * peers * peers * cell


@kernel
def _triad(target: Floats, one: Floats, other: Floats, factor: float, first: int, end: int) -> None:
    for place in range(first, end):
        target[place] = one[place] + factor * other[place]


def _triad_of_numpy(
    target: Floats, one: Floats, other: Floats, factor: float, first: int, end: int
) -> None:
    """Without a compiler: two passes; the second reads and writes the target once more."""
    part = slice(first, end)
    np.multiply(other[part], factor, out=target[part])
    np.add(target[part], one[part], out=target[part])


def bandwidth(size: int, repeats: int, watch: Stopwatch) -> list[float]:
    """Return bytes per second of ``repeats`` triads over arrays of ``size`` bytes, on all cores."""
    cells, cores = size // 8, os.cpu_count() or 1
    target, one, other = (np.full(cells, value, np.float64) for value in (0.0, 1.0, 2.0))
    step: Callable[..., None] = _triad if COMPILED else _triad_of_numpy
    moved = (3 if COMPILED else 5) * cells * 8
    step(target, one, other, 3.0, 0, 1)
    edges = [cells * part // cores for part in range(cores + 1)]
    with ThreadPoolExecutor(cores) as pool:

        def everywhere() -> None:
            parts = [pool.submit(step, target, one, other, 3.0, *part) for part in pairwise(edges)]
            for part in parts:
                part.result()

        everywhere()
        return [moved / seconds for seconds in watch.times(everywhere, repeats)]
