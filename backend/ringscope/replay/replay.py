"""A replay: a story that can be looked at after any of its ticks."""

from bisect import bisect_right
from collections.abc import Callable

from ringscope.events import TickEnded
from ringscope.observers.historian import Historian
from ringscope.observers.history import History
from ringscope.replay.story import Story
from ringscope.replay.world import World
from ringscope.simulation.snapshot import Snapshot

#: After so many events others get their turn.
_TURN_EVERY = 100
#: After so many events the world is kept, so that a look back begins there.
_KEEP_EVERY = 4_000


class Replay:
    """Folds a story once; ``turn`` is called again and again, so that others get theirs."""

    def __init__(self, story: Story, turn: Callable[[], None] = lambda: None) -> None:
        self.story = story
        historian = Historian(story.replicas, ends=_ENDS)
        world = World(story.peers)
        self._begins = [0]  # by tick: its first event
        self._kept = [(0, world.copy())]  # after so many ticks
        for number, event in enumerate(story.events, start=1):
            historian.see(event)
            world.see(event)
            if type(event) is TickEnded:
                self._begins.append(number)
                if number - self._begins[self._kept[-1][0]] >= _KEEP_EVERY:
                    self._kept.append((event.tick + 1, world.copy()))
            if number % _TURN_EVERY == 0:
                turn()
        self.history: History = historian.complete()

    @property
    def ticks(self) -> int:
        """How many ticks there are."""
        return self.story.ticks

    def snapshot(self, tick: int) -> Snapshot:
        """Return the state after ``tick`` ticks, from 0 to `ticks`."""
        at = bisect_right(self._kept, tick, key=lambda kept: kept[0]) - 1
        begin, world = self._kept[at]
        world = world.copy()
        for event in self.story.events[self._begins[begin] : self._begins[tick]]:
            world.see(event)
        return world.snapshot(tick)


#: A log does not say why an operation failed.
_ENDS = {"failure": "fails", "lost": "is lost: its coordinator went down"}
