"""The gossip paper on two pages: dictionaries, no cleverness, slow.

It is told which messages were sent and which of them got lost, and works out by itself what every
peer believes and what it has to send.  Only whom a peer picks at random is up to the peer.  The
facts of a tick are how a member list differs from that of the tick before.  Peers are numbered from
1; a message is (kind, source, target).
"""

from dataclasses import dataclass, field

JOIN_RETRY_TICKS = 5
RECONNECT_TICKS = 10

Message = tuple[str, int, int]


@dataclass
class Peer:
    number: int
    heartbeat: int
    group: bool
    since: int
    leaving: bool = False
    listed: dict[int, tuple[int, int]] = field(default_factory=dict)  # member: (heartbeat, seen)
    buried: dict[int, int] = field(default_factory=dict)  # removed member: its last heartbeat
    opinions: dict[int, str] = field(default_factory=dict)  # of others, after its last turn


@dataclass
class Due:
    """What a peer has to send in a tick: ``exactly`` that, and gossip to ``some`` of ``trusted``.

    ``reconnect``: and gossip to one of those, if there are any.
    """

    exactly: list[Message] = field(default_factory=list)
    trusted: set[int] = field(default_factory=set)
    some: int = 0
    reconnect: set[int] = field(default_factory=set)

    def is_met_by(self, sent: list[Message]) -> bool:
        end = len(self.exactly)
        picked = [target for _, _, target in sent[end : end + self.some]]
        called = [target for _, _, target in sent[end + self.some :]]
        return (
            sent[:end] == self.exactly
            and all(kind == "gossip" for kind, _, _ in sent[end:])
            and len(picked) == len(set(picked)) == self.some
            and self.trusted.issuperset(picked)
            and len(called) == bool(self.reconnect)
            and self.reconnect.issuperset(called)
        )


class GossipModel:
    def __init__(self, t_fail: int, t_cleanup: int, fanout: int) -> None:
        self.t_fail, self.t_cleanup, self.fanout = t_fail, t_cleanup, fanout
        self.peers: dict[int, Peer] = {}
        self.facts: list[tuple[str, int, int]] = []
        self.rows: dict[int, dict[int, int]] = {}  # what each peer sent in the last tick
        self.due: dict[int, Due] = {}

    def start(self, peer: int, now: int, founder: bool) -> None:
        self.peers[peer] = Peer(peer, now - 1, founder, now, listed={peer: (now - 1, now)})

    def stop(self, peer: int) -> None:
        self.peers.pop(peer, None)

    def leave(self, peer: int) -> None:
        self.peers[peer].leaving = True

    def tick(self, now: int, size: int, arriving: list[Message]) -> None:
        rows = {}
        self.facts, self.due = [], {}
        inboxes: dict[int, list[tuple[str, int]]] = {number: [] for number in self.peers}
        for kind, source, target in arriving:
            inboxes.get(target, []).append((kind, source))
        for peer in [self.peers[number] for number in sorted(self.peers)]:
            due = self.due[peer.number] = Due()
            for kind, source in inboxes[peer.number]:
                self._hear(peer, kind, source, now, due)
            peer.heartbeat += 1
            if peer.number in peer.listed:
                peer.listed[peer.number] = (peer.heartbeat, now)
            self._remove_silent(peer, now)
            rows[peer.number] = {
                member: heartbeat
                for member, (heartbeat, seen) in peer.listed.items()
                if now - seen <= self.t_fail
            }
            self._tell_changes(peer, rows[peer.number])
            self._own_duties(peer, now, size, rows[peer.number], due)
        self.rows = rows

    def _own_duties(self, peer: Peer, now: int, size: int, row: dict[int, int], due: Due) -> None:
        number = peer.number
        if peer.leaving:
            if number in peer.listed:
                others = sorted(set(peer.listed) - {number})
                due.exactly += [("goodbye", number, member) for member in others]
                del peer.listed[number]
        elif peer.group:
            due.trusted = set(row) - {number}
            due.some = min(self.fanout, len(due.trusted))
            if (now + number - 1) % RECONNECT_TICKS == 0:
                due.reconnect = set(peer.buried)
        elif (now - peer.since) % JOIN_RETRY_TICKS == 0:
            self._ask(peer, (now - peer.since) // JOIN_RETRY_TICKS, size, due)

    def _ask(self, peer: Peer, asked: int, size: int, due: Due) -> None:
        """Ask to join: the introducer; every second time another peer, after oneself in turn."""
        if peer.number > 1:
            other = (peer.number + asked // 2) % size + 1
            target = 1 if asked % 2 == 0 or other == peer.number else other
        elif asked + 2 <= size:
            target = asked + 2  # the introducer asks all others, one after the other
        else:
            peer.group = True  # nobody answered
            self.facts.append(("joined", 1, 1))
            for member in range(1, size + 1):
                if member not in peer.listed:
                    peer.buried.setdefault(member, -1)
            return
        due.exactly.append(("join-request", peer.number, target))

    def _hear(self, peer: Peer, kind: str, source: int, now: int, due: Due) -> None:
        row = self.rows[source]
        if kind == "goodbye":
            heartbeat = max(row.get(source, -1), self._known(peer, source))
            peer.listed.pop(source, None)
            peer.buried[source] = heartbeat
            return
        if kind == "join-request":
            if not peer.group or peer.leaving:
                return
            due.exactly.append(("join-reply", peer.number, source))
        peer.group = True
        for member, heartbeat in row.items():
            if heartbeat > self._known(peer, member):
                peer.listed[member] = (heartbeat, now)
                peer.buried.pop(member, None)

    def _known(self, peer: Peer, member: int) -> int:
        if member == peer.number:
            return peer.heartbeat
        if member in peer.listed:
            return peer.listed[member][0]
        return peer.buried.get(member, -1)

    def _remove_silent(self, peer: Peer, now: int) -> None:
        for member, (heartbeat, seen) in list(peer.listed.items()):
            if now - seen > self.t_cleanup:
                del peer.listed[member]
                peer.buried[member] = heartbeat

    def _tell_changes(self, peer: Peer, row: dict[int, int]) -> None:
        before = peer.opinions
        peer.opinions = {
            member: "trusted" if member in row else "suspected"
            for member in peer.listed
            if member != peer.number
        }
        for member in before.keys() | peer.opinions.keys():
            old, new = before.get(member), peer.opinions.get(member, "removed")
            if new != old:
                fact = "joined" if old is None and new == "trusted" else new
                self.facts.append((fact, peer.number, member))
