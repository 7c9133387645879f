"""Clients that go away or do not read, without a network."""

from pathlib import Path

import pytest
from flask_socketio import SocketIOTestClient
from tests.server.conftest import SMALL, application

from ringscope.server.factory import Config
from ringscope.server.services import Services
from ringscope.server.session import Session


@pytest.mark.parametrize("question", ["watch", "seek"])
def test_who_does_not_read_is_sent_no_more_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    with application(Config(tmp_path)) as client:
        services: Services = client.application.extensions["ringscope"]
        run = services.runs.start("small", SMALL, paused=True).id
        page = services.socketio.test_client(client.application)
        asked = {"run": run} | ({"tick": 0} if question == "seek" else {})
        unread = 4
        monkeypatch.setattr("ringscope.server.live.backlog", lambda *_: unread)
        assert page.emit(question, asked, callback=True)["status"] == 429
        unread = 3
        assert page.emit(question, asked, callback=True)["snapshot"]["tick"] == 0


def test_who_goes_away_while_a_run_comes_back_does_not_watch_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(Config(tmp_path)) as client:
        services: Services = client.application.extensions["ringscope"]
        run = services.runs.start("small", SMALL, paused=True).id
        page: SocketIOTestClient = services.socketio.test_client(client.application)
        find = services.runs.find

        def find_slowly(run: str) -> Session:
            if page.is_connected():
                page.disconnect()
            return find(run)

        monkeypatch.setattr(services.runs, "find", find_slowly)
        page.emit("watch", {"run": run})
        assert not services.broadcast.watches(run)
