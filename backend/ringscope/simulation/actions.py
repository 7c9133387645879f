"""Carrying actions out: the only way from outside into a running cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringscope.events import (
    LossChanged,
    PartitionChanged,
    PeerFailed,
    PeerLeaving,
)
from ringscope.protocol.membership import DOWN, MEMBER
from ringscope.protocol.messages import Request
from ringscope.protocol.ring import Ring
from ringscope.randomness import Stream
from ringscope.simulation.timeline import (
    Action,
    Drop,
    Fail,
    FailBystander,
    FailHalf,
    FailRandom,
    FailReplicas,
    Heal,
    Join,
    Leave,
    Operate,
    Partition,
    Restart,
)
from ringscope.simulation.timeline_check import start_tick

if TYPE_CHECKING:
    from ringscope.simulation.cluster import Cluster


class Actor:
    """Applies actions to its cluster; what chance decides comes from streams of its own."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._faults = Stream(cluster.seed, "faults")
        self._workload = Stream(cluster.seed, "workload")
        self._loss_until: int | None = None
        self._partition_until: int | None = None
        self._live: list[int] | None = None  # the live members, while nothing changes them

    def end_conditions(self, now: int) -> None:
        """End the loss and the partition whose time is up; call at the start of every tick."""
        self._live = None
        if self._loss_until is not None and self._loss_until <= now:
            self._set_loss(0.0, None)
        if self._partition_until is not None and self._partition_until <= now:
            self._set_partition((), None)

    def apply(self, action: Action) -> str | None:
        """Carry ``action`` out; return why not, in one sentence, if it cannot be."""
        if isinstance(action, Operate):
            return self._operate(action)
        self._live = None
        match action:
            case Fail(peer=peer):
                return self._fail(peer)
            case FailRandom() | FailHalf() | FailReplicas() | FailBystander():
                return self._fail_chosen(action)
            case Restart(peer=peer) | Join(peer=peer):
                return self._start(peer)
            case Leave(peer=peer):
                return self._leave(peer)
            case Drop(probability=probability, until=until):
                self._set_loss(probability, until)
            case Partition(groups=groups, until=until):
                return self._partition(groups, until)
            case Heal():
                self._set_loss(0.0, None)
                self._set_partition((), None)
            case _:
                raise TypeError(f"not an action: {action!r}")
        return None

    # --- peers ------------------------------------------------------------------------------

    def _fail(self, peer: int, group_failure: bool = False) -> str | None:
        cluster = self._cluster
        if not 1 <= peer <= cluster.size:
            return f"There is no peer {peer}; peers are numbered from 1 to {cluster.size}."
        if cluster.group.state[peer - 1] == DOWN:
            return f"Peer {peer} is not running ({cluster.conditions[peer - 1]})."
        cluster.events.append(PeerFailed(cluster.tick, peer, group_failure))
        cluster.stop(peer, "failed")
        return None

    def _fail_chosen(
        self, action: FailRandom | FailHalf | FailReplicas | FailBystander
    ) -> str | None:
        victims = self._victims(action)
        for peer in victims:
            self._fail(peer, group_failure=isinstance(action, FailHalf))
        return None if victims else "No live peer can be crashed for this."

    def _victims(self, action: FailRandom | FailHalf | FailReplicas | FailBystander) -> list[int]:
        """Choose whom to crash among the live members: the truth, not what some peer believes."""
        live = self._cluster.live_members()
        if not live:
            return []
        if isinstance(action, FailRandom):
            return [live[self._faults.below(len(live))]]
        if isinstance(action, FailHalf):
            first = self._faults.below(len(live)) // 2
            return live[first : first + len(live) // 2]
        replicas = Ring(live, self._cluster.scenario.replicas).replicas(action.key)
        if isinstance(action, FailBystander):
            return [peer for peer in live if peer not in replicas][:1]
        return list(reversed(replicas))[: min(action.count, len(live) - 1)]

    def _start(self, peer: int) -> str | None:
        cluster = self._cluster
        if not 1 <= peer <= cluster.size + 1:
            return f"Peer {peer} cannot join: the next new peer is number {cluster.size + 1}."
        if peer > cluster.size:
            cluster.grow(peer)
        if cluster.group.state[peer - 1] != DOWN:
            return f"Peer {peer} is already running."
        if peer <= cluster.scenario.peers and cluster.conditions[peer - 1] == "waiting":
            start = start_tick(peer, cluster.scenario.starts_per_tick)
            return f"Peer {peer} starts by itself at tick {start}."
        cluster.start(peer)
        return None

    def _leave(self, peer: int) -> str | None:
        cluster = self._cluster
        if not 1 <= peer <= cluster.size or cluster.group.state[peer - 1] != MEMBER:
            return f"Peer {peer} cannot leave: it is not a running member of the group."
        cluster.leave(peer)
        cluster.events.append(PeerLeaving(cluster.tick, peer))
        return None

    # --- network ----------------------------------------------------------------------------

    def _set_loss(self, probability: float, until: int | None) -> None:
        self._loss_until = until
        if self._cluster.network.loss != probability:
            self._cluster.network.loss = probability
            self._cluster.events.append(LossChanged(self._cluster.tick, probability))

    def _partition(self, groups: tuple[tuple[int, ...], ...], until: int | None) -> str | None:
        unknown = [p for group in groups for p in group if not 1 <= p <= self._cluster.size]
        if unknown:
            return f"There is no peer {unknown[0]} to partition."
        self._set_partition(groups, until)
        return None

    def _set_partition(self, groups: tuple[tuple[int, ...], ...], until: int | None) -> None:
        self._partition_until = until
        if self._cluster.network.groups != groups:
            self._cluster.network.partition(groups)
            self._cluster.events.append(PartitionChanged(self._cluster.tick, groups))

    # --- operations -------------------------------------------------------------------------

    def _operate(self, action: Operate) -> str | None:
        cluster = self._cluster
        live = self._live = self._live or cluster.live_members()
        if action.via is not None and action.via not in live:
            return f"Peer {action.via} cannot coordinate: it is not a running member of the group."
        if not live:
            return "No live member of the group is there to coordinate."
        coordinator = action.via or live[self._workload.below(len(live))]
        ring = cluster.group.ring(coordinator - 1)
        assert ring is not None, "a member always has a ring"
        transaction = cluster.next_transaction()
        request = Request(
            action.kind,
            transaction,
            action.key,
            action.value if action.kind in ("create", "update") else None,
            (cluster.tick, transaction, coordinator),
        )
        rules = cluster.scenario
        quorum = rules.read_quorum if action.kind == "read" else rules.write_quorum
        node = cluster.nodes[coordinator - 1]
        node.begin(cluster.tick, request, action.value, ring, quorum)
        cluster.wake(coordinator, cluster.tick + 1)
        return None
