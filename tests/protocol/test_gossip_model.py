"""The kernels of the membership protocol against a model of the gossip paper.

Three thousand small random clusters crash, leave, come back, lose messages and fall apart; in every
tick the kernels must say and send what the model does.  A difference is reported with the scenario
that shows it, without the lines that it does not need.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from models.gossip import GossipModel, Message
from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    MembersSuspected,
    MembersTrusted,
    MessagesSent,
    PeerFailed,
    PeerLeaving,
    PeerLeft,
    PeerStarted,
)
from ringscope.randomness import Stream
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import parse_scenario

CLUSTERS, SHARE = 3000, 300
FACTS = {
    MembersJoined: "joined",
    MembersTrusted: "trusted",
    MembersSuspected: "suspected",
    MembersRemoved: "removed",
}
Fact = tuple[str, int, int]

#: What must have happened in each share of the clusters, and how often at least.
EXPECTED = {
    "start": 600,
    "crash": 150,
    "crash of the introducer": 50,
    "restart": 50,
    "restart of the introducer": 20,
    "leave": 60,
    "left": 60,
    "return of one who left": 15,
    "new peer": 50,
    "message lost": 8000,
    "message cut": 1500,
    "goodbye": 150,
    "goodbye lost or cut": 30,
    "there after its goodbye": 200,
    "request ignored": 25,
    "answered by another than the introducer": 35,
    "founding anew": 7,
    "suspected": 2000,
    "trusted": 1000,
    "removed": 1000,
    "false removal": 800,
    "false removal taken back": 300,
    "reconnect gossip": 1000,
    "separation ended by reconnect gossip": 60,
    "choice among more than the fan-out": 12_000,
    "everybody gossiped to": 10_000,
    "nobody else there": 700,
    **{f"fan-out {fanout}": 20 for fanout in range(1, 6)},
    **{f"T_fail {t_fail}": 20 for t_fail in range(1, 7)},
}


# --- random scenarios -----------------------------------------------------------------------------


class RandomScenario:
    """Draws the text of a scenario whose lines do not contradict each other."""

    def __init__(self, number: int) -> None:
        self._chance = Stream(number, "model")
        self.size = 1 + self._below(8)
        self.up = set(range(1, self.size + 1))
        self.failed: set[int] = set()
        self.left: set[int] = set()
        t_fail = 1 + self._below(6)
        self._settings = [
            f"MAX_NNB: {self.size}",
            f"STARTS_PER_TICK: {1 + self._below(self.size)}",
            f"FANOUT: {1 + self._below(5)}",
            f"T_FAIL: {t_fail}",
            f"T_CLEANUP: {t_fail + 1 + self._below(8)}",
            f"SEED: {number}",
        ]

    def lines(self) -> list[str]:
        tick = 2 + self._below(12)
        timeline = []
        if self._below(3) == 0:
            timeline.append(f"AT 0 DROP 0.{1 + self._below(6)}")
        if self._below(2) == 0:  # who holds keys stays for a while after its goodbye
            timeline += [f"AT {self.size + 3} CREATE key{number} value" for number in range(3)]
        for _ in range(self._below(10)):
            timeline.append(f"AT {tick} {self._deed(tick)}")
            tick += self._below(10)
        return [*self._settings, f"TICKS: {tick + 20 + self._below(20)}", *timeline]

    def _deed(self, tick: int) -> str:
        kind = self._below(8)
        if kind in (0, 1) and self.up and tick >= self.size:
            return self._fall("FAIL", self.failed)
        if kind == 2 and self.up and tick >= self.size:
            return self._fall("LEAVE", self.left)
        if kind in (3, 4) and self.failed:
            return self._rise("RESTART", self.failed)
        if kind == 5 and self.left:
            return self._rise("JOIN", self.left)
        if kind == 5 and self.size < 10:
            self.size += 1
            self.up.add(self.size)
            return f"JOIN {self.size}"
        if kind == 6 and self.size > 1:
            return self._partition()
        return "HEAL" if self._below(2) else f"DROP 0.{1 + self._below(9)}"

    def _fall(self, verb: str, down: set[int]) -> str:
        peer = self._one_of(self.up)
        self.up.remove(peer)
        down.add(peer)
        return f"{verb} {peer}"

    def _rise(self, verb: str, down: set[int]) -> str:
        peer = self._one_of(down)
        down.remove(peer)
        self.up.add(peer)
        return f"{verb} {peer}"

    def _partition(self) -> str:
        alone = self._below(3) == 0
        side = [peer == 1 if alone else self._below(2) == 0 for peer in range(1, self.size + 1)]
        here = [str(peer) for peer in range(1, self.size + 1) if side[peer - 1]] or ["1"]
        there = [str(peer) for peer in range(1, self.size + 1) if str(peer) not in here]
        return f"PARTITION {','.join(here)}" + (f" | {','.join(there)}" if there else "")

    def _one_of(self, peers: set[int]) -> int:
        """Any of them, but the introducer more often than its share."""
        if 1 in peers and self._below(4) == 0:
            return 1
        return sorted(peers)[self._below(len(peers))]

    def _below(self, bound: int) -> int:
        return self._chance.below(bound)


# --- both side by side ----------------------------------------------------------------------------


def difference(lines: list[str], seen: Counter[str]) -> str | None:
    """Run a scenario beside the model; return how they differ first, None if they agree."""
    scenario = parse_scenario("\n".join(lines), "model")
    cluster = Cluster(scenario)
    model = GossipModel(scenario.t_fail, scenario.t_cleanup, scenario.fanout)
    tally = Tally(seen, scenario.fanout, scenario.peers)
    arriving: list[Message] = []
    while not cluster.finished:
        now = cluster.tick
        events = cluster.step()
        tell(model, events, now)
        model.tick(now, cluster.size, arriving)
        said = sorted(facts(events))
        if said != sorted(model.facts):
            return f"tick {now}: the kernels say {said}, the model {sorted(model.facts)}"
        sent = sent_by_peer(events)
        if set(sent) - set(model.due):
            return f"tick {now}: peers {sorted(set(sent) - set(model.due))} are down and send"
        for peer, due in model.due.items():
            if not due.is_met_by(sent.get(peer, [])):
                return f"tick {now}: peer {peer} sent {sent.get(peer, [])}, expected {due}"
        tally.see(events, model, arriving)
        arriving = [message for message, fate in messages(events) if fate == 0]
        for event in events:
            if isinstance(event, PeerLeft):
                model.stop(event.peer)
    seen[f"fan-out {scenario.fanout}"] += 1
    seen[f"T_fail {scenario.t_fail}"] += 1
    return None


def tell(model: GossipModel, events: list[AnyEvent], now: int) -> None:
    """Let the model know what was done to the peers in this tick."""
    for event in events:
        if isinstance(event, PeerStarted):
            model.start(event.peer, now, event.starts_group)
        elif isinstance(event, PeerFailed):
            model.stop(event.peer)
        elif isinstance(event, PeerLeaving):
            model.leave(event.peer)


def facts(events: list[AnyEvent]) -> Iterator[Fact]:
    """What the kernels said; that a peer lists itself when it starts is not theirs."""
    started = [event.peer for event in events if isinstance(event, PeerStarted)]
    for event in events:
        if type(event) in FACTS:
            for observer, member in zip(event.observers, event.members, strict=True):
                if observer == member and observer in started:
                    started.remove(observer)
                else:
                    yield FACTS[type(event)], observer, member


def messages(events: list[AnyEvent]) -> Iterator[tuple[Message, int]]:
    for event in events:
        if isinstance(event, MessagesSent) and event.layer == "membership":
            columns = zip(event.kinds, event.sources, event.targets, event.fates, strict=True)
            yield from (((kind, source, target), fate) for kind, source, target, fate in columns)


def sent_by_peer(events: list[AnyEvent]) -> dict[int, list[Message]]:
    sent: dict[int, list[Message]] = {}
    for message, _ in messages(events):
        sent.setdefault(message[1], []).append(message)
    return sent


class Tally:
    """Counts what happens, so that the test knows that it tests something."""

    def __init__(self, seen: Counter[str], fanout: int, first_peers: int) -> None:
        self.seen, self.fanout, self.first_peers = seen, fanout, first_peers
        self.gone: dict[int, str] = {}
        self.false: set[tuple[int, int]] = set()
        self.called: set[tuple[int, int]] = set()  # (whom, by whom) in the last tick, by chance

    def see(self, events: list[AnyEvent], model: GossipModel, arriving: list[Message]) -> None:
        for event in events:
            if isinstance(event, PeerStarted | PeerFailed | PeerLeaving | PeerLeft):
                self._peer(event)
        for kind, observer, member in model.facts:
            self._fact(kind, observer, member, model)
        self.called.clear()
        requests = Counter(target for kind, _, target in arriving if kind == "join-request")
        for (kind, _, _), fate in messages(events):
            self.seen["goodbye"] += kind == "goodbye"
            self.seen["message lost"] += fate == 1
            self.seen["message cut"] += fate == 2
            self.seen["goodbye lost or cut"] += kind == "goodbye" and fate > 0
        for peer, due in model.due.items():
            replies = sum(kind == "join-reply" for kind, _, _ in due.exactly)
            self.seen["request ignored"] += requests[peer] - replies
            self.seen["answered by another than the introducer"] += replies * (peer > 1)
            self.seen["choice among more than the fan-out"] += len(due.trusted) > due.some
            self.seen["everybody gossiped to"] += 0 < len(due.trusted) == due.some
            if due.reconnect:
                self.seen["reconnect gossip"] += 1
                self.called.add((sent_by_peer(events)[peer][-1][2], peer))
        for peer in model.peers.values():
            self.seen["there after its goodbye"] += peer.leaving and peer.number not in peer.listed
        self.seen["nobody else there"] += len(model.peers) == 1

    def _peer(self, event: PeerStarted | PeerFailed | PeerLeaving | PeerLeft) -> None:
        if isinstance(event, PeerStarted):
            came = self.gone.pop(event.peer, None)
            if came is None:
                came = "start" if event.peer <= self.first_peers else "new peer"
            self._count(came, event.peer)
        elif isinstance(event, PeerFailed):
            self.gone[event.peer] = "restart"
            self._count("crash", event.peer)
        elif isinstance(event, PeerLeaving):
            self._count("leave", event.peer)
        else:
            self.gone[event.peer] = "return of one who left"
            self._count("left", event.peer)
        self.false = {pair for pair in self.false if event.peer not in pair}

    def _fact(self, kind: str, observer: int, member: int, model: GossipModel) -> None:
        alive = member in model.peers and not model.peers[member].leaving
        if observer == member:
            self.seen["founding anew"] += 1
            return
        self.seen[kind] += 1
        if kind == "joined" and (observer, member) in self.called:
            self.seen["separation ended by reconnect gossip"] += 1
        if kind == "removed" and alive:
            self.seen["false removal"] += 1
            self.false.add((observer, member))
        elif kind == "joined" and (observer, member) in self.false:
            self.seen["false removal taken back"] += 1
            self.false.remove((observer, member))

    def _count(self, what: str, peer: int) -> None:
        self.seen[what] += 1
        if peer == 1:
            self.seen[f"{what} of the introducer"] += 1


def without_needless_lines(lines: list[str]) -> list[str]:
    """The scenario without the ``AT`` lines that its difference does not need."""
    for line in [line for line in lines if line.startswith("AT")]:
        fewer = [other for other in lines if other is not line]
        try:
            if difference(fewer, Counter()):
                lines = fewer
        except ValueError:
            continue  # others refer to it
    return lines


@pytest.mark.parametrize("first", range(0, CLUSTERS, SHARE))
def test_the_kernels_say_and_send_what_the_model_does(first: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(first, first + SHARE):
        lines = RandomScenario(number).lines()
        if difference(lines, seen):
            lines = without_needless_lines(lines)
            pytest.fail("\n".join([str(difference(lines, Counter())), *lines]))
    rare = {what: seen[what] for what, least in EXPECTED.items() if seen[what] < least}
    assert not rare, f"the clusters of this share hardly reach {rare}"
