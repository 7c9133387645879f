"""Replays of logs: runs that have come to their end and can only be looked at."""

import msgspec

from ringscope.observers.history import History
from ringscope.replay.replay import Replay
from ringscope.server.engine import Drawn
from ringscope.server.limits import Limits
from ringscope.server.log_orders import Shown
from ringscope.server.log_storage import LogStorage
from ringscope.server.problems import RefusedError, conflict, invalid, not_found
from ringscope.server.runtime import Runtime
from ringscope.server.wire import Frame, RunGrade, RunInfo, RunState
from ringscope.simulation.snapshot import Snapshot

_PREFIX = "log-"


def is_replay(run: str) -> bool:
    """Tell whether a run of this id would be a replay."""
    return run.startswith(_PREFIX)


class ReplayedLog:
    """The replay of a log, looked at as a `Session` is."""

    large = False
    state: RunState = "finished"

    def __init__(self, run: str, shown: Shown, runtime: Runtime) -> None:
        self.id = run
        self._shown = shown
        self._replay = Replay(shown.story, runtime.turn())

    @property
    def tick(self) -> int:
        """The last tick."""
        return self._replay.ticks

    @property
    def history(self) -> History:
        """What happened."""
        return self._replay.history

    def info(self) -> RunInfo:
        """Return what there is to say about it as a whole."""
        story = self._shown.story
        return RunInfo(
            id=self.id, name=story.name, scenario="", seed=0, peers=story.peers, tick=story.ticks,
            ticks=story.ticks, state=self.state, speed=0.0, fanout=0, t_fail=0, t_cleanup=0,
            replicas=story.replicas, read_quorum=story.read_quorum,
            write_quorum=story.write_quorum, actions=(), created=self._shown.created,
            origin="log", grading=self._shown.grading,
        )  # fmt: skip

    def snapshot(self, tick: int | None = None) -> Snapshot:
        """Return the state after ``tick`` ticks, the last if None."""
        if tick is None:
            tick = self.tick
        if not 0 <= tick <= self.tick:
            raise invalid(f"tick {tick} is not between 0 and the last tick {self.tick}")
        return self._replay.snapshot(tick)

    def past(self, tick: int) -> Frame:
        """Return the picture of a past tick, without history."""
        return Frame(self.id, 0, True, self.state, self.snapshot(tick), None)

    def grade(self, tick: int | None = None) -> RunGrade:
        """Return the grade of the whole log, which is all that is known."""
        return self._shown.grade

    def draw(self, whole: bool = False) -> Drawn:
        """Return the whole picture if wanted; nothing ever changes."""
        if not whole:
            return Drawn(None)
        return Drawn(
            None, Frame(self.id, 0, True, self.state, self.snapshot(), self._replay.history)
        )


class Replays:
    """Finds replays; those looked at last stay in memory."""

    def __init__(self, storage: LogStorage, limits: Limits, runtime: Runtime) -> None:
        self._storage = storage
        self._limits = limits
        self._runtime = runtime
        self._recent: dict[str, ReplayedLog] = {}

    def find(self, run: str) -> ReplayedLog:
        """Return a replay; raises `RefusedError` if there is none."""
        if not self._storage.knows(run):
            self._recent.pop(run, None)
            raise not_found(
                f"there is no replay {run[:64]!r}; newer gradings may have taken its place"
            )
        found = self._recent.pop(run, None) or self._load(run)
        self._recent[run] = found
        for old in list(self._recent)[: -self._limits.replays]:
            del self._recent[old]
        return found

    def refuse(self, run: str) -> RefusedError:
        """Return why a replay cannot be changed; raises `RefusedError` if there is none."""
        self.find(run)
        return conflict(f"run {run} is the replay of a log and can only be looked at")

    def _load(self, run: str) -> ReplayedLog:
        try:
            shown = self._storage.shown(run)
        except msgspec.DecodeError:  # an older version of us kept it
            raise conflict(f"the log of {run} has to be graded again") from None
        if shown is None:
            raise not_found(f"there is no replay {run[:64]!r}")
        return ReplayedLog(run, shown, self._runtime)
