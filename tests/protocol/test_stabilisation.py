"""Who offers what to whom, who answers what, and when a copy may go."""

from ringscope.protocol.messages import Answer, Copy, Digest, Message, Offer, Transfer
from ringscope.protocol.replica import Replica
from ringscope.protocol.ring import Ring
from ringscope.protocol.stabilisation import OFFER_RETRY_TICKS, SWEEP_TICKS, Stabiliser

RING = Ring(range(1, 8), 3)
KEY = "key"
PRIMARY, SECONDARY, TERTIARY = RING.replicas(KEY)
STRANGER = next(peer for peer in range(1, 8) if peer not in RING.replicas(KEY))
OLD, NEW = Copy((-20, 1, 1), "old"), Copy((-10, 2, 1), "new")


class Bench:
    """One stabiliser and what it sends."""

    def __init__(self, peer: int, copy: Copy | None = OLD, ring: Ring = RING) -> None:
        self.replica = Replica()
        if copy is not None:
            self.replica.adopt(KEY, copy)
        self.subject = Stabiliser(peer, self.replica)
        self.subject.ring = ring
        self.sent: list[tuple[int, Message]] = []

    def send(self, target: int, message: Message) -> None:
        self.sent.append((target, message))

    def work(self, now: int) -> list[tuple[int, Message]]:
        self.sent.clear()
        self.subject.work(now, self.send)
        return self.sent

    def confirm(self, *peers: int, copy: Copy = OLD) -> list[str]:
        answer = Answer(((KEY, copy.version),), ())
        return [key for p in peers for key in self.subject.take_answer(p, answer, self.send)]


def offers(*targets: int) -> list[tuple[int, Message]]:
    return [(target, Offer(((KEY, OLD.version),))) for target in sorted(targets)]


def test_the_primary_offers_to_the_others_the_others_to_the_primary_a_stranger_to_all() -> None:
    assert Bench(PRIMARY).work(0) == offers(SECONDARY, TERTIARY)
    assert Bench(SECONDARY).work(0) == offers(PRIMARY)
    assert Bench(TERTIARY).work(0) == offers(PRIMARY)
    assert Bench(STRANGER).work(0) == offers(PRIMARY, SECONDARY, TERTIARY)


def test_a_copy_whose_write_may_not_be_decided_yet_is_not_offered() -> None:
    bench = Bench(PRIMARY, Copy((50, 1, 1), "young"))
    assert bench.work(51) == []
    assert not bench.subject.settled
    assert [target for target, _ in bench.work(51 + OFFER_RETRY_TICKS)] == sorted(
        [SECONDARY, TERTIARY]
    )


def test_offers_are_repeated_until_they_are_confirmed() -> None:
    bench = Bench(PRIMARY)
    bench.work(0)
    assert bench.work(1) == []
    bench.confirm(TERTIARY)
    assert bench.work(OFFER_RETRY_TICKS) == offers(SECONDARY)
    bench.confirm(SECONDARY)
    assert bench.subject.settled


def test_a_stranger_drops_its_copy_only_when_the_whole_set_holds_it() -> None:
    bench = Bench(STRANGER)
    bench.work(0)
    assert bench.confirm(PRIMARY, SECONDARY) == []
    assert bench.confirm(TERTIARY) == [KEY]
    assert bench.replica.copies == {}


def test_a_confirmation_of_an_older_version_does_not_count() -> None:
    bench = Bench(STRANGER)
    bench.work(0)
    bench.replica.adopt(KEY, NEW)  # a client wrote through a peer that believes in another ring
    bench.subject.written(KEY)
    assert bench.confirm(PRIMARY, SECONDARY, TERTIARY, copy=OLD) == []
    assert bench.confirm(PRIMARY, SECONDARY, TERTIARY, copy=NEW) == [KEY]


