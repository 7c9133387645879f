"""Finds lines of a timeline that contradict each other, by going through them in order of tick.

Only what the lines themselves say is judged.  Failures drawn at random (FAIL RANDOM, the course's
own schedule) may bring any peer down, so after one of them a RESTART is believed.
"""

from typing import Literal, NamedTuple

from ringscope.simulation.conf import ScenarioError
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


class Placed(NamedTuple):
    """An action and the line of the file that asks for it."""

    action: Action
    line: int


#: How many peers start in each tick, unless a scenario says otherwise: the course's step rate.
STARTS_PER_TICK = 4
#: So long the course lets a group settle, and then creates the keys at this tick.
SETTLE_TICKS = 50
INSERT_TICK = 100


def start_tick(peer: int, starts_per_tick: int) -> int:
    """Return when one of the first peers (numbered from 1) starts."""
    return (peer - 1) // starts_per_tick


def settling_delay(peers: int, starts_per_tick: int) -> int:
    """Return by how many ticks the schedule of a large group is moved, and its run is longer."""
    return max(0, start_tick(peers, starts_per_tick) + SETTLE_TICKS + 1 - INSERT_TICK)


class TimelineCheck:
    """What the lines so far have made of a cluster that begins with ``peers`` peers.

    ``random_failures``: some are brought down by what no line says.
    """

    def __init__(
        self, peers: int, random_failures: bool, starts_per_tick: int = STARTS_PER_TICK
    ) -> None:
        self.peers = peers
        self._starts_per_tick = starts_per_tick
        self._first_peers = peers
        self._random_failures = random_failures
        self._down: dict[int, tuple[Literal["failed", "left"], Placed]] = {}
        self._windows: dict[type[Action], Placed] = {}

    def see(self, placed: Placed) -> None:
        """Take notice of the next action; raise `ScenarioError` if it contradicts those before."""
        action = placed.action
        if isinstance(action, Fail | Leave):
            self._must_be_up(action.peer, action)
            self._down[action.peer] = ("failed" if isinstance(action, Fail) else "left", placed)
        elif isinstance(action, Restart):
            self._restart(action)
        elif isinstance(action, Join):
            self._join(action)
        elif isinstance(action, Operate) and action.via is not None:
            self._must_be_up(action.via, action)
        elif isinstance(action, Drop | Partition):
            self._open_window(placed, action.until)
        elif isinstance(action, Heal):
            self._windows.clear()
        elif isinstance(action, FailRandom | FailHalf | FailReplicas | FailBystander):
            self._random_failures = True

    def _must_be_up(self, peer: int, action: Action) -> None:
        first = peer <= self._first_peers
        start = start_tick(peer, self._starts_per_tick) if first else 0
        if action.tick < start:
            raise ScenarioError(
                f"peer {peer} only starts at tick {start}; choose that tick or a later one"
            )
        if peer in self._down:
            state, earlier = self._down[peer]
            back = "RESTART" if state == "failed" else "JOIN"
            raise ScenarioError(
                f"peer {peer} {state} at tick {earlier.action.tick} (line {earlier.line}) and is "
                f"not back at tick {action.tick}; add AT <tick> {back} {peer} before or choose "
                "another peer"
            )

    def _restart(self, action: Restart) -> None:
        state = self._down.pop(action.peer, (None, None))[0]
        if state == "left":
            raise ScenarioError(
                f"peer {action.peer} left and did not fail; write "
                f"AT {action.tick} JOIN {action.peer}"
            )
        if state is None and not self._random_failures:
            raise ScenarioError(
                f"peer {action.peer} has not failed by tick {action.tick}, so it cannot restart; "
                f"write AT <tick> FAIL {action.peer} before"
            )

    def _join(self, action: Join) -> None:
        state = self._down.pop(action.peer, (None, None))[0]
        if state == "failed":
            raise ScenarioError(
                f"peer {action.peer} failed and did not leave; write "
                f"AT {action.tick} RESTART {action.peer}"
            )
        if state is None and action.peer != self.peers + 1:
            raise ScenarioError(
                f"peer {action.peer} is already there at tick {action.tick}; a new one would be "
                f"AT {action.tick} JOIN {self.peers + 1}"
            )
        self.peers = max(self.peers, action.peer)

    def _open_window(self, placed: Placed, until: int | None) -> None:
        kind, tick = type(placed.action), placed.action.tick
        before = self._windows.get(kind)
        if before is not None and isinstance(before.action, Drop | Partition):
            end = before.action.until
            if end is not None and end > tick:
                raise ScenarioError(
                    f"the {kind.__name__.upper()} of line {before.line} lasts until tick {end}, "
                    f"so another cannot begin at tick {tick}; end it by UNTIL {tick}"
                )
        self._windows[kind] = placed
