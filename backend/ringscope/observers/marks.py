"""Marks: what deserves a place on the timeline, each with a sentence in plain words.

A mark is rare by design.  What happens to many at once (a hundred creates in a tick) becomes one
mark, and a suspicion is marked the first time only.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringscope.events import (
    ActionRejected,
    AnyEvent,
    LossChanged,
    MembersRemoved,
    MembersSuspected,
    OperationEnded,
    OperationStarted,
    PartitionChanged,
    PeerFailed,
    PeerLeaving,
    PeerStarted,
    RunStarted,
    TickEnded,
)
from ringscope.observers.beliefs import Beliefs
from ringscope.observers.history import Lane, Mark

#: More than this many alike in one tick are told in one sentence.
_FEW = 3
#: The same for peers of which more must be told, such as who is wrongly suspected.
_MANY = 100

#: What is told of operations that do not succeed.
ENDS: Mapping[str, str] = {
    "failure": "fails: so many replicas said no that a quorum is impossible",
    "timeout": "times out: too few replicas answered",
    "lost": "is lost: its coordinator went down",
}


class Marks:
    """Collects ``marks`` in the order of their ticks; asks ``beliefs``, which must see first.

    ``ends``: what to tell of operations by their outcome; who knows less than we do tells less.
    """

    def __init__(self, beliefs: Beliefs, ends: Mapping[str, str] = ENDS) -> None:
        self.marks: list[Mark] = []
        self._beliefs = beliefs
        self._ends = ends
        self._peers = 0
        self._started: set[int] = set()
        self._suspected = _Peers()
        self._gone = _Peers()
        self._crowd: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        self._lossy = self._split = False
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            RunStarted: self._run_started,
            PeerStarted: self._peer_started,
            PeerFailed: self._peer_failed,
            PeerLeaving: self._peer_leaving,
            MembersSuspected: self._members_suspected,
            MembersRemoved: self._members_removed,
            LossChanged: self._loss_changed,
            PartitionChanged: self._partition_changed,
            OperationStarted: self._operation_started,
            OperationEnded: self._operation_ended,
            ActionRejected: self._action_rejected,
            TickEnded: self._tick_ended,
        }

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""
        if handler := self._handlers.get(type(event)):
            handler(event)

    def _mark(self, tick: int, lane: Lane, peer: int | None, text: str) -> None:
        self.marks.append(Mark(tick, lane, peer, text))

    # --- peers -----------------------------------------------------------------------------------

    def _run_started(self, event: RunStarted) -> None:
        self._peers = event.peers

    def _peer_started(self, event: PeerStarted) -> None:
        peer = event.peer
        if peer in self._started:
            self._mark(
                event.tick, "peer", peer, f"Peer {peer} starts again, with empty memory, and joins."
            )
        elif peer > self._peers:
            self._mark(event.tick, "peer", peer, f"Peer {peer} is new and asks to join.")
        self._started.add(peer)
        self._suspected.discard(peer)
        self._gone.discard(peer)

    def _peer_failed(self, event: PeerFailed) -> None:
        self._mark(event.tick, "failure", event.peer, f"Peer {event.peer} fails.")

    def _peer_leaving(self, event: PeerLeaving) -> None:
        text = f"Peer {event.peer} says goodbye and hands its keys over."
        self._mark(event.tick, "peer", event.peer, text)

    # --- detection -------------------------------------------------------------------------------

    def _members_suspected(self, event: MembersSuspected) -> None:
        members = np.asarray(event.members, np.int64)
        new = np.flatnonzero(~self._suspected.of(members))
        _, first = np.unique(members[new], return_index=True)
        some = new[np.sort(first)].tolist()
        self._suspected.add(members[new])
        if len(some) > _MANY:
            text = f"{len(some)} peers are suspected for the first time."
            self._mark(event.tick, "detection", None, text)
            return
        for index in some:
            observer, member = int(event.observers[index]), int(event.members[index])
            wrongly = ", wrongly" if self._beliefs.is_up(member) else ""
            text = f"Peer {observer} is the first to suspect peer {member}{wrongly}."
            self._mark(event.tick, "detection", member, text)

    def _members_removed(self, event: MembersRemoved) -> None:
        members = np.unique(np.asarray(event.members, np.int64))
        members = members[~self._gone.of(members)]
        if not len(members):
            return
        gone = members[self._beliefs.listed_by_nobody()[members - 1]]
        self._gone.add(gone)
        if len(gone) > _MANY:
            text = f"{len(gone)} peers are now listed by no live member."
            self._mark(event.tick, "detection", None, text)
            return
        for member in gone.tolist():
            wrongly = ", although it is alive" if self._beliefs.is_up(member) else ""
            text = f"All live members have removed peer {member} from their lists{wrongly}."
            self._mark(event.tick, "detection", member, text)

    # --- network ---------------------------------------------------------------------------------

    def _loss_changed(self, event: LossChanged) -> None:
        if event.probability > 0:
            text = f"From here on {100 * event.probability:.4g} % of all messages are lost."
            self._mark(event.tick, "network", None, text)
        elif self._lossy:
            self._mark(event.tick, "network", None, "No more messages are lost.")
        self._lossy = event.probability > 0

    def _partition_changed(self, event: PartitionChanged) -> None:
        if event.groups:
            groups = " | ".join(_names(group) for group in event.groups)
            self._mark(event.tick, "network", None, f"The network splits: {groups}.")
        elif self._split:
            self._mark(event.tick, "network", None, "The network is whole again.")
        self._split = bool(event.groups)

    # --- operations ------------------------------------------------------------------------------

    def _operation_started(self, event: OperationStarted) -> None:
        text = f"A client asks peer {event.coordinator} to {event.kind} key {event.key}."
        self._crowd[event.kind, "started"].append((event.coordinator, text))

    def _operation_ended(self, event: OperationEnded) -> None:
        if event.outcome in self._ends:
            text = f"The {event.kind} of key {event.key} through peer {event.coordinator} "
            text += f"{self._ends[event.outcome]}."
            self._crowd[event.kind, event.outcome].append((event.coordinator, text))

    def _action_rejected(self, event: ActionRejected) -> None:
        self._mark(event.tick, "peer", None, f"Refused: {event.line}. {event.reason}")

    def _tick_ended(self, event: TickEnded) -> None:
        for (kind, what), crowd in self._crowd.items():
            if len(crowd) > _FEW:
                told = "start" if what == "started" else f"end in {what}"
                text = f"{len(crowd)} {kind}s {told} in this tick."
                self._mark(event.tick, "operation", None, text)
                continue
            for peer, text in crowd:
                self._mark(event.tick, "operation", peer, text)
        self._crowd.clear()


class _Peers:
    """A set of peers that is asked about many at once."""

    def __init__(self) -> None:
        self._bits = np.zeros(0, bool)

    def of(self, peers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell of each of ``peers`` whether it is in the set."""
        self._make_room(peers)
        return self._bits[peers]

    def add(self, peers: NDArray[np.int64]) -> None:
        """Add all of ``peers``."""
        self._make_room(peers)
        self._bits[peers] = True

    def discard(self, peer: int) -> None:
        """Take ``peer`` out."""
        self._bits[peer : peer + 1] = False

    def _make_room(self, peers: NDArray[np.int64]) -> None:
        most = int(peers.max(initial=0))
        self._bits = np.pad(self._bits, (0, max(0, most + 1 - len(self._bits))))


def _names(peers: Sequence[int]) -> str:
    """Name peers shortly: ``1-3, 7``."""
    runs: list[list[int]] = []
    for peer in sorted(peers):
        if runs and peer == runs[-1][-1] + 1:
            runs[-1].append(peer)
        else:
            runs.append([peer])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
