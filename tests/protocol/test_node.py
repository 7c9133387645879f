"""The key-value node: one door for messages, one for clients."""

from ringscope.events import (
    AnyEvent,
    CopyDropped,
    CopyStored,
    OperationEnded,
    OperationStarted,
    ReplicaAnswered,
)
from ringscope.protocol.coordinator import RESEND_TICKS
from ringscope.protocol.messages import Copy, Envelope, Message, Reply, Request, Transfer, Undo
from ringscope.protocol.node import KeyValueNode
from ringscope.protocol.ring import Ring
from ringscope.protocol.stabilisation import NEVER

RING = Ring(range(1, 6), 3)
KEY = "key"
REPLICAS = RING.replicas(KEY)
CREATE = Request("create", 1, KEY, "value", (50, 1, 9))
READ = Request("read", 2, KEY, None, (60, 2, 9))


class Bench:
    """One node, what it sends and what it reports."""

    def __init__(self, peer: int = 9) -> None:
        self.peer = peer
        self.sent: list[tuple[int, Message]] = []
        self.events: list[AnyEvent] = []
        self.node = KeyValueNode(peer, 10, self.post, self.events.append)

    def post(self, envelope: Envelope) -> None:
        _, target, message = envelope
        self.sent.append((target, message))

    def turn(self, now: int, *inbox: tuple[int, Message]) -> int:
        self.sent.clear()
        self.events.clear()
        envelopes = [(source, self.peer, message) for source, message in inbox]
        return self.node.turn(now, envelopes, RING)

    def begin(self, request: Request, now: int) -> None:
        self.node.begin(now, request, request.value, RING, 2)


def test_a_client_s_request_goes_to_the_replica_set() -> None:
    bench = Bench()
    bench.begin(CREATE, 50)
    assert bench.sent == [(replica, CREATE) for replica in REPLICAS]
    assert bench.events == [
        OperationStarted(50, 1, "create", KEY, "value", 9, REPLICAS, 2),
    ]


def test_a_request_is_answered_and_reported_once_however_often_it_comes() -> None:
    bench = Bench(REPLICAS[0])
    bench.turn(51, (9, CREATE))
    reply = (9, Reply(1, True, Copy(CREATE.version, "value")))
    assert bench.sent[0] == reply
    assert bench.events == [
        ReplicaAnswered(51, 1, "create", KEY, "value", REPLICAS[0], True),
        CopyStored(51, REPLICAS[0], KEY, "value", CREATE.version, "write"),
    ]
    bench.turn(54, (9, CREATE))
    assert reply in bench.sent
    assert bench.events == []


def test_two_yeses_end_an_operation_and_a_third_changes_nothing() -> None:
    bench = Bench()
    bench.begin(CREATE, 50)
    yes = Reply(1, True, Copy(CREATE.version, "value"))
    bench.turn(52, *((replica, yes) for replica in REPLICAS))
    assert bench.events == [OperationEnded(52, 1, "create", KEY, "value", 9, "success", 2, 2)]


def test_unanswered_requests_are_sent_again_to_those_who_did_not_answer() -> None:
    bench = Bench()
    bench.begin(CREATE, 50)
    yes = Reply(1, True, Copy(CREATE.version, "value"))
    assert bench.turn(52, (REPLICAS[1], yes)) == 53
    bench.turn(50 + RESEND_TICKS)
    assert bench.sent == [(REPLICAS[0], CREATE), (REPLICAS[2], CREATE)]


def test_an_operation_times_out_and_then_the_node_sleeps() -> None:
    bench = Bench()
    bench.begin(CREATE, 50)
    assert bench.turn(59) == 60
    assert bench.turn(60) == NEVER
    assert bench.events == [OperationEnded(60, 1, "create", KEY, "value", 9, "timeout", 0, 0)]


def test_a_read_mends_the_replicas_that_answered_with_less() -> None:
    bench = Bench()
    bench.begin(READ, 60)
    old, new = Copy((10, 1, 1), "old"), Copy((20, 1, 2), "new")
    bench.turn(62, (REPLICAS[0], Reply(2, True, old)), (REPLICAS[1], Reply(2, True, new)))
    assert bench.events == [OperationEnded(62, 2, "read", KEY, "new", 9, "success", 2, 2)]
    assert bench.sent == [(REPLICAS[0], Transfer(((KEY, new),), "repair"))]


def test_a_write_that_failed_is_taken_back_where_it_may_have_been_carried_out() -> None:
    bench = Bench()
    bench.begin(CREATE, 50)
    refused = Reply(1, False, Copy((10, 1, 1), "there already"))
    bench.turn(52, (REPLICAS[0], refused), (REPLICAS[1], refused))
    assert bench.events == [OperationEnded(52, 1, "create", KEY, "value", 9, "failure", 0, 2)]
    assert bench.sent == [(REPLICAS[2], Undo(1, KEY, CREATE.version))]


def test_a_replica_takes_a_write_back_and_says_so() -> None:
    bench = Bench(REPLICAS[0])
    bench.turn(51, (9, CREATE))
    bench.turn(53, (9, Undo(1, KEY, CREATE.version)))
    assert bench.events == [CopyDropped(53, REPLICAS[0], KEY)]
    assert bench.node.settled


def test_a_repair_is_taken_over_and_not_answered() -> None:
    bench = Bench(REPLICAS[0])
    new = Copy((20, 1, 2), "new")
    bench.turn(63, (9, Transfer(((KEY, new),), "repair")))
    assert CopyStored(63, REPLICAS[0], KEY, "new", new.version, "repair") in bench.events
    assert not any(target == 9 for target, _ in bench.sent)


def test_what_a_dying_coordinator_leaves_open_is_lost_for_good() -> None:
    bench = Bench()
    bench.begin(CREATE, 50)
    bench.events.clear()
    bench.node.go_down(51)
    assert bench.events == [OperationEnded(51, 1, "create", KEY, "value", 9, "lost", 0, 0)]
