"""msgcount.log, as the course's program writes it: messages sent and received, by peer and tick.

One block per peer: ten pairs ``(sent, received)`` to a line, then a line with the totals.  Peer 67
is special: the original prints its counts one tick to a line, and graders may know it.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ringscope.events import AnyEvent, MessagesCounted, RunStarted, TickEnded

SPECIAL_PEER = 67
PAIRS_PER_LINE = 10

Counts = NDArray[np.int64]


class MessageCounts:
    """Counts the messages of one layer: the store's when there is a CRUD test, as in the course.

    The course's program has one network for each layer, and at the end of a run the file of the
    store's network replaces the other.
    """

    def __init__(self, store: bool) -> None:
        self._layer: Literal["membership", "store"] = "store" if store else "membership"
        self._peers = 0
        self._ticks = 0
        self._sent: dict[int, Sequence[int]] = {}
        self._received: dict[int, Sequence[int]] = {}

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event`` if it counts messages of this layer."""
        if type(event) is MessagesCounted:
            if event.layer == self._layer:
                self._sent[event.tick] = event.sent
                self._received[event.tick] = event.received
                self._peers = max(self._peers, len(event.sent))
        elif type(event) is TickEnded:
            self._ticks = event.tick + 1
        elif type(event) is RunStarted:
            self._peers = event.peers

    def text(self) -> str:
        """Return the content of msgcount.log for the ticks so far."""
        sent, received = self._columns(self._sent), self._columns(self._received)
        ends_line = np.arange(1, self._ticks + 1) % PAIRS_PER_LINE == 0
        pairs = _Pairs()
        blocks: list[str] = []
        for peer in range(1, self._peers + 1):
            out, into = sent[peer - 1], received[peer - 1]
            if peer == SPECIAL_PEER:
                counts = _special_lines(out, into)
            else:
                codes = (out << 32 | into) << 1 | ends_line
                counts = "".join(map(pairs.__getitem__, codes.tolist()))
            totals = f"sent_total {out.sum():6d}  recv_total {into.sum():6d}"
            blocks.append(f"node {peer:3d} {counts}\nnode {peer:3d} {totals}\n\n")
        return "".join(blocks)

    def _columns(self, by_tick: dict[int, Sequence[int]]) -> Counts:
        """Turn counts by tick into one row per peer; a peer that came later has zeros before."""
        table = np.zeros((self._ticks, self._peers), np.int64)
        for tick, counts in by_tick.items():
            if tick < self._ticks:
                table[tick, : len(counts)] = counts
        return table.T


class _Pairs(dict[int, str]):
    """How a pair of counts is printed, with the break after it if it ends its line; most recur.

    The key is (sent, received, ends its line) in 31, 32 and 1 bits.
    """

    def __missing__(self, code: int) -> str:
        end = "\n" + " " * 9 if code & 1 else ""
        text = self[code] = f" ({code >> 33:4d}, {code >> 1 & 0xFFFFFFFF:4d}){end}"
        return text


def _special_lines(sent: Counts, received: Counts) -> str:
    pairs = enumerate(zip(sent.tolist(), received.tolist(), strict=True))
    return "".join(f"special {tick:4d} {out:4d} {into:4d}\n" for tick, (out, into) in pairs)
