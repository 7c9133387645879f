"""The key-value node of one peer: replica, coordinator and stabilisation behind one door.

`KeyValueNode.turn` is given the tick, the messages that arrived and the ring this peer believes in;
it sends messages and reports events, and does nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ringscope.events import (
    AnyEvent,
    CopyDropped,
    CopyStored,
    OperationEnded,
    OperationStarted,
    ReplicaAnswered,
)
from ringscope.protocol.coordinator import Coordinator, Ended
from ringscope.protocol.messages import (
    Answer,
    Digest,
    Envelope,
    Message,
    Offer,
    Reply,
    Request,
    Transfer,
    Undo,
)
from ringscope.protocol.quorum import degrade
from ringscope.protocol.replica import Replica
from ringscope.protocol.ring import Ring
from ringscope.protocol.stabilisation import NEVER, Stabiliser

Emit = Callable[[AnyEvent], None]
Post = Callable[[Envelope], None]


class KeyValueNode:
    """One peer's part in the store.  ``post(envelope)`` and ``emit(event)`` are all
    it knows of the world."""

    __slots__ = (
        "_emit",
        "_forget_at",
        "_handlers",
        "_peer",
        "_post",
        "_timeout",
        "coordinator",
        "replica",
        "stabiliser",
    )

    def __init__(self, peer: int, operation_timeout: int, post: Post, emit: Emit) -> None:
        self._peer = peer
        self._timeout = operation_timeout
        self._post = post
        self._emit = emit
        self._forget_at = 0
        self.replica = Replica()
        self.coordinator = Coordinator(operation_timeout)
        self.stabiliser = Stabiliser(peer, self.replica)
        self._handlers: dict[type[Message], Callable[[int, int, Any], None]] = {
            Request: self._take_request,
            Reply: self._take_reply,
            Undo: self._take_undo,
            Digest: self._take_digest,
            Offer: self._take_offer,
            Answer: self._take_answer,
            Transfer: self._take_transfer,
        }

    @property
    def settled(self) -> bool:
        """Whether it owes nobody anything: no answer to a client, no copy to another peer."""
        return not self.coordinator.pending and self.stabiliser.settled

    def begin(self, now: int, request: Request, shown: str | None, ring: Ring, quorum: int) -> None:
        """Coordinate a client operation; ``shown`` is the value its log line names."""
        replicas = ring.replicas(request.key)
        quorum = degrade(quorum, len(replicas))
        self.coordinator.start(request, replicas, quorum, now)
        self._emit(
            OperationStarted(
                now,
                request.transaction,
                request.kind,
                request.key,
                shown,
                self._peer,
                replicas,
                quorum,
            )
        )
        for replica in replicas:
            self._post((self._peer, replica, request))

    def turn(self, now: int, inbox: Sequence[Envelope], ring: Ring | None) -> int:
        """Take one tick: the messages in order, then what is overdue, then stabilisation.

        Returns the tick of the next turn to take even if no message arrives and no ring changes.
        """
        self.stabiliser.follow(now, ring)
        handlers = self._handlers
        for source, _, message in inbox:
            handlers[type(message)](now, source, message)
        if self.coordinator.pending:
            for ended in self.coordinator.overdue(now):
                self._end(now, ended)
            for replica, request in self.coordinator.resends(now):
                self._send(replica, request)
        if now >= self._forget_at:
            self._forget_at = now + self._timeout
            self.replica.forget_replies()
        wake = self.stabiliser.work(now, self._send) if self.replica.copies else NEVER
        return now + 1 if self.coordinator.pending else wake

    def go_down(self, now: int) -> None:
        """Report the operations that nobody will ever answer, because this peer is going down."""
        for operation in self.coordinator.pending.values():
            self._report(now, Ended(operation, "lost", operation.request.value))

    def _take_request(self, now: int, source: int, request: Request) -> None:
        replica, peer = self.replica, self._peer
        reply = replica.earlier_reply(request.transaction)
        if reply is None:
            reply = replica.carry_out(request)
            kind, key, value, copy = request.kind, request.key, request.value, reply.copy
            if kind == "read" and reply.ok and copy is not None:
                value = copy.value
            emit = self._emit
            emit(ReplicaAnswered(now, request.transaction, kind, key, value, peer, reply.ok))
            if copy is not None and copy.version == request.version:
                self.stabiliser.written(key)
                emit(CopyStored(now, peer, key, copy.value, copy.version, "write"))
        self._post((peer, source, reply))

    def _take_reply(self, now: int, source: int, reply: Reply) -> None:
        ended = self.coordinator.take_reply(source, reply)
        if ended is not None:
            self._end(now, ended)

    def _take_digest(self, now: int, source: int, digest: Digest) -> None:
        self.stabiliser.take_digest(source, digest, self._send)

    def _take_offer(self, now: int, source: int, offer: Offer) -> None:
        self.stabiliser.take_offer(source, offer, now, self._send)

    def _take_answer(self, now: int, source: int, answer: Answer) -> None:
        for key in self.stabiliser.take_answer(source, answer, self._send):
            self._emit(CopyDropped(now, self._peer, key))

    def _take_transfer(self, now: int, source: int, transfer: Transfer) -> None:
        for key, copy in self.stabiliser.take_transfer(source, transfer, now, self._send):
            self._emit(CopyStored(now, self._peer, key, copy.value, copy.version, transfer.cause))

    def _take_undo(self, now: int, source: int, undo: Undo) -> None:
        if not self.replica.undo(undo):
            return
        copy = self.replica.copies.get(undo.key)
        if copy is None:
            self.stabiliser.forget(undo.key)
            self._emit(CopyDropped(now, self._peer, undo.key))
        else:
            self._emit(CopyStored(now, self._peer, undo.key, copy.value, copy.version, "undo"))

    def _end(self, now: int, ended: Ended) -> None:
        operation = ended.operation
        self._report(now, ended)
        request = operation.request
        if request.kind == "read":
            newest = operation.newest()
            if ended.outcome != "timeout" and newest is not None:
                repair = Transfer(((request.key, newest),), "repair")
                for replica in operation.stale():
                    self._send(replica, repair)
        elif ended.outcome == "failure":
            undo = Undo(request.transaction, request.key, request.version)
            for replica in operation.may_have_written():
                self._send(replica, undo)

    def _report(self, now: int, ended: Ended) -> None:
        operation = ended.operation
        request = operation.request
        self._emit(
            OperationEnded(
                now,
                request.transaction,
                request.kind,
                request.key,
                ended.value,
                self._peer,
                ended.outcome,
                operation.accepted,
                len(operation.replies),
            )
        )

    def _send(self, target: int, message: Message) -> None:
        self._post((self._peer, target, message))
