"""The historian folds events into a `History`, one event at a time.

It splits the work between small folds: beliefs (who lists and suspects whom), copies (who holds
what) and marks.  The historian itself keeps operations and the counts per tick.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ringscope.events import (
    AnyEvent,
    OperationEnded,
    OperationStarted,
    ReplicaAnswered,
    TickEnded,
)
from ringscope.observers.beliefs import Beliefs
from ringscope.observers.copies import Copies
from ringscope.observers.history import Answer, History, OperationView, Series
from ringscope.observers.marks import ENDS, Marks

_COLUMNS = ("sent", "received", "lost", "live", "listed", "suspected", "copies", "missing")


class Historian:
    """Observes a run; ``replicas`` is its replication factor, ``ends`` as for `Marks`."""

    def __init__(self, replicas: int = 3, ends: Mapping[str, str] = ENDS) -> None:
        self._beliefs = Beliefs()
        self._copies = Copies(replicas)
        self._marks = Marks(self._beliefs, ends)
        self._operations: dict[int, OperationView] = {}
        self._columns: dict[str, list[int]] = {name: [] for name in _COLUMNS}
        self._start = 0
        self._changed: dict[int, None] = {}
        self._told_marks = 0
        self._told_ticks = 0
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            OperationStarted: self._started,
            ReplicaAnswered: self._answered,
            OperationEnded: self._ended,
        }

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""
        kind = type(event)
        if handler := self._handlers.get(kind):
            handler(event)
        self._beliefs.see(event)
        self._copies.see(event)
        self._marks.see(event)
        if kind is TickEnded:
            self._count(event)  # type: ignore[arg-type]

    def complete(self) -> History:
        """Return everything up to now."""
        return History(
            tuple(self._operations.values()), tuple(self._marks.marks), self._series(first=0)
        )

    def changes(self) -> History:
        """Return what is new or changed since the last call."""
        operations = tuple(self._operations[transaction] for transaction in self._changed)
        marks = tuple(self._marks.marks[self._told_marks :])
        series = self._series(first=self._told_ticks)
        self._changed.clear()
        self._told_marks = len(self._marks.marks)
        self._told_ticks = len(self._columns["sent"])
        return History(operations, marks, series)

    def _series(self, first: int) -> Series:
        return Series(self._start + first, *(tuple(self._columns[c][first:]) for c in _COLUMNS))

    def _count(self, event: TickEnded) -> None:
        if not self._columns["sent"]:
            self._start = event.tick
        live, listed, suspected = self._beliefs.counts()
        copies, missing = self._copies.counts(live)
        counts = (
            event.sent, event.received, event.lost, live, listed, suspected, copies, missing
        )  # fmt: skip
        for name, count in zip(_COLUMNS, counts, strict=True):
            self._columns[name].append(count)

    # --- operations ------------------------------------------------------------------------------

    def _started(self, event: OperationStarted) -> None:
        self._keep(
            OperationView(
                transaction=event.transaction,
                kind=event.kind,
                key=event.key,
                value=event.value,
                coordinator=event.coordinator,
                replicas=tuple(event.replicas),
                quorum=event.quorum,
                started=event.tick,
                answers=(),
                ended=None,
                outcome=None,
            )
        )

    def _answered(self, event: ReplicaAnswered) -> None:
        if operation := self._operations.get(event.transaction):
            answers = (*operation.answers, Answer(event.tick, event.peer, event.ok))
            self._keep(msgspec.structs.replace(operation, answers=answers))

    def _ended(self, event: OperationEnded) -> None:
        if operation := self._operations.get(event.transaction):
            value = event.value if event.value is not None else operation.value
            self._keep(
                msgspec.structs.replace(
                    operation, ended=event.tick, outcome=event.outcome, value=value
                )
            )

    def _keep(self, operation: OperationView) -> None:
        self._operations[operation.transaction] = operation
        self._changed[operation.transaction] = None
