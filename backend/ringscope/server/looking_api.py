"""REST: looking at runs, now or at any tick before.  See ``docs/api.md``."""

from collections.abc import Iterable

import msgspec
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ringscope.analysis.plots import PLOTS
from ringscope.server import asked
from ringscope.server.logs import EventsPage
from ringscope.server.openapi import problems, returns, sends
from ringscope.server.problems import not_found
from ringscope.server.replays import is_replay
from ringscope.server.replies import reply
from ringscope.server.services import services
from ringscope.server.wire import History, RunGrade
from ringscope.simulation.snapshot import Snapshot

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
    return reply(services().runs.look(path.run).snapshot(query.tick))


@looking_api.get("/<run>/history", responses=returns(History))
def history(path: asked.RunPath) -> Response:
    """What has happened."""
    return reply(services().runs.look(path.run).history)


@looking_api.get("/<run>/plots/<name>", responses=sends("application/json", "object"))
def plot(path: asked.PlotPath) -> Response:
    """A plotly figure."""
    if path.name not in PLOTS:
        raise not_found(f"there is no plot {path.name[:64]!r}; there are {', '.join(PLOTS)}")
    return reply(PLOTS[path.name](services().runs.look(path.run).history))


@looking_api.get("/<run>/grade", responses=returns(RunGrade))
def grade(path: asked.RunPath, query: asked.TickQuery) -> Response:
    """Grade at a tick."""
    return reply(services().runs.grade(path.run, query.tick))


@looking_api.get("/<run>/dbg.log", responses=sends("text/plain", "string"))
def dbg_log(path: asked.RunPath) -> Response:
    """Log in the course's form."""
    log: Iterable[bytes]
    if is_replay(path.run):
        log = services().log_gradings.text(path.run)
    else:
        log = services().transcripts.debug_log(services().runs.find(path.run))
    return Response(log, content_type="text/plain; charset=utf-8")


@looking_api.get("/<run>/events.jsonl", responses=sends("application/x-ndjson", "string"))
def events_jsonl(path: asked.RunPath) -> Response:
    """Recording, an event a line."""
    events = services().transcripts.recording(services().runs.find(path.run))
    return Response(events, content_type="application/x-ndjson")


@looking_api.get("/<run>/events", responses=returns(EventsPage))
def events(path: asked.RunPath, query: asked.EventsQuery) -> Response:
    """Events from a tick on."""
    session = services().runs.find(path.run)
    until = session.tick if query.to is None else min(query.to, session.tick)
    page = services().transcripts.events(session, query.first, until, query.trace)
    return reply(msgspec.Raw(page))
