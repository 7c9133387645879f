"""REST: scenarios and runs.  See ``docs/api.md``."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ringscope import __version__
from ringscope.analysis.plots import PLOTS
from ringscope.events import AnyEvent
from ringscope.server import asked
from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.logs import debug_log, recording
from ringscope.server.problems import bad_request, not_found
from ringscope.server.replies import reply
from ringscope.server.runs import Runs
from ringscope.server.session import Runtime, Session
from ringscope.server.uploads import uploads
from ringscope.server.wire import History, RunGrade, RunInfo, ScenarioInfo
from ringscope.simulation.snapshot import Snapshot

#: How the OpenAPI page is to send the token, if the server has one.
TOKEN: list[dict[str, list[Any]]] = [{"token": []}, {}]


def returns(kind: Any, status: int = 200) -> dict[str | int | HTTPStatus, Any]:
    """Document that an answer with ``status`` is a ``kind``, or a list of it if it is in one."""
    many = isinstance(kind, list)
    one = {"$ref": f"#/components/schemas/{(kind[0] if many else kind).__name__}"}
    schema = {"type": "array", "items": one} if many else one
    return {str(status): {"description": "", "content": {"application/json": {"schema": schema}}}}


def scenarios_api(library: Library) -> APIBlueprint:
    """Return the part about scenarios."""
    api = APIBlueprint(
        "scenarios",
        __name__,
        url_prefix="/api",
        abp_tags=[Tag(name="scenarios")],
        abp_security=TOKEN,
    )

    @api.get("/scenarios", summary="List scenarios", responses=returns([ScenarioInfo]))
    def list_scenarios() -> Response:
        return reply(library.all())

    @api.get("/scenarios/<name>", summary="Read a scenario", responses=returns(ScenarioInfo))
    def read_scenario(path: asked.ScenarioPath) -> Response:
        return reply(library.find(path.name))

    @api.post("/scenarios", summary="Upload a .conf", responses=returns(ScenarioInfo, 201))
    def upload_scenario(query: asked.UploadQuery, raw: asked.Upload) -> Response:
        files = uploads(request, query.name)
        if len(files) != 1:
            raise bad_request(f"expected one .conf, found {len(files)}")
        return reply(library.keep(*files[0]), 201)

    @api.delete("/scenarios/<name>", summary="Delete an uploaded scenario")
    def delete_scenario(path: asked.ScenarioPath) -> Response:
        library.drop(path.name)
        return Response(status=204)

    @api.get("/health", summary="Is the server well?")
    def health() -> Response:
        return reply({"status": "ok", "version": __version__})

    return api


def runs_api(runs: Runs, library: Library) -> APIBlueprint:
    """Return the part that starts, lists and drives runs."""
    api = APIBlueprint(
        "runs", __name__, url_prefix="/api/runs", abp_tags=[Tag(name="runs")], abp_security=TOKEN
    )

    @api.get("", summary="List runs, newest first", responses=returns([RunInfo]))
    def list_runs() -> Response:
        return reply(runs.all())

    @api.post("", summary="Start a run", responses=returns(RunInfo, 201))
    def start_run(body: asked.StartBody) -> Response:
        name, text = _what_to_run(body, library)
        session = runs.start(name, text, body.seed, body.speed, body.paused)
        return reply(session.info(), 201, Location=f"/api/runs/{session.id}")

    @api.get("/<run>", summary="Read a run", responses=returns(RunInfo))
    def read_run(path: asked.RunPath) -> Response:
        return reply(runs.find(path.run).info())

    @api.delete("/<run>", summary="Delete a run")
    def delete_run(path: asked.RunPath) -> Response:
        runs.drop(path.run)
        return Response(status=204)

    @api.post("/<run>/actions", summary="Do something to a run", responses=returns(RunInfo))
    def act(path: asked.RunPath, body: asked.ActionBody) -> Response:
        session = runs.find(path.run)
        runs.act(session, body.line)
        return reply(session.info())

    @api.post("/<run>/pause", summary="Pause a run", responses=returns(RunInfo))
    def pause(path: asked.RunPath) -> Response:
        session = runs.find(path.run)
        session.pause()
        return reply(session.info())

    @api.post("/<run>/resume", summary="Let a run go on", responses=returns(RunInfo))
    def resume(path: asked.RunPath) -> Response:
        session = runs.find(path.run)
        runs.resume(session)
        return reply(session.info())

    @api.post("/<run>/step", summary="Advance and pause", responses=returns(RunInfo))
    def step(path: asked.RunPath) -> Response:
        session = runs.find(path.run)
        session.step(_body(asked.StepBody).ticks)
        return reply(session.info())

    @api.post("/<run>/speed", summary="Set the speed of a run", responses=returns(RunInfo))
    def set_speed(path: asked.RunPath, body: asked.SpeedBody) -> Response:
        session = runs.find(path.run)
        session.set_speed(body.speed)
        return reply(session.info())

    return api


def looking_api(runs: Runs, limits: Limits, runtime: Runtime) -> APIBlueprint:
    """Return the part that looks at runs: state, history, events and logs."""
    api = APIBlueprint(
        "looking", __name__, url_prefix="/api/runs", abp_tags=[Tag(name="runs")], abp_security=TOKEN
    )

    @api.get("/<run>/snapshot", summary="State at a tick", responses=returns(Snapshot))
    def snapshot(path: asked.RunPath, query: asked.TickQuery) -> Response:
        return reply(runs.find(path.run).snapshot(query.tick))

    @api.get("/<run>/history", summary="What has happened", responses=returns(History))
    def history(path: asked.RunPath) -> Response:
        return reply(runs.find(path.run).history)

    @api.get("/<run>/plots/<name>", summary="A plotly figure")
    def plot(path: asked.PlotPath) -> Response:
        if path.name not in PLOTS:
            raise not_found(f"there is no plot {path.name[:64]!r}; there are {', '.join(PLOTS)}")
        return reply(PLOTS[path.name](runs.find(path.run).history))

    @api.get("/<run>/grade", summary="Grade at a tick", responses=returns(RunGrade))
    def grade(path: asked.RunPath, query: asked.TickQuery) -> Response:
        return reply(runs.grade(path.run, query.tick))

    @api.get("/<run>/dbg.log", summary="Log in the course's form")
    def dbg_log(path: asked.RunPath) -> Response:
        log = debug_log(runs.find(path.run), runtime.turn())
        return Response(log, content_type="text/plain; charset=utf-8")

    @api.get("/<run>/events.jsonl", summary="Recording, an event a line")
    def events_jsonl(path: asked.RunPath) -> Response:
        events = recording(runs.find(path.run), runtime.turn())
        return Response(events, content_type="application/x-ndjson")

    @api.get("/<run>/events", summary="Events from a tick on")
    def events(path: asked.RunPath, query: asked.EventsQuery) -> Response:
        session = runs.find(path.run)
        until = session.tick if query.to is None else min(query.to, session.tick)
        return reply(_events(session, query.first, until, query.trace, limits.events, runtime))

    return api


class EventsPage(msgspec.Struct, frozen=True):
    """Events of the ticks ``first`` to ``to - 1``; ``next``: where to ask on, None at the end."""

    first: int = msgspec.field(name="from")
    to: int
    next: int | None
    events: list[AnyEvent]


def _events(
    session: Session, first: int, until: int, trace: bool, most: int, runtime: Runtime
) -> EventsPage:
    found: list[AnyEvent] = []
    ticks: Iterator[list[AnyEvent]] = session.recipe.events(until, runtime.turn(), trace)
    for tick, events in enumerate(ticks):
        if tick < first:
            continue
        if found and len(found) + len(events) > most:
            return EventsPage(first, tick, tick, found)
        found += events
    return EventsPage(first, until, None, found)


def _what_to_run(body: asked.StartBody, library: Library) -> tuple[str, str]:
    if (body.scenario is None) == (body.text is None):
        raise bad_request("say either scenario (the name of a stored one) or text (a .conf)")
    if body.text is not None:
        name = body.name.removesuffix(".conf")
        library.check_name(name)
        return name, body.text
    found = library.find(str(body.scenario))
    return found.name, found.text


def _body(kind: type[asked.StepBody]) -> asked.StepBody:
    """Return the JSON body as ``kind``; none at all means all defaults."""
    return kind.model_validate_json(request.get_data() or b"{}")
