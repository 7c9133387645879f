"""What an application is made of, and how a request finds it."""

from dataclasses import dataclass
from typing import cast

from flask import current_app
from flask_socketio import SocketIO

from ringscope.server.broadcast import Broadcast
from ringscope.server.gradings import Gradings
from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.log_gradings import LogGradings
from ringscope.server.runs import Runs
from ringscope.server.runtime import Runtime
from ringscope.server.storage import Storage
from ringscope.server.transcripts import Transcripts


@dataclass(frozen=True, slots=True)
class Services:
    """What an application is made of; found at ``app.extensions["ringscope"]``."""

    limits: Limits
    runtime: Runtime
    storage: Storage
    library: Library
    runs: Runs
    gradings: Gradings
    log_gradings: LogGradings
    transcripts: Transcripts
    broadcast: Broadcast
    socketio: SocketIO

    def close(self) -> None:
        """Note how far everything has come, and stop."""
        self.runs.close()
        self.gradings.close()
        self.log_gradings.close()
        self.transcripts.close()
        self.storage.close()


def services() -> Services:
    """Return what the application that answers this request is made of."""
    return cast(Services, current_app.extensions["ringscope"])
