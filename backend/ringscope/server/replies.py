"""How the REST interface answers: msgspec values as JSON, problems, long logs piece by piece."""

import gzip
import logging
from io import BytesIO

import msgspec
from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from ringscope.server.problems import RefusedError, bad_request
from ringscope.server.wire import Problem

_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()

#: Smaller answers are not worth compressing, in bytes.
_COMPRESS_FROM = 2000
_COMPRESSIBLE = ("application/json", "text/html", "text/css", "text/javascript", "image/svg+xml")
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def reply(value: object, status: int = 200, **headers: str) -> Response:
    """Return ``value`` as JSON."""
    response = Response(_encoder.encode(value), status, content_type="application/json")
    for name, text in headers.items():
        response.headers[name.replace("_", "-")] = text
    return response


def problem(value: Problem) -> Response:
    """Return a problem as RFC 9457 has it."""
    return Response(_encoder.encode(value), value.status, content_type="application/problem+json")


def invalid_request(error: ValidationError) -> Response:
    """Answer a query or body that is not as documented."""
    wrong = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in wrong["loc"])
    detail = f"{place}: {wrong['msg']}" if place else wrong["msg"]
    return problem(bad_request(detail).problem)


def register(app: Flask) -> None:
    """Have ``app`` answer every error as a problem, with safe headers and compression."""
    app.register_error_handler(RefusedError, lambda refusal: problem(refusal.problem))
    app.register_error_handler(ValidationError, invalid_request)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _mistake)
    app.after_request(_finish)


def _http_problem(error: HTTPException) -> Response:
    detail = error.description or error.name
    if error.code == 413:
        detail = f"This server takes at most {request.max_content_length} bytes."
    response = problem(Problem(error.name, error.code or 500, detail.strip()))
    for name, text in error.get_headers():
        if name != "Content-Type":
            response.headers.add(name, text)
    return response


def _mistake(error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(Problem("Internal error", 500, "The server made a mistake; its log says more."))


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    policy = _POLICY.format(sockets=f"ws://{request.host} wss://{request.host}")
    if request.path.startswith("/openapi"):
        policy = policy.replace("default-src 'self';", "default-src 'self' 'unsafe-inline';")
    headers.setdefault("Content-Security-Policy", policy)
    if request.path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
    return _compress(response)


def _compress(response: Response) -> Response:
    if (
        response.mimetype not in _COMPRESSIBLE
        or response.is_streamed
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
        or (response.content_length or 0) < _COMPRESS_FROM
    ):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        packed = BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as file:
            file.write(response.get_data())
        response.set_data(packed.getvalue())
        response.headers["Content-Encoding"] = "gzip"
    return response
