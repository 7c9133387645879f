"""How much a server takes on; whatever goes beyond is refused with the limit in the message."""

from dataclasses import dataclass

from ringscope.server.problems import invalid
from ringscope.simulation.scenario import Scenario

#: The largest whole number that a browser does not round.
SEED_MOST = 2**53 - 1
#: The longest step, in ticks.
STEP_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; sizes in bytes, times in seconds.

    ``timeline``: lines of a scenario that begin with AT; ``gossip``: entries of member lists that
    all peers together send in a tick; ``running``: runs that advance at once; ``live``: runs kept
    ready in memory; ``large``: those of them that have a process of their own; ``idle``: such a run
    leaves memory when nobody needs it for so long; ``transcripts``: logs of large runs that are
    written at once; ``stored_runs`` and ``stored_scenarios``: rows in the database (the oldest idle
    run makes room for a new one); ``grade_peers``: the largest group that is graded;
    ``grade_cells``: scenarios times seeds of one grading; ``at_once``: those answered without a
    job; ``events``: events in one REST answer; ``facts``: among them, facts about member lists.

    Of uploaded logs: ``log_upload``: bytes of a request; ``log_files``: files in it; ``log_sets``:
    sets in it; ``log_unpacked``: bytes of a zip unpacked; ``log_jobs``: uploads graded at once;
    ``log_wait``: how long others wait; ``log_seconds``: how long all of an upload may take,
    ``log_patience``: one set; ``log_bytes``: of one log whose lines are kept; ``log_kept``: bytes
    kept of an upload, compressed; ``log_gradings`` and ``log_room``: gradings and their bytes that
    are stored (the oldest make room); ``log_lines``: in one answer; ``replays``: kept ready in
    memory.
    """

    peers: int = 5000
    ticks: int = 10_000
    keys: int = 2_000
    timeline: int = 2_000
    gossip: int = 100_000_000
    upload: int = 1_000_000
    running: int = 8
    live: int = 24
    large: int = 3
    idle: float = 60.0
    transcripts: int = 2
    stored_runs: int = 500
    stored_scenarios: int = 200
    actions: int = 1000
    events: int = 20_000
    facts: int = 1_000_000
    grade_files: int = 32
    grade_peers: int = 1000
    grade_cells: int = 7_000
    at_once: int = 5
    jobs: int = 2
    grade_seconds: float = 1800.0
    log_upload: int = 64_000_000
    log_files: int = 4_000
    log_sets: int = 1_000
    log_unpacked: int = 1_000_000_000
    log_jobs: int = 2
    log_wait: float = 20.0
    log_seconds: float = 300.0
    log_patience: float = 20.0
    log_bytes: int = 16_000_000
    log_kept: int = 32_000_000
    log_gradings: int = 200
    log_room: int = 500_000_000
    log_lines: int = 500
    replays: int = 12

    def check_timeline(self, text: str, name: str) -> None:
        """Refuse a scenario whose timeline would take too long to read, without reading it."""
        lines = sum(line.lstrip()[:2].upper() == "AT" for line in text.splitlines())
        if lines > self.timeline:
            raise invalid(
                f"{name}.conf: the timeline has {lines} lines, but this server takes at most "
                f"{self.timeline}; `ringscope run` takes more"
            )

    def check(self, scenario: Scenario) -> None:
        """Refuse a scenario that is too large to be watched on a server."""
        for what, value, most in (
            ("MAX_NNB", scenario.peers, self.peers),
            ("TICKS", scenario.ticks, self.ticks),
            ("KEYS", scenario.keys, self.keys),
            ("SEED", scenario.seed, SEED_MOST),
        ):
            if value > most:
                raise invalid(
                    f"{scenario.name}.conf: {what} is {value}, but this server takes at most "
                    f"{most}; `ringscope run` takes more"
                )
        fanout = min(scenario.fanout, scenario.peers)
        if scenario.peers**2 * fanout > self.gossip:
            most = self.gossip // scenario.peers**2
            raise invalid(
                f"{scenario.name}.conf: with {scenario.peers} peers this server takes a FANOUT of "
                f"at most {most}, not {fanout}; `ringscope run` takes more"
            )
