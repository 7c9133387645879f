"""What a run is, and how it is computed again.

A `Recipe` is all inputs of a run.  Two things are made from it: the live cluster, and at any time
further clusters that show a past tick or list past events.  All of them agree, because a run is
deterministic.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from ringscope.events import AnyEvent
from ringscope.server.pacing import Turn
from ringscope.server.problems import invalid
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.snapshot import Snapshot
from ringscope.simulation.timeline import Action, Join
from ringscope.simulation.timeline_parser import parse_timeline_line


@dataclass(slots=True)
class Recipe:
    """A scenario, a seed, and what was done by hand, which only ever grows."""

    scenario: Scenario
    seed: int
    actions: list[Action] = field(default_factory=list)

    @classmethod
    def of(cls, scenario: Scenario, seed: int, lines: Sequence[str]) -> "Recipe":
        """Return the recipe with the actions that ``lines`` say."""
        recipe = cls(scenario, seed)
        for line in lines:
            recipe.actions.append(parse_timeline_line(line, recipe.peers))
        return recipe

    @property
    def peers(self) -> int:
        """The highest number of a peer so far."""
        joined = (a.peer for a in (*self.scenario.timeline, *self.actions) if isinstance(a, Join))
        return max(self.scenario.peers, *joined, 0)

    def cluster(self, trace: bool = True) -> Cluster:
        """Return the world of this run at its beginning."""
        return Cluster(self.scenario, seed=self.seed, actions=tuple(self.actions), trace=trace)

    def events(self, until: int, turn: Turn, trace: bool = True) -> Iterator[list[AnyEvent]]:
        """Yield the events of each tick before ``until``, computed again."""
        cluster = self.cluster(trace)
        while cluster.tick < until and not cluster.finished:
            yield cluster.step()
            turn()


class Replayer:
    """A second cluster of the same run that stands at the tick last asked for.

    Going on from there is cheap, going back starts again from the beginning.
    """

    def __init__(self, recipe: Recipe, turn: Callable[[], Turn]) -> None:
        self._recipe = recipe
        self._turn = turn
        self._cluster: Cluster | None = None
        self._actions = 0
        self._busy = Lock()

    def snapshot(self, tick: int) -> Snapshot:
        """Return the state after ``tick`` ticks; raises `RefusedError` if there are fewer."""
        with self._busy:
            cluster = self._cluster
            stale = self._actions != len(self._recipe.actions)
            if cluster is None or stale or cluster.tick > tick:
                cluster = self._cluster = self._recipe.cluster(trace=False)
                self._actions = len(self._recipe.actions)
            turn = self._turn()
            while cluster.tick < tick:
                if cluster.finished:
                    raise invalid(f"tick {tick} is after the end of this run, {cluster.ticks}")
                cluster.step()
                turn()
            return cluster.snapshot()
