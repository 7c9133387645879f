"""What there is to say about a run as a whole."""

from typing import Protocol

from ringscope.server.storage import StoredRun
from ringscope.server.wire import RunInfo, RunState
from ringscope.simulation import course
from ringscope.simulation.scenario import Scenario


class Progress(Protocol):
    """How far a run has come."""

    @property
    def tick(self) -> int:
        """Ticks computed so far."""

    @property
    def state(self) -> RunState:
        """What the run is doing."""

    @property
    def speed(self) -> float:
        """Ticks per second, 0 for as fast as it goes."""

    @property
    def error(self) -> str | None:
        """Why it broke."""


def describe(
    stored: StoredRun, scenario: Scenario, progress: Progress, actions: list[str]
) -> RunInfo:
    """Tell about the run ``stored``; ``progress`` may be ahead of what was last stored."""
    return RunInfo(
        id=stored.id,
        name=stored.name,
        scenario=stored.scenario,
        seed=stored.seed,
        peers=scenario.peers,
        tick=progress.tick,
        ticks=scenario.ticks + course.delay(scenario),
        state=progress.state,
        speed=progress.speed,
        fanout=scenario.fanout,
        t_fail=scenario.t_fail,
        t_cleanup=scenario.t_cleanup,
        replicas=scenario.replicas,
        read_quorum=scenario.read_quorum,
        write_quorum=scenario.write_quorum,
        actions=actions,
        created=stored.created,
        error=progress.error,
    )
