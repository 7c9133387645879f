"""Find a Chromium for the browser tests and print its path; install one if there is none.

`--find` only looks.  Exit code 1, and a sentence on what to do, when there is none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HELP = (
    "The browser tests need a Chromium and found none. Install Chromium or Google Chrome, or run "
    f"`{Path(sys.executable).name} -m playwright install --with-deps chromium`, or set "
    "RINGSCOPE_CHROMIUM to the path of one."
)


def find() -> str | None:
    """Return the path of a Chromium: the one asked for, the system's, or Playwright's own."""
    if asked := os.environ.get("RINGSCOPE_CHROMIUM"):
        return shutil.which(asked)
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def install() -> None:
    """Install a Chromium: from the system's packages where that is allowed, else Playwright's own.

    What the installers say goes to stderr.
    """
    if shutil.which("apt-get") and os.geteuid() == 0:
        _call("apt-get", "update", "-qq")
        _call("apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium")
    if find() is None:
        _call(sys.executable, "-m", "playwright", "install", "chromium")


def _call(*command: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, stdout=sys.stderr, env=quiet, check=False)


def main() -> int:
    """Print the path; return the exit code."""
    path = find()
    if path is None and "--find" not in sys.argv and "RINGSCOPE_CHROMIUM" not in os.environ:
        install()
        path = find()
    print(path or HELP, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
