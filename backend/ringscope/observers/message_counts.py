"""msgcount.log, as the course's program writes it: messages sent and received, by peer and tick.

One block per peer: ten pairs ``(sent, received)`` to a line, then a line with the totals.  Peer 67
is special: the original prints its counts one tick to a line, and graders may know it.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal

from ringscope.events import AnyEvent, MessagesCounted, RunStarted, TickEnded

SPECIAL_PEER = 67
PAIRS_PER_LINE = 10


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
        if isinstance(event, MessagesCounted):
            if event.layer == self._layer:
                self._sent[event.tick] = event.sent
                self._received[event.tick] = event.received
        elif isinstance(event, TickEnded):
            self._ticks = event.tick + 1
        elif isinstance(event, RunStarted):
            self._peers = event.peers

    def text(self) -> str:
        """Return the content of msgcount.log for the ticks so far."""
        sent, received = self._columns(self._sent), self._columns(self._received)
        blocks = zip(sent, received, strict=True)
        return "".join(_block(peer, *counts) for peer, counts in enumerate(blocks, start=1))

    def _columns(self, by_tick: dict[int, Sequence[int]]) -> list[Sequence[int]]:
        """Turn counts by tick into counts by peer; a peer that came later has zeros before."""
        rows = [list(by_tick.get(tick, ())) for tick in range(self._ticks)]
        rows.append([0] * self._peers)  # so that no peer is missed
        return [column[:-1] for column in zip_longest(*rows, fillvalue=0)]


def _block(peer: int, sent: Sequence[int], received: Sequence[int]) -> str:
    counts = "".join((_special_lines if peer == SPECIAL_PEER else _pairs)(sent, received))
    totals = f"sent_total {sum(sent):6d}  recv_total {sum(received):6d}"
    return f"node {peer:3d} {counts}\nnode {peer:3d} {totals}\n\n"


def _pairs(sent: Sequence[int], received: Sequence[int]) -> Iterator[str]:
    for tick, (out, into) in enumerate(zip(sent, received, strict=True), start=1):
        yield f" ({out:4d}, {into:4d})"
        if tick % PAIRS_PER_LINE == 0:
            yield "\n" + " " * 9


def _special_lines(sent: Sequence[int], received: Sequence[int]) -> Iterator[str]:
    for tick, (out, into) in enumerate(zip(sent, received, strict=True)):
        yield f"special {tick:4d} {out:4d} {into:4d}\n"
