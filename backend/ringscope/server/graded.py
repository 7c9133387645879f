"""The grade of a live run: its log so far, judged by the course's rules."""

from ringscope.events import AnyEvent
from ringscope.grading.official import EMPTY, grade_run, grading_note
from ringscope.observers.debug_log import DebugLog
from ringscope.server.wire import RunGrade
from ringscope.simulation.scenario import Scenario

#: Larger groups are not graded while they run: it would take everybody's time.
MOST_PEERS = 64


class LiveGrade:
    """Observes a run and grades it as of any tick so far."""

    def __init__(self, run: str, scenario: Scenario) -> None:
        self._run = run
        self._scenario = scenario
        self._log = DebugLog(store=scenario.crud_test is not None)
        self._graded = scenario.peers <= MOST_PEERS

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""
        if self._graded:
            self._log.see(event)

    def at(self, tick: int, final: bool, by_hand: int) -> RunGrade:
        """Return the grade after ``tick`` ticks, ``by_hand`` actions among them."""
        if not self._graded:
            return RunGrade(self._run, tick, final, EMPTY, EMPTY, _TOO_MANY)
        lines = [line for line in self._log.lines if line.tick < tick]
        mp1, mp2 = grade_run(self._scenario, lines, None if final else tick)
        note = grading_note(self._scenario)
        if by_hand:
            note = f"{note} {_BY_HAND}".strip()
        return RunGrade(self._run, tick, final, mp1, mp2, note)


_TOO_MANY = (
    f"Groups of more than {MOST_PEERS} peers are not graded while they run; "
    "grade the scenario by itself."
)
_BY_HAND = "The course's rules do not know what was done by hand in this run."
