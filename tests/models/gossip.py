"""The gossip paper on one page: dictionaries, no cleverness, slow.

It is told which messages were sent and which of them got lost, and works out by itself what every
peer believes.  Peers are numbered from 1.
"""

from dataclasses import dataclass, field

JOIN_RETRY_TICKS = 5


@dataclass
class Peer:
    number: int
    heartbeat: int
    group: bool
    since: int
    leaving: bool = False
    goodbye_said: bool = False
    listed: dict[int, tuple[int, int]] = field(default_factory=dict)  # member: (heartbeat, seen)
    buried: dict[int, int] = field(default_factory=dict)  # removed member: its last heartbeat


class GossipModel:
    def __init__(self, t_fail: int, t_cleanup: int) -> None:
        self.t_fail, self.t_cleanup = t_fail, t_cleanup
        self.peers: dict[int, Peer] = {}
        self.facts: set[tuple[str, int, int]] = set()
        self.rows: dict[int, dict[int, int]] = {}  # what each peer sent in the last tick

    def start(self, peer: int, now: int, founder: bool) -> None:
        self.peers[peer] = Peer(peer, now - 1, founder, now, listed={peer: (now - 1, now)})
        self.facts.add(("joined", peer, peer))

    def stop(self, peer: int) -> None:
        self.peers.pop(peer, None)

    def leave(self, peer: int) -> None:
        self.peers[peer].leaving = True

    def tick(self, now: int, size: int, arriving: list[tuple[str, int, int]]) -> None:
        rows = {}
        for peer in [self.peers[number] for number in sorted(self.peers)]:
            for kind, source, target in arriving:
                if target == peer.number:
                    self._hear(peer, kind, source, now)
            peer.heartbeat += 1
            if peer.number in peer.listed:
                peer.listed[peer.number] = (peer.heartbeat, now)
            self._expire(peer, now)
            rows[peer.number] = {
                member: heartbeat
                for member, (heartbeat, seen) in peer.listed.items()
                if now - seen <= self.t_fail
            }
            asked, rest = divmod(now - peer.since, JOIN_RETRY_TICKS)
            if peer.number == 1 and not peer.group and rest == 0 and asked + 1 >= size:
                peer.group = True  # the introducer has asked everybody else in vain
                self.facts.add(("joined", 1, 1))
            if peer.leaving and not peer.goodbye_said:
                peer.goodbye_said = True
                del peer.listed[peer.number]
        self.rows = rows

    def _hear(self, peer: Peer, kind: str, source: int, now: int) -> None:
        row = self.rows[source]
        if kind == "goodbye":
            heartbeat = max(row.get(source, -1), self._known(peer, source))
            if peer.listed.pop(source, None) is not None:
                self.facts.add(("removed", peer.number, source))
            peer.buried[source] = heartbeat
            return
        if kind == "join-request" and (not peer.group or peer.leaving):
            return
        peer.group = True
        for member, heartbeat in row.items():
            if heartbeat <= self._known(peer, member):
                continue
            if member not in peer.listed:
                self.facts.add(("joined", peer.number, member))
            elif now - 1 - peer.listed[member][1] > self.t_fail:  # suspected since the last tick
                self.facts.add(("trusted", peer.number, member))
            peer.listed[member] = (heartbeat, now)
            peer.buried.pop(member, None)

    def _known(self, peer: Peer, member: int) -> int:
        if member == peer.number:
            return peer.heartbeat
        if member in peer.listed:
            return peer.listed[member][0]
        return peer.buried.get(member, -1)

    def _expire(self, peer: Peer, now: int) -> None:
        for member, (heartbeat, seen) in list(peer.listed.items()):
            if now - seen == self.t_fail + 1:
                self.facts.add(("suspected", peer.number, member))
            if now - seen > self.t_cleanup:
                self.facts.add(("removed", peer.number, member))
                del peer.listed[member]
                peer.buried[member] = heartbeat
