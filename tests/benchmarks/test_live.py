"""The live path, with a real server and a real browser, only as long as it takes to see it work."""

import builtins
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.conftest import TINY
from tests.benchmarks.test_document import RESULTS

from ringscope.benchmarks import page, viewers
from ringscope.benchmarks.chromium import NoBrowserError
from ringscope.benchmarks.images import draw
from ringscope.benchmarks.server import ServerFailedError, post
from ringscope.benchmarks.suite import LEFT_OUT, Bench, run_suite


def test_viewers_hold_every_tick() -> None:
    results = run_suite(["viewers"], TINY)
    assert [one.why for one in results.missing] == [LEFT_OUT]
    figures = {one.name: one.median for one in results.figures}
    assert 0 < figures["viewers.p50"] <= figures["viewers.p95"]
    assert 0 < figures["viewers.rate"] <= viewers.TICKS_PER_SECOND * 1.5


def test_percentiles_are_over_all_viewers_and_ticks(bench: Bench) -> None:
    viewers._report(bench, {tick: [0.001 * tick, 0.001 * tick] for tick in range(1, 101)})
    figures = {one.name: one.median for one in bench.figures}
    assert (figures["viewers.p50"], figures["viewers.p95"]) == (50.0, 95.0)
    assert figures["viewers.rate"] == pytest.approx(200 / 2 / 0.3, rel=0.01)


def test_silence_is_told(bench: Bench) -> None:
    viewers._report(bench, {})
    assert [one.why for one in bench.missing] == ["no frame arrived"]


def test_without_the_client_there_are_no_viewers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name == "websocket":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    viewers.measure(bench)
    assert "client of the tests is not installed" in bench.missing[0].why


def test_a_server_that_is_gone_is_a_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServerFailedError, match="did not answer"):
            post(address, "/runs", {"text": "MAX_NNB: 10"})


def test_the_page_is_drawn() -> None:
    results = run_suite(["page"], TINY)
    assert [one.why for one in results.missing] == [LEFT_OUT]
    figures = {one.name: one.median for one in results.figures}
    assert figures.keys() == {"page.ring", "page.ring.ticks", "page.matrix", "page.matrix.ticks"}
    assert all(value > 0 for value in figures.values())


def test_a_page_that_was_not_built_is_missing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(page, "STATIC", tmp_path)
    page.measure(bench)
    assert "has not been built" in bench.missing[0].why


def test_without_a_browser_the_page_is_missing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @contextmanager
    def none() -> Any:
        raise NoBrowserError("no Chromium was found")
        yield

    (tmp_path / "index.html").touch()
    monkeypatch.setattr(page, "STATIC", tmp_path)
    monkeypatch.setattr(page, "browsing", none)
    page.measure(bench)
    assert bench.missing[0].why == "no Chromium was found"


def test_the_browser_draws_plots(tmp_path: Path) -> None:
    files = draw(RESULTS, tmp_path)
    assert [file.name for file in files] == [
        "performance-growth.svg",
        "performance-memory.svg",
        "performance-ratios.svg",
    ]
    for file in files:
        assert file.read_text(encoding="utf-8").startswith("<svg")
