"""The world: every peer, the network between them, and the clock."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count, groupby, pairwise
from typing import cast

import numpy as np
from msgspec.structs import replace

from ringscope import __version__
from ringscope.events import (
    ActionApplied,
    ActionRejected,
    AnyEvent,
    Layer,
    MembersJoined,
    MembersRemoved,
    MembersSuspected,
    MembersTrusted,
    MessagesCounted,
    MessagesSent,
    PeerLeft,
    PeerStarted,
    RunStarted,
    TickEnded,
)
from ringscope.protocol.codes import (
    JOINED,
    SUSPECTED,
    TRUSTED,
    WAS_REMOVED,
    Codes,
    by_kind,
)
from ringscope.protocol.membership import DOWN, MEMBER
from ringscope.protocol.messages import Envelope
from ringscope.protocol.node import KeyValueNode
from ringscope.simulation import course
from ringscope.simulation.actions import Actor
from ringscope.simulation.emulnet import EmulNet, Traffic
from ringscope.simulation.group import Group
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.snapshot import PeerState, Snapshot, take_snapshot
from ringscope.simulation.timeline import Action, Operate

FactEvent = (
    type[MembersJoined] | type[MembersTrusted] | type[MembersSuspected] | type[MembersRemoved]
)
FACT_EVENTS: dict[int, FactEvent] = {
    JOINED: MembersJoined,
    TRUSTED: MembersTrusted,
    SUSPECTED: MembersSuspected,
    WAS_REMOVED: MembersRemoved,
}


class Cluster:
    """All peers of one run inside one deterministic, single-threaded world.

    ``tick`` is the number of ticks computed so far, so also the tick that `step` computes next.
    ``seed`` replaces the scenario's own; ``actions`` were injected by hand, each at its tick;
    without ``trace`` the events about single messages are left out, which changes nothing else;
    in the layer ``counted`` the messages of each peer are still counted, in ticks that have some.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int | None = None,
        actions: Iterable[Action] = (),
        trace: bool = True,
        counted: Layer | None = None,
    ) -> None:
        self.scenario = scenario
        self.seed = scenario.seed if seed is None else seed
        self.tick = 0
        self.ticks = scenario.ticks + course.delay(scenario)
        self.trace = trace
        self.counted = counted
        self.size = scenario.peers
        self.group = Group(self.size, scenario, self.ticks, self.seed)
        self.network = EmulNet(self.size, self.seed)
        self.nodes: list[KeyValueNode] = []
        self.conditions: list[PeerState] = []  # what a peer that is down is, and since when
        self.since: list[int] = []
        # tick -> peers that want a store turn then
        self._alarms: dict[int, set[int]] = defaultdict(set)
        self.leaving: list[int] = []
        self.events: list[AnyEvent] = []
        self._transactions = count(1)
        self._actor = Actor(self)
        self._grow_lists()
        self._due: dict[int, list[tuple[Action, bool]]] = defaultdict(list)
        for action in [*course.course_timeline(scenario, self.seed), *scenario.timeline]:
            self._due[action.tick].append((action, False))
        for action in actions:
            self._due[action.tick].append((action, True))

    @property
    def finished(self) -> bool:
        """Whether all ticks of the run have been computed."""
        return self.tick >= self.ticks

    def inject(self, action: Action) -> Action:
        """Have ``action`` done in the next tick, as if by hand; return it with that tick."""
        action = replace(action, tick=self.tick)
        self._due[self.tick].append((action, True))
        return action

    def step(self) -> list[AnyEvent]:
        """Compute one tick and return what happened in it, in order.

        Always in this order: peers start; actions that are due take effect; every live peer takes
        its membership turn, then its store turn, with the messages sent to it in the tick before;
        what all of them sent goes onto the network, which decides its fate.
        """
        now = self.tick
        if now == 0:
            self._announce()
        self._start_peers(now)
        self._act(now)
        received = self._membership_turns(now) + self._store_turns(now)
        self._see_off_leavers(now)
        self.events.append(TickEnded(now, self.network.sent, received, self.network.lost))
        self.tick += 1
        events = list(self.events)
        self.events.clear()
        return events

    def snapshot(self, ages: bool = True) -> Snapshot:
        """Return the state after the ticks computed so far, with or without the heartbeat ages."""
        return take_snapshot(self, ages)

    def live_members(self) -> list[int]:
        """Return the numbers of the peers that are up and in the group."""
        return (np.flatnonzero(self.group.state == MEMBER) + 1).tolist()

    def next_transaction(self) -> int:
        """Return the next transaction number; they count from 1 over all peers."""
        return next(self._transactions)

    def start(self, peer: int, founder: bool = False) -> None:
        """Bring a peer up, with empty memory."""
        self.group.start(peer - 1, self.tick, founder)
        self.nodes[peer - 1] = self._new_node(peer)
        self.since[peer - 1] = self.tick
        self.events.append(MembersJoined(self.tick, [peer], [peer]))
        self.events.append(PeerStarted(self.tick, peer, founder))

    def stop(self, peer: int, condition: PeerState) -> None:
        """Take a peer down: ``condition`` is failed or left.  It forgets everything."""
        self.nodes[peer - 1].go_down(self.tick)
        self.group.stop(peer - 1)
        self.nodes[peer - 1] = self._new_node(peer)
        self.conditions[peer - 1] = condition
        self.since[peer - 1] = self.tick
        if peer in self.leaving:
            self.leaving.remove(peer)

    def leave(self, peer: int) -> None:
        """Have a member say goodbye, hand its keys over, and go."""
        self.group.leave(peer - 1)
        self.leaving.append(peer)
        self.since[peer - 1] = self.tick
        self._rings_changed([peer])

    def grow(self, size: int) -> None:
        """Make room for peers up to number ``size``."""
        self.size = size
        self.group.grow(size)
        self.network.grow(size)
        self._grow_lists()

    def wake(self, peer: int, tick: int) -> None:
        """Give ``peer`` a store turn in that tick, even if no message arrives."""
        self._alarms[tick].add(peer)

    def _rings_changed(self, peers: Sequence[int]) -> None:
        """Note that these peers (in order, with repetitions) believe in other rings now."""
        for peer, _ in groupby(peers):
            self.group.forget_ring(peer - 1)
            if self.nodes[peer - 1].replica.copies:
                self.wake(peer, self.tick)

    def _grow_lists(self) -> None:
        for peer in range(len(self.nodes) + 1, self.size + 1):
            self.nodes.append(self._new_node(peer))
            self.conditions.append("waiting")
            self.since.append(0)

    def _new_node(self, peer: int) -> KeyValueNode:
        return KeyValueNode(
            peer, self.scenario.operation_timeout, self.network.post, self.events.append
        )

    # --- the phases of a tick ---------------------------------------------------------------

    def _announce(self) -> None:
        scenario = self.scenario
        self.events.append(
            RunStarted(
                0, scenario.name, scenario.text, self.seed, scenario.peers, self.ticks, __version__
            )
        )

    def _start_peers(self, now: int) -> None:
        starts = self.scenario.starts_per_tick
        first = now * starts + 1
        for peer in range(first, min(first + starts, self.scenario.peers + 1)):
            if self.conditions[peer - 1] == "waiting":
                self.start(peer, founder=peer == 1)

    def _act(self, now: int) -> None:
        self._actor.end_conditions(now)
        for action, injected in self._due.pop(now, ()):
            reason = self._actor.apply(action)
            if reason is not None:
                self.events.append(ActionRejected(now, str(action), reason))
            elif injected or not isinstance(action, Operate):
                self.events.append(ActionApplied(now, str(action), injected))

    def _membership_turns(self, now: int) -> int:
        network = self.network
        turn = self.group.turn(now, network.membership_under_way, network.membership_count)
        if len(turn.facts):
            self._report_facts(now, turn.facts)
        network.send_membership(now, turn.codes, turn.sent)
        if self.trace:
            self._trace(now, "membership", network.membership_traffic(), self.group.received())
        elif self.counted == "membership":
            self._count(now, "membership", network.membership_senders(), self.group.received())
        return turn.received

    def _report_facts(self, now: int, facts: Codes) -> None:
        observers, members, starts = by_kind(facts)
        for kind, (first, end) in enumerate(pairwise(starts.tolist())):
            if first < end:
                seen_by = _column(observers[first:end])
                self.events.append(FACT_EVENTS[kind](now, seen_by, _column(members[first:end])))
                if kind in (JOINED, WAS_REMOVED):
                    self._rings_changed(seen_by)

    def _store_turns(self, now: int) -> int:
        network = self.network
        due = self._alarms.pop(now, None)
        arriving = network.store_under_way
        inboxes: dict[int, list[Envelope]] = defaultdict(list)
        for envelope in arriving:
            inboxes[envelope[1]].append(envelope)
        received = [0] * self.size if self.trace or self.counted == "store" else []
        total = 0
        for peer in sorted(inboxes.keys() | due if due else inboxes):
            if self.group.state[peer - 1] != DOWN:
                inbox = inboxes.get(peer, ())
                total += len(inbox)
                if inbox and received:
                    received[peer - 1] = len(inbox)
                ring = self.group.ring(peer - 1)
                self.wake(peer, self.nodes[peer - 1].turn(now, inbox, ring))
        network.send_store(now)
        if self.trace:
            self._trace(now, "store", network.store_traffic(), received)
        elif self.counted == "store" and (arriving or network.store_under_way):
            self._count(now, "store", network.store_senders(), received)
        return total

    def _trace(self, now: int, layer: Layer, traffic: Traffic, received: list[int]) -> None:
        self._count(now, layer, traffic.sent_by(self.size), received)
        self.events.append(MessagesSent(now, layer, *traffic))

    def _count(self, now: int, layer: Layer, sent: Sequence[int], received: Sequence[int]) -> None:
        self.events.append(MessagesCounted(now, layer, sent, received))

    def _see_off_leavers(self, now: int) -> None:
        for peer in list(self.leaving):
            said_goodbye = self.group.last_seen[peer - 1, peer - 1] < 0
            patient = now - self.since[peer - 1] < 2 * self.scenario.t_cleanup
            if said_goodbye and (self.nodes[peer - 1].settled or not patient):
                self.stop(peer, "left")
                self.events.append(PeerLeft(now, peer))


#: Longer columns of an event stay arrays: a Python integer takes 32 bytes.
_LONG = 4096


def _column(values: Codes) -> Sequence[int]:
    return cast(Sequence[int], values) if len(values) > _LONG else values.tolist()