def test_a_write_that_reaches_a_stranger_finds_its_way_home() -> None:
    bench = Bench(STRANGER, None)
    bench.replica.adopt("other", OLD)  # so that the survey is behind it
    bench.work(0)
    bench.subject.take_answer(1, Answer((("other", OLD.version),), ()), bench.send)
    bench.replica.adopt(KEY, OLD)
    bench.subject.written(KEY)
    assert not bench.subject.settled
    targets = {target for target, message in bench.work(OFFER_RETRY_TICKS)
               if isinstance(message, Offer) and KEY in dict(message.versions)}  # fmt: skip
    assert targets == {PRIMARY, SECONDARY, TERTIARY}


def test_a_replica_never_drops_its_own_copy() -> None:
    bench = Bench(PRIMARY)
    bench.work(0)
    assert bench.confirm(SECONDARY, TERTIARY) == []
    assert bench.replica.copies[KEY] == OLD


def test_an_offer_is_answered_with_what_is_held_and_what_is_wanted() -> None:
    for copy, held, wanted in [
        (NEW, ((KEY, NEW.version),), ()),
        (OLD, ((KEY, OLD.version),), ()),
        (None, (), (KEY,)),
    ]:
        bench = Bench(SECONDARY, copy)
        bench.subject.take_offer(PRIMARY, Offer(((KEY, OLD.version),)), 5, bench.send)
        assert bench.sent == [(PRIMARY, Answer(held, wanted))]


def test_an_outdated_copy_is_wanted_anew() -> None:
    bench = Bench(SECONDARY, OLD)
    bench.subject.take_offer(PRIMARY, Offer(((KEY, NEW.version),)), 5, bench.send)
    assert bench.sent == [(PRIMARY, Answer((), (KEY,)))]


def test_a_key_is_asked_for_once_and_again_when_it_does_not_come() -> None:
    bench = Bench(PRIMARY, None)
    offer = Offer(((KEY, OLD.version),))
    bench.subject.take_offer(SECONDARY, offer, 5, bench.send)
    bench.subject.take_offer(TERTIARY, offer, 5, bench.send)
    assert [target for target, _ in bench.sent] == [SECONDARY]
    bench.subject.take_offer(TERTIARY, offer, 5 + OFFER_RETRY_TICKS, bench.send)
    assert [target for target, _ in bench.sent] == [SECONDARY, TERTIARY]


def test_whoever_does_not_think_a_key_its_own_stays_silent() -> None:
    bench = Bench(STRANGER, None)
    bench.subject.take_offer(PRIMARY, Offer(((KEY, OLD.version),)), 5, bench.send)
    transfer = Transfer(((KEY, OLD),), "stabilisation")
    assert bench.subject.take_transfer(PRIMARY, transfer, 6, bench.send) == []
    assert bench.sent == []
    assert bench.replica.copies == {}


def test_what_is_wanted_is_sent_as_it_is_now() -> None:
    bench = Bench(PRIMARY)
    bench.work(0)
    bench.replica.adopt(KEY, NEW)
    bench.sent.clear()
    bench.subject.take_answer(SECONDARY, Answer((), (KEY, "unknown")), bench.send)
    assert bench.sent == [(SECONDARY, Transfer(((KEY, NEW),), "stabilisation"))]


def test_a_primary_passes_on_at_once_what_it_receives() -> None:
    bench = Bench(PRIMARY, None)
    bench.work(0)
    bench.subject.take_transfer(TERTIARY, Transfer(((KEY, OLD),), "stabilisation"), 3, bench.send)
    assert bench.sent == [(TERTIARY, Answer(((KEY, OLD.version),), ()))]
    assert bench.work(3) == offers(SECONDARY)


def settled(peer: int, copy: Copy) -> Bench:
    bench = Bench(peer, copy)
    bench.work(0)
    bench.confirm(*RING.replicas(KEY), copy=copy)
    return bench


