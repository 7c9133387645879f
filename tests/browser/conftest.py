"""A real server on a free port, a real Chromium, and a page that must not complain."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "backend/ringscope/server/static/index.html"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    # The tests talk to their own server and to nobody else.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
SMALL = "MAX_NNB: 10\nCRUD_TEST: CREATE\nTICKS: 400\nSEED: 7\n"

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of our own listens, with an instance folder of its own."""
    if not BUILT.is_file():
        pytest.fail("The page has not been built: run `make setup` first.", pytrace=False)
    instance = tmp_path_factory.mktemp("instance")
    command = [sys.executable, "-m", "ringscope.cli", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--instance", str(instance)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            break
    else:
        pytest.fail(f"The server did not start:\n{said}", pytrace=False)
    yield found.group()
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def post(address: str) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """Ask the server for something beside the page."""

    def ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{address}/api{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(json.load(answer))

    return ask


@pytest.fixture(scope="session")
def run_at(post: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Callable[..., str]:
    """Start a run, compute it up to a tick and pause it there; the value is its address."""

    def start(tick: int, text: str = SMALL, name: str = "small") -> str:
        run = post("/runs", {"text": text, "name": name, "paused": True, "speed": 0})
        if tick:
            post(f"/runs/{run['id']}/step", {"ticks": tick})
        return f"/runs/{run['id']}"

    return start


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    command = [sys.executable, str(Path(__file__).with_name("chromium.py")), "--find"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail(found.stderr.strip(), pytrace=False)
    with sync_playwright() as playwright:
        path = found.stdout.strip()
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open an address of the server; errors on the page fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(path: str = "/", **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "Content Security" in message.text
                else None
            ),
        )
        page.goto(address + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
