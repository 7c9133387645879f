"""A real server on a free port, in a process and a folder of its own, for as long as it is used."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PATIENCE = 30


class ServerFailedError(Exception):
    """The server did not start, or did not answer."""


@contextmanager
def serving(instance: Path) -> Iterator[str]:
    """Start a server; its address is the value."""
    command = [sys.executable, "-m", "ringscope.cli", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--instance", str(instance)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        lines = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stdout)
        found = next(filter(None, lines), None)
        if found is None:
            raise ServerFailedError("the server did not start")
        yield found.group()
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def post(address: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask the server for something and return its answer."""
    request = urllib.request.Request(
        f"{address}/api{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return dict(json.load(answer))
    except OSError as error:
        raise ServerFailedError(f"the server did not answer: {error}") from None
