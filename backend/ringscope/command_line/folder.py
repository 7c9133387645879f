"""A run's folder: the three logs of the course's program and the complete recording."""

from collections.abc import Callable
from pathlib import Path

from ringscope.events import AnyEvent, TickEnded
from ringscope.observers.debug_log import DebugLogFile
from ringscope.observers.message_counts import MessageCounts
from ringscope.observers.recording import Recording
from ringscope.run import run
from ringscope.simulation.scenario import Scenario


class Ticks:
    """Tells how far a run is: calls ``advance`` after every tick."""

    def __init__(self, advance: Callable[[], object]) -> None:
        self._advance = advance

    def see(self, event: AnyEvent) -> None:
        """Take notice of the end of a tick."""
        if isinstance(event, TickEnded):
            self._advance()


def write_run(
    scenario: Scenario, seed: int, folder: Path, advance: Callable[[], object] = lambda: None
) -> None:
    """Run ``scenario`` and leave dbg.log, stats.log, msgcount.log and events.jsonl in ``folder``.

    What was there is overwritten.  stats.log is empty, as the course's program leaves it.  Raises
    `OSError` if the folder or a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = scenario.crud_test is not None
    counts = MessageCounts(store)
    with (
        open(folder / "dbg.log", "w", encoding="utf-8", newline="\n") as log,
        open(folder / "events.jsonl", "wb") as recording,
    ):
        run(
            scenario, seed, (DebugLogFile(store, log), counts, Recording(recording), Ticks(advance))
        )
    (folder / "stats.log").write_bytes(b"")
    (folder / "msgcount.log").write_text(counts.text(), encoding="utf-8", newline="\n")
