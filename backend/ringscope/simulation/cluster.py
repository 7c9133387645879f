"""The world: every peer, the network between them, and the clock."""

from collections.abc import Iterable

from ringscope.events import AnyEvent
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.snapshot import Snapshot
from ringscope.simulation.timeline import Action


class Cluster:
    """All peers of one run inside one deterministic, single-threaded world.

    ``tick`` is the number of ticks computed so far, so also the tick that `step` computes next.
    """

    scenario: Scenario
    seed: int
    tick: int
    ticks: int

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int | None = None,
        actions: Iterable[Action] = (),
        trace: bool = True,
    ) -> None:
        raise NotImplementedError

    @property
    def finished(self) -> bool:
        """Whether all ticks of the run have been computed."""
        raise NotImplementedError

    def inject(self, action: Action) -> Action:
        """Have ``action`` done in the next tick, as if by hand; return it with that tick."""
        raise NotImplementedError

    def step(self) -> list[AnyEvent]:
        """Compute one tick and return what happened in it, in order."""
        raise NotImplementedError

    def snapshot(self, ages: bool = True) -> Snapshot:
        """Return the state after the ticks computed so far."""
        raise NotImplementedError
