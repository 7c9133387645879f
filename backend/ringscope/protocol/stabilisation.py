"""Stabilisation: keep exactly the replica set of every key in possession of its newest copy.

Who offers what to whom is fixed by the ring, so that holders do not contend:

- the primary offers a key to the other replicas,
- another replica offers it to the primary only,
- a peer that no longer belongs to the replica set offers it to the whole set, and drops its copy
  only when each of them has said that it holds one at least as new.

When its ring changes, a peer offers all its copies in that way.  Loss breaks things while the ring
stays as it is; so after every change, and then ever more rarely, a primary and its fellow replicas
compare one digest over all the keys that they share (anti-entropy, as in Dynamo, section 4.7, with
one flat digest in place of a Merkle tree) and offer each other those keys only when they differ.

An offer carries versions, not values.  The receiver says what it holds, and asks for what it lacks,
once, from the first who offered.  Peers may disagree about the ring: a receiver that does not think
a key is its own stays silent, and the offer is repeated until the views agree.  Everything is
idempotent, and nothing of it counts as a client operation.

A peer that has just become a replica does not hold its keys yet and answers as if they were not
there; when two replicas of a key are new at once, that can be a quorum for some four ticks.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache

from ringscope.protocol.messages import Answer, Copy, Digest, Message, Offer, Transfer, Version
from ringscope.protocol.replica import Replica
from ringscope.protocol.ring import ReplicaSet, Ring, key_position

#: Unanswered offers are repeated after this many ticks (offer, answer, transfer, answer: four).
OFFER_RETRY_TICKS = 5
#: A write is decided within so many ticks, if no message is lost.
UNDECIDED_TICKS = 5
#: Replicas compare digests so many ticks after a change, then ever more rarely while there is none.
SWEEP_TICKS = 20
RAREST_SWEEP_TICKS = 160
#: A tick that never comes.
NEVER = 1 << 62

Send = Callable[[int, Message], None]


class Stabiliser:
    """Finds homes for the copies of one peer.

    ``ring`` is what the peer believes now; None while it is not a member.  `follow` sets it.
    """

    __slots__ = (
        "_asked", "_digested_until", "_digests", "_missing", "_offer_at", "_peer", "_replica",
        "_surveyed", "_sweep_after", "_sweep_at", "ring",
    )  # fmt: skip

    def __init__(self, peer: int, replica: Replica) -> None:
        self.ring: Ring | None = None
        self._peer = peer
        self._replica = replica
        self._missing: dict[str, tuple[int, ...]] = {}  # key -> peers that have not confirmed it
        self._asked: dict[str, int] = {}  # key -> tick when it was last asked for
        self._digests: dict[ReplicaSet, int] = {}
        self._digested_until = -1
        self._surveyed: Ring | None = None
        self._sweep_at = 0
        self._sweep_after = SWEEP_TICKS
        self._offer_at = 0

    @property
    def settled(self) -> bool:
        """Whether every copy is where this peer thinks it should be."""
        return not self._missing

    def follow(self, now: int, ring: Ring | None) -> None:
        """Believe in ``ring`` from now on; who holds nothing yet has nothing to offer for it."""
        self.ring = ring
        if ring is not None and ring != self._surveyed and not self._replica.copies:
            self._survey(now, ring)

    def work(self, now: int, send: Send) -> int:
        """Do what is due: survey, compare digests, offer; return when there is something again."""
        if self.ring is None:
            return NEVER
        if self.ring != self._surveyed:
            self._survey(now, self.ring)
        if self._replica.changed and self._sweep_after > SWEEP_TICKS:
            self._sweep_after = SWEEP_TICKS
            self._sweep_at = min(self._sweep_at, now + SWEEP_TICKS)
        if now >= self._sweep_at:
            self._sweep(now, self.ring, send)
        if self._missing and now >= self._offer_at:
            self._offer_at = now + OFFER_RETRY_TICKS
            for target, versions in self._offers(now):
                send(target, Offer(tuple(versions)))
        return min(self._sweep_at, self._offer_at) if self._missing else self._sweep_at

    def written(self, key: str) -> None:
        """Note a client's write: a peer that is no replica of the key has to find it a home."""
        if self.ring is not None and self._peer not in self.ring.replicas(key):
            self._missing[key] = self.ring.replicas(key)

    def forget(self, key: str) -> None:
        """Offer a key no longer: the copy is gone."""
        self._missing.pop(key, None)

    def take_digest(self, source: int, digest: Digest, send: Send) -> None:
        """Where a digest differs from ours, offer what we hold; let the other side do the same."""
        if self.ring is None or digest.replicas not in self.ring.replica_sets(self._peer):
            return
        if not digest.is_reply:
            value = self._digest(self.ring, digest.replicas, digest.until)
            if value == digest.value:
                return
            send(source, Digest(digest.replicas, value, digest.until, is_reply=True))
        for key in self._replica.copies:
            if self.ring.replicas(key) == digest.replicas:
                self._need(key, [source])

    def take_offer(self, source: int, offer: Offer, now: int, send: Send) -> None:
        """Answer which of the keys are held (at least as new) and which are wanted."""
        held: list[tuple[str, Version]] = []
        wanted: list[str] = []
        copies = self._replica.copies
        for key, version in offer.versions:
            copy = copies.get(key)
            if copy is not None and copy.version >= version:
                held.append((key, copy.version))
            elif self._belongs(key) and self._may_ask(key, now):
                wanted.append(key)
        if held or wanted:
            send(source, Answer(tuple(held), tuple(wanted)))

    def take_answer(self, source: int, answer: Answer, send: Send) -> list[str]:
        """Note what ``source`` holds, send what it wants; return the keys given up for good."""
        copies, missing = self._replica.copies, self._missing
        dropped: list[str] = []
        for key, version in answer.held:
            waiting = missing.get(key, ())
            if source not in waiting or copies[key].version > version:
                continue
            if len(waiting) > 1:
                missing[key] = without(waiting, source)
                continue
            del missing[key]
            if not self._belongs(key):
                dropped.append(key)
                self._replica.drop(key)
        transfer = tuple((key, copies[key]) for key in answer.wanted if key in copies)
        if transfer:
            send(source, Transfer(transfer, "stabilisation"))
        return dropped

    def take_transfer(
        self, source: int, transfer: Transfer, now: int, send: Send
    ) -> list[tuple[str, Copy]]:
        """Adopt the copies that are newer and belong here; return those."""
        adopted: list[tuple[str, Copy]] = []
        held: list[tuple[str, Version]] = []
        for key, copy in transfer.copies:
            if not (self._belongs(key) or key in self._replica.copies):
                continue
            self._asked.pop(key, None)
            if self._replica.adopt(key, copy):
                adopted.append((key, copy))
                self._pass_on(key, source, now)
            held.append((key, self._replica.copies[key].version))
        if held and transfer.cause == "stabilisation":
            send(source, Answer(tuple(held), ()))
        return adopted

    # --- offers -----------------------------------------------------------------------------

    def _survey(self, now: int, ring: Ring) -> None:
        """Offer every copy to those it concerns: the ring has changed."""
        self._surveyed = ring
        self._digests = {}
        self._digested_until = -1
        self._replica.changed = dict.fromkeys(self._replica.copies)
        self._sweep_after = SWEEP_TICKS
        self._sweep_at = now + SWEEP_TICKS
        self._offer_at = now
        self._missing = {}
        for key in self._replica.copies:
            peers = self._concerned(ring.replicas(key))
            if peers:
                self._missing[key] = peers

    def _concerned(self, replicas: ReplicaSet) -> tuple[int, ...]:
        """Return to whom this peer offers a key of that replica set (see the module's rules)."""
        if self._peer not in replicas:
            return replicas
        return replicas[1:] if replicas[0] == self._peer else replicas[:1]

    def _need(self, key: str, peers: Iterable[int]) -> None:
        """Offer ``key`` to ``peers`` until they have confirmed that they hold it."""
        waiting = self._missing.get(key, ())
        more = tuple(peer for peer in peers if peer not in waiting)
        if more:
            self._missing[key] = waiting + more

    def _offers(self, now: int) -> list[tuple[int, list[tuple[str, Version]]]]:
        """Group what is unconfirmed by the peer to offer it to, in peer order.

        Very young copies wait: the coordinator of their write may be about to take them back.
        """
        copies = self._replica.copies
        offers: dict[int, list[tuple[str, Version]]] = defaultdict(list)
        for key, peers in self._missing.items():
            version = copies[key].version
            if now - version[0] >= UNDECIDED_TICKS:
                held = (key, version)
                for peer in peers:
                    offers[peer].append(held)
        return sorted(offers.items())

    def _belongs(self, key: str) -> bool:
        return self.ring is not None and self._peer in self.ring.replicas(key)

    def _may_ask(self, key: str, now: int) -> bool:
        """Ask for a key once, and again only when the copy has not come in time."""
        if now - self._asked.get(key, -OFFER_RETRY_TICKS) < OFFER_RETRY_TICKS:
            return False
        self._asked[key] = now
        return True

    def _pass_on(self, key: str, source: int, now: int) -> None:
        """A primary that has just received a copy sees to the other replicas at once."""
        if self.ring is not None and self.ring.replicas(key)[:1] == (self._peer,):
            self._need(key, [peer for peer in self.ring.replicas(key)[1:] if peer != source])
            self._offer_at = now

    # --- digests ----------------------------------------------------------------------------

    def _sweep(self, now: int, ring: Ring, send: Send) -> None:
        """Compare digests with those whom the keys of each shared replica set concern."""
        until = now - UNDECIDED_TICKS
        for replicas in ring.replica_sets(self._peer):
            value = self._digest(ring, replicas, until)
            if value:
                for peer in self._concerned(replicas):
                    send(peer, Digest(replicas, value, until))
        if self._replica.changed:  # what is too young now will be compared soon
            self._sweep_after = SWEEP_TICKS
        self._sweep_at = now + self._sweep_after
        self._sweep_after = min(2 * self._sweep_after, RAREST_SWEEP_TICKS)

    def _digest(self, ring: Ring, replicas: ReplicaSet, until: int) -> int:
        """Return the digest over all copies held for ``replicas``; 0 when there are none.

        It is the sum of transaction times position over the keys.  A version's transaction tells
        it from all others, and positions are as good as random, so no two states are alike.  What
        was written after tick ``until`` may be on its way, so it counts as if it were not.
        """
        if self._replica.changed and until > self._digested_until:
            self._digested_until = until
            self._replica.changed = self._digest_changes(ring, until)
        return self._digests.get(replicas, 0)

    def _digest_changes(self, ring: Ring, until: int) -> dict[str, Version | None]:
        """Bring the digests up to tick ``until``; return the changes that are too young for it."""
        digests, copies = self._digests, self._replica.copies
        young: dict[str, Version | None] = {}
        for key, before in self._replica.changed.items():
            copy = copies.get(key)
            after = copy.version if copy is not None else None
            if after is not None and after[0] > until:
                young[key] = before
                continue
            home = ring.replicas(key)
            change = _transaction(after) - _transaction(before)
            digests[home] = digests.get(home, 0) + change * key_position(key)
        return young


def _transaction(version: Version | None) -> int:
    return version[1] if version is not None else 0


@lru_cache(maxsize=4096)
def without(peers: tuple[int, ...], peer: int) -> tuple[int, ...]:
    """Return ``peers`` but for ``peer``."""
    return tuple(other for other in peers if other != peer)
