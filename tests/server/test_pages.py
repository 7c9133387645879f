import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from tests.server.conftest import application

from ringscope.server.factory import Config

INDEX = "<!doctype html><title>Ringscope</title>"


@pytest.fixture
def built(tmp_path: Path) -> Iterator[FlaskClient]:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text(INDEX)
    (static / "assets" / "app-1a2b.js").write_text("ring()")
    (static / "favicon.svg").write_text("<svg/>")
    with application(Config(tmp_path / "instance", static=static)) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/", "/runs", "/runs/", "/runs/abc", "/runs/abc?tick=4", "/grade", "/grade/job"]
)
def test_every_address_of_the_page_is_the_page(built: FlaskClient, path: str) -> None:
    with built.get(path) as answer:
        assert (answer.status_code, answer.text) == (200, INDEX)
        assert answer.headers["Cache-Control"] == "no-cache"


def test_built_files_never_change(built: FlaskClient) -> None:
    with built.get("/assets/app-1a2b.js") as answer:
        assert answer.text == "ring()"
        assert "immutable" in answer.headers["Cache-Control"]
    with built.get("/favicon.svg") as answer:
        assert answer.mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/../index.htm", "/none.txt", "/assets/%2e%2e/%2e%2e/x"]
)
def test_no_other_file_is_served(built: FlaskClient, path: str) -> None:
    with built.get(path) as answer:
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/runs/abc"])
def test_a_page_that_is_not_built_says_what_to_do(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503
    assert "make setup" in answer.text


def test_plotly_comes_from_the_python_package(client: FlaskClient) -> None:
    plain = client.get("/vendor/plotly.min.js")
    packed = client.get("/vendor/plotly.min.js", headers={"Accept-Encoding": "gzip"})
    assert plain.mimetype == "text/javascript"
    assert plain.data.lstrip()[:3] == b"/**"
    assert gzip.decompress(packed.data) == plain.data
    again = client.get(
        "/vendor/plotly.min.js",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")
