"""What a run is, and how it is computed again.

A `Recipe` is all inputs of a run.  The live cluster is made from it, and at any time further
clusters that show a past tick or list past events.  All of them agree, because a run is
deterministic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from ringscope.events import AnyEvent
from ringscope.server.pacing import Turn
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario, parse_scenario
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

    @classmethod
    def read(cls, written: "WrittenRecipe") -> "Recipe":
        """Return the recipe that another process has written down."""
        scenario = parse_scenario(written.text, written.name)
        return cls.of(scenario, written.seed, written.actions)

    def written(self) -> "WrittenRecipe":
        """Return the recipe as it can be sent to another process."""
        lines = [str(action) for action in self.actions]
        return WrittenRecipe(self.scenario.name, self.scenario.text, self.seed, lines)

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


class WrittenRecipe(msgspec.Struct, frozen=True):
    """A recipe in plain values."""

    name: str
    text: str
    seed: int
    actions: Sequence[str]
