"""REST: looking at runs, now or at any tick before.  See ``docs/api.md``."""

import msgspec
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ringscope.analysis.plots import PLOTS
from ringscope.events import AnyEvent
from ringscope.server import asked
from ringscope.server.logs import debug_log, recording
from ringscope.server.openapi import problems, returns, sends
from ringscope.server.problems import not_found
from ringscope.server.replies import reply
from ringscope.server.services import services
from ringscope.server.session import Session
from ringscope.server.wire import History, RunGrade
from ringscope.simulation.snapshot import Snapshot


class EventsPage(msgspec.Struct, frozen=True):
    """Events of the ticks ``first`` to ``to - 1``; ``next``: where to ask on, None at the end."""

    first: int = msgspec.field(name="from")
    to: int
    next: int | None
    events: list[AnyEvent]


looking_api = APIBlueprint(
    "looking",
    __name__,
    url_prefix="/api/runs",
    abp_tags=[Tag(name="runs")],
    abp_responses=problems(),
)


@looking_api.get("/<run>/snapshot", responses=returns(Snapshot))
def snapshot(path: asked.RunPath, query: asked.TickQuery) -> Response:
    """State at a tick."""
    return reply(services().runs.find(path.run).snapshot(query.tick))


@looking_api.get("/<run>/history", responses=returns(History))
def history(path: asked.RunPath) -> Response:
    """What has happened."""
    return reply(services().runs.find(path.run).history)


@looking_api.get("/<run>/plots/<name>", responses=sends("application/json", "object"))
def plot(path: asked.PlotPath) -> Response:
    """A plotly figure."""
    if path.name not in PLOTS:
        raise not_found(f"there is no plot {path.name[:64]!r}; there are {', '.join(PLOTS)}")
    return reply(PLOTS[path.name](services().runs.find(path.run).history))


@looking_api.get("/<run>/grade", responses=returns(RunGrade))
def grade(path: asked.RunPath, query: asked.TickQuery) -> Response:
    """Grade at a tick."""
    return reply(services().runs.grade(path.run, query.tick))


@looking_api.get("/<run>/dbg.log", responses=sends("text/plain", "string"))
def dbg_log(path: asked.RunPath) -> Response:
    """Log in the course's form."""
    log = debug_log(services().runs.find(path.run), services().runtime.turn())
    return Response(log, content_type="text/plain; charset=utf-8")


@looking_api.get("/<run>/events.jsonl", responses=sends("application/x-ndjson", "string"))
def events_jsonl(path: asked.RunPath) -> Response:
    """Recording, an event a line."""
    events = recording(services().runs.find(path.run), services().runtime.turn())
    return Response(events, content_type="application/x-ndjson")


@looking_api.get("/<run>/events", responses=returns(EventsPage))
def events(path: asked.RunPath, query: asked.EventsQuery) -> Response:
    """Events from a tick on."""
    session = services().runs.find(path.run)
    until = session.tick if query.to is None else min(query.to, session.tick)
    return reply(_events(session, query.first, until, query.trace))


def _events(session: Session, first: int, until: int, trace: bool) -> EventsPage:
    found: list[AnyEvent] = []
    ticks = session.recipe.events(until, services().runtime.turn(), trace)
    for tick, events in enumerate(ticks):
        if tick < first:
            continue
        if found and len(found) + len(events) > services().limits.events:
            return EventsPage(first, tick, tick, found)
        found += events
    return EventsPage(first, until, None, found)