def test_replicas_with_the_same_copies_only_compare_digests() -> None:
    primary, secondary = settled(PRIMARY, OLD), settled(SECONDARY, OLD)
    digests = primary.work(SWEEP_TICKS)
    assert [target for target, _ in digests] == [SECONDARY, TERTIARY]
    digest = digests[0][1]
    assert isinstance(digest, Digest)
    secondary.subject.take_digest(PRIMARY, digest, secondary.send)
    assert secondary.work(1) == []


def test_digests_that_differ_make_both_sides_offer() -> None:
    primary, secondary = settled(PRIMARY, OLD), settled(SECONDARY, NEW)
    digest = primary.work(SWEEP_TICKS)[0][1]
    assert isinstance(digest, Digest)
    secondary.sent.clear()
    secondary.subject.take_digest(PRIMARY, digest, secondary.send)
    ((target, reply),) = secondary.sent
    assert target == PRIMARY
    assert isinstance(reply, Digest)
    assert reply.is_reply
    primary.sent.clear()
    primary.subject.take_digest(SECONDARY, reply, primary.send)
    assert primary.sent == [], "a reply is not replied to"
    assert primary.work(SWEEP_TICKS + OFFER_RETRY_TICKS) == offers(SECONDARY)
    assert [target for target, _ in secondary.work(OFFER_RETRY_TICKS)] == [PRIMARY]


def test_a_replica_that_lost_everything_is_found_by_the_digest_of_the_others() -> None:
    secondary, primary = settled(SECONDARY, OLD), Bench(PRIMARY, None)
    digest = secondary.work(SWEEP_TICKS)[0][1]
    assert isinstance(digest, Digest)
    primary.subject.take_digest(SECONDARY, digest, primary.send)
    assert [type(message) for _, message in primary.sent] == [Digest]


def test_the_digest_follows_every_change() -> None:
    bench = settled(PRIMARY, OLD)

    def value(now: int) -> int:
        message = bench.work(now)[0][1]
        assert isinstance(message, Digest)
        return message.value

    first = value(SWEEP_TICKS)
    bench.replica.adopt(KEY, NEW)
    changed = value(2 * SWEEP_TICKS)
    assert changed != first
    other = settled(PRIMARY, NEW).work(SWEEP_TICKS)[0][1]
    assert isinstance(other, Digest)
    assert other.value == changed
    bench.replica.drop(KEY)
    assert bench.work(3 * SWEEP_TICKS) == [], "nothing held, nothing to compare"


def test_what_may_be_on_its_way_does_not_count_in_a_digest() -> None:
    primary, secondary = settled(PRIMARY, OLD), settled(SECONDARY, OLD)

    def answers(now: int) -> list[type[Message]]:
        digest = primary.work(now)[0][1]
        assert isinstance(digest, Digest)
        secondary.sent.clear()
        secondary.subject.take_digest(PRIMARY, digest, secondary.send)
        return [type(message) for _, message in secondary.sent]

    assert answers(20) == []
    primary.replica.adopt(KEY, Copy((58, 9, 1), "just written"))
    assert answers(60) == []
    assert answers(80) == [Digest], "by now it should have come"


def test_sweeps_become_rare_while_nothing_changes_and_frequent_after_a_change() -> None:
    bench = settled(PRIMARY, OLD)
    assert [now for now in range(1, 500) if bench.work(now)] == [20, 40, 80, 160, 320, 480]
    bench.replica.adopt(KEY, Copy((500, 9, 1), "new"))
    assert [now for now in range(501, 700) if bench.work(now)] == [521, 541, 581, 661]


def test_a_ring_of_the_same_members_is_no_new_ring() -> None:
    bench = settled(PRIMARY, OLD)
    bench.subject.ring = Ring(RING.members, 3)
    assert bench.subject.ring is not RING
    assert bench.work(1) == []
    bench.subject.ring = Ring([peer for peer in RING.members if peer != TERTIARY], 3)
    assert bench.work(2) != []
