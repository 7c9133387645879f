"""Logs and recordings of a run, computed again and sent piece by piece."""

from collections.abc import Iterator
from io import BytesIO, StringIO

from ringscope.observers.debug_log import DebugLogFile
from ringscope.observers.recording import Recording
from ringscope.server.pacing import Turn
from ringscope.server.session import Session


def debug_log(session: Session, turn: Turn) -> Iterator[bytes]:
    """Yield dbg.log up to the live tick."""
    text = StringIO()
    log = DebugLogFile(store=session.scenario.crud_test is not None, file=text)
    for events in session.recipe.events(session.tick, turn, trace=False):
        for event in events:
            log.see(event)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def recording(session: Session, turn: Turn) -> Iterator[bytes]:
    """Yield events.jsonl up to the live tick."""
    file = BytesIO()
    observer = Recording(file)
    for events in session.recipe.events(session.tick, turn):
        for event in events:
            observer.see(event)
        yield file.getvalue()
        file.seek(0)
        file.truncate()
