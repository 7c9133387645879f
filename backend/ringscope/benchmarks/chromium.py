"""A real browser, if there is one: Chromium through Playwright, which the tests install."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    # It talks to our own server and to nobody else.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)


class NoBrowserError(Exception):
    """There is no browser; the text says what to install."""


@contextmanager
def browsing() -> Iterator[Any]:
    """Start a browser; raises `NoBrowserError` if there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NoBrowserError("Playwright is not installed; it comes with the tests") from None
    with sync_playwright() as playwright:
        path = _asked() or next(filter(None, map(shutil.which, NAMES)), None)
        path = path or playwright.chromium.executable_path
        if not Path(path).is_file():
            raise NoBrowserError("no Chromium was found; set RINGSCOPE_CHROMIUM to one")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _asked() -> str | None:
    asked = os.environ.get("RINGSCOPE_CHROMIUM")
    return shutil.which(asked) if asked else None
