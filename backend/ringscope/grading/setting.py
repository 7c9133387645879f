"""What is known of a run besides its log: its size, its schedule, its quorums."""

from typing import NamedTuple

from ringscope.events import OperationKind
from ringscope.simulation.course import CRASH_TICK, TEST_TICKS, delay
from ringscope.simulation.scenario import COURSE, Scenario

MEMBERSHIP_TESTS = COURSE[:3]
STORE_TESTS: tuple[OperationKind, ...] = ("create", "delete", "read", "update")

#: By when a failure should have been noticed, in ticks after it: five times the 20 ticks that the
#: course's template waits.  The assignment names no figure; the slowest of the usual detectors
#: needs 40, and what takes longer would be too late for the store tests, which leave 50.
DETECTION_LIMIT = 100


class Setting(NamedTuple):
    """The circumstances of a run; the defaults are those of the course's scenarios.

    ``peers``: None means as many as the log shows.  ``ticks``: how long the run is.  ``crash``:
    when the failures of the membership tests begin; ``steps``: when the operations 1, 2, 3.1, 3.2
    and 4 of the store tests are.  ``detection``: how many ticks after a failure it must have been
    noticed.  ``calm``: no messages are lost but those of a crashed peer.
    """

    peers: int | None = None
    ticks: int = 700
    crash: int = CRASH_TICK
    steps: tuple[int, ...] = TEST_TICKS
    detection: int = DETECTION_LIMIT
    replicas: int = 3
    read_quorum: int = 2
    write_quorum: int = 2
    calm: bool = True

    @classmethod
    def of(cls, scenario: Scenario) -> "Setting":
        """Return the circumstances of the runs of a scenario."""
        later = delay(scenario)
        return cls(
            peers=scenario.peers,
            ticks=scenario.ticks + later,
            crash=CRASH_TICK + later,
            steps=tuple(tick + later for tick in TEST_TICKS),
            detection=max(DETECTION_LIMIT, 5 * scenario.t_cleanup),
            replicas=scenario.replicas,
            read_quorum=scenario.read_quorum,
            write_quorum=scenario.write_quorum,
            calm=not scenario.drop_messages and not scenario.timeline,
        )

    def quorum(self, kind: OperationKind) -> int:
        """Return how many replicas must agree before the client is told so."""
        return self.read_quorum if kind == "read" else self.write_quorum


#: The course's scenarios as they are.
COURSE_SETTING = Setting()


def course_test(scenario: Scenario) -> str | None:
    """Return which of the course's seven tests judges a scenario, None if none does."""
    if scenario.single_failure is not None:
        if scenario.drop_messages:
            return "msgdropsinglefailure"
        return "singlefailure" if scenario.single_failure else "multifailure"
    return scenario.crud_test.lower() if scenario.crud_test is not None else None
