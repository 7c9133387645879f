"""A run's folder: the three logs of the course's program and the complete recording."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ringscope.events import AnyEvent, TickEnded
from ringscope.observers.debug_log import DebugLogFile
from ringscope.observers.message_counts import MessageCounts
from ringscope.observers.recording import Recording
from ringscope.run import Observer, run
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
    scenario: Scenario,
    seed: int,
    folder: Path,
    advance: Callable[[], object] = lambda: None,
    recorded: bool = True,
) -> None:
    """Run ``scenario`` and leave dbg.log, stats.log, msgcount.log and events.jsonl in ``folder``.

    What was there is overwritten.  stats.log is empty, as the course's program leaves it.  Unless
    ``recorded`` there is no events.jsonl.  Raises `OSError` if the folder or a file cannot be
    written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = scenario.crud_test is not None
    counts = MessageCounts(store)
    with ExitStack() as files:
        log = files.enter_context(open(folder / "dbg.log", "w", encoding="utf-8", newline="\n"))
        observers: list[Observer] = [DebugLogFile(store, log), counts, Ticks(advance)]
        (folder / "events.jsonl").unlink(missing_ok=True)  # one of another run would mislead
        if recorded:
            recording = files.enter_context(open(folder / "events.jsonl", "wb"))
            observers.append(Recording(recording))
        run(scenario, seed, observers, trace=recorded, counted=counts.layer)
    (folder / "stats.log").write_bytes(b"")
    (folder / "msgcount.log").write_text(counts.text(), encoding="utf-8", newline="\n")
