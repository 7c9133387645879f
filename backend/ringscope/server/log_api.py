"""REST: grading logs that any program wrote, and looking at their lines.  See ``docs/api.md``."""

import gzip
from typing import get_args

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from ringscope.grading.log_grade import RUBRICS, Rubric
from ringscope.server import asked
from ringscope.server.openapi import TOKEN, nothing, problems, returns
from ringscope.server.problems import bad_request
from ringscope.server.replies import reply
from ringscope.server.services import services
from ringscope.server.uploads import sent_logs
from ringscope.server.wire import LogGrading, LogLines

logs_api = APIBlueprint(
    "logs", __name__, url_prefix="/api", abp_tags=[Tag(name="logs")], abp_responses=problems()
)


@logs_api.post("/grade-log", responses=returns(LogGrading), security=TOKEN)
def grade_log(raw: asked.LogUpload) -> Response:
    """Grade logs, or zips of them."""
    limits = services().limits
    request.max_content_length = limits.log_upload
    request.max_form_parts = limits.log_files + 2
    sent, conf, rubric = sent_logs(request)
    if rubric not in get_args(Rubric):
        raise bad_request(f"rubric is {', '.join(RUBRICS)}, not {rubric[:40]!r}")
    grading = services().log_gradings.grade(sent, conf, rubric)
    return _packed(services().log_gradings.find(grading), Location=f"/api/grade-log/{grading}")


@logs_api.get("/grade-log/<grading>", responses=returns(LogGrading))
def read_log_grading(path: asked.LogGradingPath) -> Response:
    """Read the grades of logs again."""
    return _packed(services().log_gradings.find(path.grading))


@logs_api.delete("/grade-log/<grading>", responses=nothing(), security=TOKEN)
def delete_log_grading(path: asked.LogGradingPath) -> Response:
    """Forget graded logs."""
    services().log_gradings.drop(path.grading)
    return Response(status=204)


@logs_api.get("/logs/<log>/lines", responses=returns(LogLines))
def read_lines(path: asked.LogPath, query: asked.LinesQuery) -> Response:
    """Lines of a log."""
    return reply(services().log_gradings.lines(path.log, query.first, query.to))


def _packed(content: bytes, **headers: str) -> Response:
    """Return JSON that is packed by gzip, as it is to whoever takes that."""
    response = Response(content, content_type="application/json", headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(gzip.decompress(content))
    response.headers.add("Vary", "Accept-Encoding")
    return response
