"""Logs, recordings and events of a run, computed again tick by tick."""

from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO

import msgspec

from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    MembersSuspected,
    MembersTrusted,
)
from ringscope.observers.debug_log import DebugLogFile
from ringscope.observers.recording import Recording
from ringscope.server.limits import Limits
from ringscope.server.pacing import Turn
from ringscope.server.problems import invalid
from ringscope.server.recipe import Recipe

_FACTS = (MembersJoined, MembersRemoved, MembersSuspected, MembersTrusted)


class EventsPage(msgspec.Struct, frozen=True):
    """Events of the ticks ``first`` to ``to - 1``; ``next``: where to ask on, None at the end."""

    first: int = msgspec.field(name="from")
    to: int
    next: int | None
    events: list[AnyEvent]


def debug_log(recipe: Recipe, until: int, turn: Turn) -> Iterator[bytes]:
    """Yield dbg.log of the ticks before ``until``."""
    text = StringIO()
    log = DebugLogFile(store=recipe.scenario.crud_test is not None, file=text)
    for events in recipe.events(until, turn, trace=False):
        for event in events:
            log.see(event)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def recording(recipe: Recipe, until: int, turn: Turn) -> Iterator[bytes]:
    """Yield events.jsonl of the ticks before ``until``."""
    file = BytesIO()
    observer = Recording(file)
    for events in recipe.events(until, turn):
        for event in events:
            observer.see(event)
        yield file.getvalue()
        file.seek(0)
        file.truncate()


def events_page(
    recipe: Recipe, first: int, until: int, trace: bool, limits: Limits, turn: Turn
) -> EventsPage:
    """Return events of whole ticks, as many as one answer takes; refuse a tick that is too much."""
    found: list[AnyEvent] = []
    facts = 0
    for tick, events in enumerate(recipe.events(until, turn, trace)):
        if tick < first:
            continue
        more = _facts(events)
        full = len(found) + len(events) > limits.events or facts + more > limits.facts
        if found and full:
            return EventsPage(first, tick, tick, found)
        if more > limits.facts:
            raise invalid(
                f"in tick {tick} alone {more} things happened to member lists, and one answer "
                f"takes at most {limits.facts}; events.jsonl has them all"
            )
        found += events
        facts += more
    return EventsPage(first, until, None, found)


def _facts(events: Sequence[AnyEvent]) -> int:
    return sum(len(event.members) for event in events if isinstance(event, _FACTS))


def plain(value: object) -> object:
    """Return a column of an event as a list, for JSON."""
    tolist = getattr(value, "tolist", None)
    if tolist is None:
        raise NotImplementedError(f"{value!r} has no place in JSON")
    return tolist()
