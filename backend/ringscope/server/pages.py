"""The page as Vite built it, a hint when it did not, and plotly.js from the Python package."""

import gzip
import importlib.util
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

STATIC = Path(__file__).parent / "static"
_HINT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Ringscope</title>
<body style="font: 16px/1.5 system-ui; max-width: 40em; margin: 4em auto; padding: 0 1em">
<h1>The page has not been built yet</h1>
<p>The server is well, but this copy of Ringscope contains no built page. Build it with
<code>make setup</code> in the repository, then load this address again.</p>
<p>The <a href="/openapi/swagger">REST interface</a> works without it.</p>
"""


def pages(static: Path = STATIC) -> Blueprint:
    """Return the part that serves the page from ``static``."""
    blueprint = Blueprint("pages", __name__)

    # Every address of the page is the same file; the page reads the address itself.
    @blueprint.get("/")
    @blueprint.get("/runs")
    @blueprint.get("/runs/")
    @blueprint.get("/runs/<path:_path>")
    @blueprint.get("/grade")
    @blueprint.get("/grade/<path:_path>")
    def index(_path: str = "") -> Response:
        if not (static / "index.html").is_file():
            return Response(_HINT, 503, content_type="text/html; charset=utf-8")
        response = send_from_directory(static, "index.html")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @blueprint.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        response = send_from_directory(static / "assets", name)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    @blueprint.get("/<name>")
    def beside_index(name: str) -> Response:
        return send_from_directory(static, name)

    return blueprint


vendor = Blueprint("vendor", __name__)


@vendor.get("/vendor/plotly.min.js")
def plotly() -> Response:
    """Return plotly.js."""
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    content = _packed_plotly() if packed else _plotly_file().read_bytes()
    response = Response(content, content_type="text/javascript; charset=utf-8")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.add_etag()
    response.make_conditional(request)
    return response


def _plotly_file() -> Path:
    """Find plotly.js in the Python package, without importing it, which is slow."""
    package = importlib.util.find_spec("plotly")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "package_data" / "plotly.min.js"


@lru_cache(maxsize=1)
def _packed_plotly() -> bytes:
    return gzip.compress(_plotly_file().read_bytes(), compresslevel=6, mtime=0)
