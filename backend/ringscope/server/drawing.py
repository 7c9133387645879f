"""Drawing: pictures of a run as frames, each either complete or what changed since the last."""

from msgspec.structs import replace

from ringscope.observers.historian import Historian
from ringscope.server.wire import Frame, RunState
from ringscope.simulation.cluster import Cluster

#: Above so many bytes the ages of all heartbeats go out once a second only.
_AGES_AT_ONCE = 40_000
_AGES_EVERY = 1.0


class Drawing:
    """Remembers what the last frame of ``run`` showed."""

    def __init__(self, run: str, cluster: Cluster, historian: Historian) -> None:
        self._run = run
        self._cluster = cluster
        self._historian = historian
        self._number = 0
        self._drawn: tuple[int, RunState] | None = None
        self._keys: object = None
        self._ages_at = float("-inf")

    def changes(self, state: RunState, now: float) -> Frame | None:
        """Return what changed since the last frame, None if nothing did; ``now`` in seconds."""
        drawn = (self._cluster.tick, state)
        if self._drawn == drawn:
            return None
        small = self._cluster.scenario.peers**2 <= _AGES_AT_ONCE
        ages = small or now - self._ages_at >= _AGES_EVERY
        if ages:
            self._ages_at = now
        snapshot = self._cluster.snapshot(ages)
        if snapshot.keys == self._keys:
            snapshot = replace(snapshot, keys=None)
        else:
            self._keys = snapshot.keys
        self._drawn = drawn
        self._number += 1
        return Frame(self._run, self._number, False, state, snapshot, self._historian.changes())

    def complete(self, state: RunState) -> Frame:
        """Return a frame that stands alone and that the next changes follow."""
        snapshot = self._cluster.snapshot()
        return Frame(self._run, self._number, True, state, snapshot, self._historian.complete())

    def still(self, state: RunState) -> Frame:
        """Return a frame of this tick, without history."""
        return Frame(self._run, self._number, True, state, self._cluster.snapshot(), None)
