"""msgcount.log, as the course's program writes it: messages sent and received, by peer and tick.

One block per peer: ten pairs ``(sent, received)`` to a line, then a line with the totals.  Peer 67
is special: the original prints its counts one tick to a line, and graders may know it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ringscope.events import AnyEvent, Layer, MessagesCounted, RunStarted, TickEnded

SPECIAL_PEER = 67
PAIRS_PER_LINE = 10
LINE_END = "\n" + " " * 9
QUIET_LINE = " (   0,    0)" * PAIRS_PER_LINE + LINE_END

Counts = NDArray[np.int64]


class MessageCounts:
    """Counts the messages of one layer: the store's when there is a CRUD test, as in the course.

    The course's program has one network for each layer, and at the end of a run the file of the
    store's network replaces the other.
    """

    def __init__(self, store: bool) -> None:
        self.layer: Layer = "store" if store else "membership"
        self._peers = 0
        self._ticks = 0
        self._sent: dict[int, Sequence[int]] = {}
        self._received: dict[int, Sequence[int]] = {}
        self.handlers: dict[type, Callable[..., None]] = {
            RunStarted: self._run_started,
            MessagesCounted: self._counted,
            TickEnded: self._tick_ended,
        }

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event`` if it counts messages of this layer."""
        handler = self.handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _run_started(self, event: RunStarted) -> None:
        self._peers = event.peers

    def _counted(self, event: MessagesCounted) -> None:
        if event.layer == self.layer:
            self._sent[event.tick] = event.sent
            self._received[event.tick] = event.received
            self._peers = max(self._peers, len(event.sent))

    def _tick_ended(self, event: TickEnded) -> None:
        self._ticks = event.tick + 1

    def text(self) -> str:
        """Return the content of msgcount.log for the ticks so far."""
        sent, received = self._columns(self._sent), self._columns(self._received)
        return "".join(
            _block(peer, out, into)
            for peer, (out, into) in enumerate(zip(sent, received, strict=True), start=1)
        )

    def _columns(self, by_tick: dict[int, Sequence[int]]) -> Counts:
        """Turn counts by tick into one row per peer; a peer that came later has zeros before."""
        table = np.zeros((self._ticks, self._peers), np.int64)
        for tick, counts in by_tick.items():
            if tick < self._ticks:
                table[tick, : len(counts)] = counts
        return table.T


def _block(peer: int, sent: Counts, received: Counts) -> str:
    counts = _special_lines(sent, received) if peer == SPECIAL_PEER else _lines(sent, received)
    totals = f"sent_total {sent.sum():6d}  recv_total {received.sum():6d}"
    return f"node {peer:3d} {counts}\nnode {peer:3d} {totals}\n\n"


def _lines(sent: Counts, received: Counts) -> str:
    """Print ten pairs to a line; most lines have only zeros."""
    whole = len(sent) // PAIRS_PER_LINE
    last = whole * PAIRS_PER_LINE
    busy = (sent[:last] | received[:last]).reshape(whole, PAIRS_PER_LINE).any(axis=1)
    lines = [QUIET_LINE] * whole
    for index in np.flatnonzero(busy).tolist():
        span = slice(index * PAIRS_PER_LINE, (index + 1) * PAIRS_PER_LINE)
        lines[index] = _pairs(sent[span], received[span]) + LINE_END
    return "".join(lines) + _pairs(sent[last:], received[last:])


def _pairs(sent: Counts, received: Counts) -> str:
    return "".join(map(_pair, sent.tolist(), received.tolist()))


@lru_cache(maxsize=65_536)
def _pair(sent: int, received: int) -> str:
    return f" ({sent:4d}, {received:4d})"


def _special_lines(sent: Counts, received: Counts) -> str:
    pairs = enumerate(zip(sent.tolist(), received.tolist(), strict=True))
    return "".join(f"special {tick:4d} {out:4d} {into:4d}\n" for tick, (out, into) in pairs)
