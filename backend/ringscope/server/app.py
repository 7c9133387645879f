"""Serving: the only module that knows eventlet.

It patches Python first and imports the rest of the server only then, because what was imported
before would keep waiting the old way.
"""

import errno
import logging
import signal
import socket
import sys
import warnings
from pathlib import Path
from typing import Any, NoReturn

from ringscope.server.gate import is_loopback, is_usable


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 5000,
    token: str | None = None,
    instance: Path | None = None,
    play: str | None = None,
) -> None:
    """Serve until Ctrl-C; exits with code 2 and a sentence if the server cannot be started.

    ``port`` 0 takes any free one.  ``token``: what changes ask for; needed when ``host`` can be
    reached from other machines.  ``instance``: folder for what must last, ``instance`` in the
    current folder if None.  ``play``: a shipped scenario to start unless such a run is under way.
    """
    if not is_loopback(host) and not token:
        _cannot(
            f"{host} can be reached from other machines, so changes need a token; "
            "add --token SECRET or listen on 127.0.0.1"
        )
    if token and not is_usable(token):
        _cannot(
            "the token must be plain ASCII without blanks around it, or no request could send it"
        )
    eventlet = _patched_eventlet()
    try:
        listener = _listen(eventlet, host, port)
    except OSError as error:
        _cannot(_why_not(error, host, port))
    from ringscope.kernel import uncompiled_notice
    from ringscope.server.factory import Config, create_app
    from ringscope.server.storage import InUseError

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    config = Config(instance or Path("instance"), host=host, token=token, async_mode="eventlet")
    try:
        app = create_app(config)
    except InUseError as error:
        _cannot(f"{error}; stop it or add --instance FOLDER")
    services = app.extensions["ringscope"]
    if notice := uncompiled_notice():
        print(f"ringscope: {notice}", file=sys.stderr)
    try:
        path = _play(services.runs, services.library, play) if play else ""
        print(f"Ringscope is at {_address(host, listener.getsockname()[1])}{path}", flush=True)
        serving = eventlet.spawn(eventlet.wsgi.server, listener, app, log_output=False, debug=False)
        eventlet.spawn(_warm_up)
        _wait_for_a_signal()
        serving.kill()
        print("Stopped.", flush=True)
    finally:
        services.close()


def _patched_eventlet() -> Any:
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()
    import eventlet.wsgi

    return eventlet


def _wait_for_a_signal() -> None:
    """Return after Ctrl-C or a polite kill.

    Not by an exception: it could strike in the middle of a tick and break a run.  Python itself
    writes to ``outside`` when a signal comes; the second time it kills.
    """
    inside, outside = socket.socketpair()
    outside.setblocking(False)
    signal.set_wakeup_fd(outside.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: signal.signal(number, signal.SIG_DFL))
    inside.recv(1)
    signal.set_wakeup_fd(-1)
    inside.close()
    outside.close()


def _listen(eventlet: Any, host: str, port: int) -> Any:
    """Listen without sharing the port, and without waiting to fill packets."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = eventlet.listen((host.strip("[]"), port), family=family, reuse_port=False)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use already; stop what uses it or add --port {port + 1}"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights; choose one above 1023 with --port"
    return f"cannot listen on {host}, port {port}: {error.strerror or error}"


def _cannot(reason: str) -> NoReturn:
    print(f"ringscope: {reason}", file=sys.stderr)
    sys.exit(2)


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return (
        f"http://{f'[{shown}]' if ':' in shown.strip('[]') and shown[0] != '[' else shown}:{port}"
    )


def _warm_up() -> None:
    """Load the compiled kernels now, so that the first tick of a run keeps nobody waiting."""
    from ringscope.simulation.cluster import Cluster
    from ringscope.simulation.scenario import parse_scenario

    cluster = Cluster(parse_scenario("MAX_NNB: 2\nTICKS: 3\n", "warm-up"))
    while not cluster.finished:
        cluster.step()


def _play(runs: Any, library: Any, name: str) -> str:
    """Start ``name`` unless there is a run to go on with; return where to see it."""
    known = runs.all()
    for run in known:
        if run.name == name and run.state in ("running", "paused"):
            runs.resume(runs.find(run.id))
            return f"/runs/{run.id}"
    scenario = library.find(name)
    return f"/runs/{runs.start(scenario.name, scenario.text).id}"
