"""REST: grading without a page."""

from typing import Literal

import msgspec
from flask import Request, Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ringscope.server import asked
from ringscope.server.openapi import TOKEN, nothing, problems, returns
from ringscope.server.problems import bad_request, read
from ringscope.server.replies import reply
from ringscope.server.services import services
from ringscope.server.uploads import Conf, json_body, stem, uploads
from ringscope.server.wire import Grading


class GradeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON body; without scenarios the course's seven are graded."""

    scenarios: tuple[Conf, ...] = ()
    seed: asked.Seed | None = None
    seeds: str | None = None


grade_api = APIBlueprint(
    "grade",
    __name__,
    url_prefix="/api/grade",
    abp_tags=[Tag(name="grade")],
    abp_responses=problems(),
)


@grade_api.post("", responses={**returns(Grading), **returns(Grading, 202)}, security=TOKEN)
def start_grading(query: asked.GradeQuery, raw: asked.Upload) -> Response:
    """Grade scenarios, at once or as a job."""
    files, seeds = _what_to_grade(request, query)
    grading = services().gradings.await_soon(services().gradings.start(files, seeds))
    status: Literal[200, 202] = 202 if grading.state == "running" else 200
    return reply(grading, status, Location=f"/api/grade/{grading.job}")


@grade_api.get("/<job>", responses=returns(Grading))
def read_grading(path: asked.JobPath) -> Response:
    """How far is a grading?"""
    return reply(services().gradings.find(path.job))


@grade_api.delete("/<job>", responses=nothing(), security=TOKEN)
def cancel_grading(path: asked.JobPath) -> Response:
    """Cancel a grading."""
    services().gradings.cancel(path.job)
    return Response(status=204)


def _what_to_grade(
    request: Request, query: asked.GradeQuery
) -> tuple[list[tuple[str, str]], str | None]:
    body = GradeBody()
    files: list[tuple[str, str]] = []
    if request.mimetype == "application/json" and request.get_data():
        body = read(json_body(request), GradeBody)
        files = [(stem(conf.name), conf.text) for conf in body.scenarios]
    elif request.files or request.get_data():
        files = uploads(request, "scenario")
    given = [query.seed, query.seeds, body.seed, body.seeds]
    seeds = [str(value) for value in given if value is not None]
    if len(seeds) > 1:
        raise bad_request("say either seed or seeds, and only once")
    return files, seeds[0] if seeds else None
