"""The application factory: storage, runs, REST, Socket.IO and the page, wired together."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_socketio import SocketIO

from ringscope import __version__
from ringscope.grading.report import Report
from ringscope.server import asked, replies
from ringscope.server.api import Health, runs_api, scenarios_api
from ringscope.server.broadcast import Broadcast
from ringscope.server.gate import Gate
from ringscope.server.grade_api import grade_api
from ringscope.server.gradings import Gradings
from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.live import Live, SocketOutlet
from ringscope.server.log_api import logs_api
from ringscope.server.log_gradings import LogGradings
from ringscope.server.logs import EventsPage
from ringscope.server.looking_api import looking_api
from ringscope.server.openapi import as_openapi
from ringscope.server.pages import STATIC, pages, vendor
from ringscope.server.runs import Runs
from ringscope.server.runtime import Runtime
from ringscope.server.services import Services
from ringscope.server.storage import Storage
from ringscope.server.transcripts import Transcripts
from ringscope.server.transport import make_socketio, tune
from ringscope.server.wire import (
    Grading,
    History,
    LogGrading,
    LogLines,
    Problem,
    RunGrade,
    RunInfo,
    ScenarioInfo,
)
from ringscope.simulation.snapshot import Snapshot

_DOCUMENTED = [
    EventsPage, Grading, Health, History, LogGrading, LogLines, Problem, Report, RunGrade, RunInfo,
    ScenarioInfo, Snapshot, asked.ActionBody, asked.SpeedBody, asked.StartBody, asked.StepBody,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """What a server needs to know.

    ``instance``: folder for what must last; ``host`` and ``token``: see `Gate`; ``async_mode`` is
    Socket.IO's: ``threading`` in tests, ``eventlet`` when served.
    """

    instance: Path
    host: str = "127.0.0.1"
    token: str | None = None
    async_mode: str = "threading"
    static: Path = STATIC
    limits: Limits = field(default_factory=Limits)


def create_app(config: Config) -> OpenAPI:
    """Return the application; its services are in ``app.extensions["ringscope"]``."""
    app = OpenAPI(
        __name__,
        info=Info(title="Ringscope", version=__version__),
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        validation_error_status="4XX",  # documented already, see `openapi.problems`
        validation_error_callback=replies.invalid_request,
        static_folder=None,
        instance_path=str(config.instance.absolute()),
        openapi_extensions={},
    )
    app.config["MAX_CONTENT_LENGTH"] = config.limits.upload
    gate = Gate(config.host, config.token)
    socketio = make_socketio(config.async_mode)
    services = _services(config, socketio)
    app.extensions["ringscope"] = services
    replies.register(app)
    for part in (scenarios_api, runs_api, looking_api, grade_api, logs_api):
        app.register_api(part)
    app.register_blueprint(pages(config.static))
    app.register_blueprint(vendor)
    app.components_schemas.update(as_openapi(_DOCUMENTED))
    Live(services.runs, services.broadcast, gate).register(socketio)
    socketio.init_app(app)
    app.wsgi_app = gate.guard(tune(app.wsgi_app))  # type: ignore[assignment, method-assign]
    return app


def _runtime(socketio: SocketIO) -> Runtime:
    return Runtime(time.monotonic, socketio.sleep, socketio.start_background_task)


def _services(config: Config, socketio: SocketIO) -> Services:
    runtime = _runtime(socketio)
    storage = Storage(config.instance)
    library = Library(storage, config.limits)
    runs = Runs(storage, library, config.limits, runtime)
    broadcast = Broadcast(runs.look, SocketOutlet(socketio), runtime)
    runs.audience = broadcast
    gradings = Gradings(storage, library, config.limits, runtime, config.instance / "gradings")
    log_gradings = LogGradings(
        storage.logs, library, config.limits, runtime, config.instance / "uploads"
    )
    transcripts = Transcripts(config.limits, runtime)
    return Services(
        config.limits, runtime, storage, library, runs, gradings, log_gradings, transcripts,
        broadcast, socketio,
    )  # fmt: skip
