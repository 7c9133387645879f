"""REST: scenarios and runs.  See ``docs/api.md``."""

import msgspec
from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ringscope import __version__
from ringscope.server import asked
from ringscope.server.openapi import TOKEN, nothing, problems, returns, takes
from ringscope.server.problems import bad_request, read
from ringscope.server.replies import reply
from ringscope.server.services import services
from ringscope.server.uploads import json_body, uploads
from ringscope.server.wire import RunInfo, ScenarioInfo


class Health(msgspec.Struct, frozen=True):
    """The server is well."""

    status: str
    version: str


scenarios_api = APIBlueprint(
    "scenarios",
    __name__,
    url_prefix="/api",
    abp_tags=[Tag(name="scenarios")],
    abp_responses=problems(),
)


@scenarios_api.get("/scenarios", responses=returns([ScenarioInfo]))
def list_scenarios() -> Response:
    """List scenarios."""
    return reply(services().library.all())


@scenarios_api.get("/scenarios/<name>", responses=returns(ScenarioInfo))
def read_scenario(path: asked.ScenarioPath) -> Response:
    """Read a scenario."""
    return reply(services().library.find(path.name))


@scenarios_api.post("/scenarios", responses=returns(ScenarioInfo, 201), security=TOKEN)
def upload_scenario(query: asked.UploadQuery, raw: asked.Upload) -> Response:
    """Upload a .conf."""
    files = uploads(request, query.name)
    if len(files) != 1:
        raise bad_request(f"expected one .conf, found {len(files)}")
    return reply(services().library.keep(*files[0]), 201)


@scenarios_api.delete("/scenarios/<name>", responses=nothing(), security=TOKEN)
def delete_scenario(path: asked.ScenarioPath) -> Response:
    """Delete an uploaded scenario."""
    services().library.drop(path.name)
    return Response(status=204)


@scenarios_api.get("/health", responses=returns(Health))
def health() -> Response:
    """Is the server well?"""
    return reply(Health("ok", __version__))


runs_api = APIBlueprint(
    "runs", __name__, url_prefix="/api/runs", abp_tags=[Tag(name="runs")], abp_responses=problems()
)


@runs_api.get("", responses=returns([RunInfo]))
def list_runs() -> Response:
    """List runs, newest first."""
    return reply(services().runs.all())


@runs_api.post(
    "", responses=returns(RunInfo, 201), security=TOKEN, openapi_extensions=takes(asked.StartBody)
)
def start_run() -> Response:
    """Start a run."""
    body = read(json_body(request), asked.StartBody)
    name, text = _what_to_run(body)
    session = services().runs.start(name, text, body.seed, body.speed, body.paused)
    return reply(session.info(), 201, Location=f"/api/runs/{session.id}")


@runs_api.get("/<run>", responses=returns(RunInfo))
def read_run(path: asked.RunPath) -> Response:
    """Read a run."""
    return reply(services().runs.info(path.run))


@runs_api.delete("/<run>", responses=nothing(), security=TOKEN)
def delete_run(path: asked.RunPath) -> Response:
    """Delete a run."""
    services().runs.drop(path.run)
    return Response(status=204)


@runs_api.post(
    "/<run>/actions",
    responses=returns(RunInfo),
    security=TOKEN,
    openapi_extensions=takes(asked.ActionBody),
)
def act(path: asked.RunPath) -> Response:
    """Do something to a run."""
    body = read(json_body(request), asked.ActionBody)
    session = services().runs.find(path.run)
    services().runs.act(session, body.line)
    return reply(session.info())


@runs_api.post("/<run>/pause", responses=returns(RunInfo), security=TOKEN)
def pause(path: asked.RunPath) -> Response:
    """Pause a run."""
    session = services().runs.find(path.run)
    session.pause()
    return reply(session.info())


@runs_api.post("/<run>/resume", responses=returns(RunInfo), security=TOKEN)
def resume(path: asked.RunPath) -> Response:
    """Let a run go on."""
    session = services().runs.find(path.run)
    services().runs.resume(session)
    return reply(session.info())


@runs_api.post(
    "/<run>/step",
    responses=returns(RunInfo),
    security=TOKEN,
    openapi_extensions=takes(asked.StepBody, required=False),
)
def step(path: asked.RunPath) -> Response:
    """Advance and pause."""
    body = read(json_body(request), asked.StepBody) if request.get_data() else asked.StepBody()
    session = services().runs.find(path.run)
    services().runs.step(session, body.ticks)
    return reply(session.info())


@runs_api.post(
    "/<run>/speed",
    responses=returns(RunInfo),
    security=TOKEN,
    openapi_extensions=takes(asked.SpeedBody),
)
def set_speed(path: asked.RunPath) -> Response:
    """Set the speed of a run."""
    body = read(json_body(request), asked.SpeedBody)
    session = services().runs.find(path.run)
    session.set_speed(body.speed)
    return reply(session.info())


def _what_to_run(body: asked.StartBody) -> tuple[str, str]:
    if (body.scenario is None) == (body.text is None):
        raise bad_request("say either scenario (the name of a stored one) or text (a .conf)")
    if body.text is not None:
        name = body.name.removesuffix(".conf")
        services().library.check_name(name)
        return name, body.text
    found = services().library.find(str(body.scenario))
    return found.name, found.text
