"""The coordinator: a client's request goes to all replicas, a quorum of yeses is a success.

An operation ends exactly once.  Requests that were lost are sent again within the timeout, always
to the replica set the operation began with; late and duplicate replies change nothing.  A write
that failed is taken back where it was carried out (unless that message, too, is lost).  One that
timed out is not: it may have reached some replicas and can still win, which no client can know.
"""

from collections.abc import Iterator

import msgspec

from ringscope.events import Outcome
from ringscope.protocol.messages import Copy, Reply, Request
from ringscope.protocol.quorum import Verdict, tally

#: A request without a reply is sent again after this many ticks (a round trip takes two).
RESEND_TICKS = 3


class Operation(msgspec.Struct, gc=False):
    """A client operation under way: who was asked and what they said.

    ``accepted`` counts the replicas that said yes.
    """

    request: Request
    replicas: tuple[int, ...]
    quorum: int
    started: int
    accepted: int = 0
    replies: dict[int, Reply] = msgspec.field(default_factory=dict)

    def newest(self) -> Copy | None:
        """Return the newest copy any replica reported, tombstones included."""
        copies = [reply.copy for reply in self.replies.values() if reply.copy is not None]
        return max(copies, key=lambda copy: copy.version, default=None)

    def may_have_written(self) -> list[int]:
        """Return the replicas that did not refuse."""
        return [p for p in self.replicas if p not in self.replies or self.replies[p].ok]

    def stale(self) -> list[int]:
        """Return the replicas that reported something older than the newest copy."""
        newest = self.newest()
        return [peer for peer, reply in self.replies.items() if reply.copy != newest]


class Ended(msgspec.Struct, frozen=True, gc=False):
    """The end of an operation; ``value`` is what a successful read returns to the client."""

    operation: Operation
    outcome: Outcome
    value: str | None


class Coordinator:
    """The operations one peer coordinates, oldest first."""

    __slots__ = ("_timeout", "pending")

    def __init__(self, timeout: int) -> None:
        self.pending: dict[int, Operation] = {}
        self._timeout = timeout

    def start(
        self, request: Request, replicas: tuple[int, ...], quorum: int, now: int
    ) -> Operation:
        """Begin an operation; the caller sends ``request`` to each of ``replicas``."""
        operation = Operation(request, replicas, quorum, now)
        self.pending[request.transaction] = operation
        return operation

    def take_reply(self, source: int, reply: Reply) -> Ended | None:
        """Count a reply; return the end of its operation if that decided it."""
        operation = self.pending.get(reply.transaction)
        if operation is None or source in operation.replies:
            return None
        operation.replies[source] = reply
        operation.accepted += reply.ok
        refused = len(operation.replies) - operation.accepted
        verdict = tally(operation.quorum, len(operation.replicas), operation.accepted, refused)
        if verdict is Verdict.PENDING:
            return None
        del self.pending[reply.transaction]
        if verdict is Verdict.IMPOSSIBLE:
            return Ended(operation, "failure", operation.request.value)
        if operation.request.kind != "read":
            return Ended(operation, "success", operation.request.value)
        newest = operation.newest()
        if newest is None or newest.value is None:  # a delete newer than what the quorum holds
            return Ended(operation, "failure", None)
        return Ended(operation, "success", newest.value)

    def overdue(self, now: int) -> Iterator[Ended]:
        """End every operation that has had its time."""
        while self.pending:
            transaction, operation = next(iter(self.pending.items()))
            if now - operation.started < self._timeout:
                return
            del self.pending[transaction]
            yield Ended(operation, "timeout", operation.request.value)

    def resends(self, now: int) -> Iterator[tuple[int, Request]]:
        """Yield (replica, request) for what has stayed without a reply long enough."""
        for operation in self.pending.values():
            age = now - operation.started
            if age == 0:
                return  # the rest is younger still
            if age % RESEND_TICKS == 0:
                for replica in operation.replicas:
                    if replica not in operation.replies:
                        yield replica, operation.request
