"""Starting and stopping a server."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from tests.server.conftest import Server, serving

from ringscope.server.storage import Storage


def serve(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a server that is expected to give up by itself."""
    code = (
        "import sys, pathlib\n"
        "from ringscope.server.app import serve\n"
        "host, port, *token, folder = sys.argv[1:]\n"
        "serve(host=host, port=int(port), instance=pathlib.Path(folder), token=''.join(token))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *options, str(folder)],
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = serve(tmp_path, "127.0.0.1", str(port))
    assert ended.returncode == 2
    assert ended.stderr == (
        f"ringscope: port {port} is in use already; stop what uses it or add --port {port + 1}\n"
    )


def test_a_folder_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    with serving(folder):
        ended = serve(folder, "127.0.0.1", "0")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"ringscope: another server uses the folder {folder}; stop it or add --instance FOLDER\n"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_listening_elsewhere_needs_a_token(tmp_path: Path, host: str) -> None:
    ended = serve(tmp_path, host, "0")
    assert ended.returncode == 2
    assert "changes need a token" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("token", ["gehe\u00efm", " secret", "a\nb"])
def test_a_token_that_no_request_could_send_is_refused(tmp_path: Path, token: str) -> None:
    ended = serve(tmp_path, "127.0.0.1", "0", token)
    assert ended.returncode == 2
    assert ended.stderr.startswith("ringscope: the token must be plain ASCII")
    assert os.listdir(tmp_path) == [], "nothing was made"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    with serving(tmp_path / "instance") as server:
        assert requests.get(f"{server.url}/api/health", timeout=10).json()["status"] == "ok"
        assert server.stop(how) == 0
    assert (tmp_path / "instance.stderr").read_text() == ""


def test_it_ends_cleanly_in_the_middle_of_work(tmp_path: Path) -> None:
    with serving(tmp_path / "instance") as server:
        body = {"text": "MAX_NNB: 100\nTICKS: 10000\n", "speed": 0}
        run = requests.post(f"{server.url}/api/runs", json=body, timeout=30).json()["id"]
        while requests.get(f"{server.url}/api/runs/{run}", timeout=30).json()["tick"] < 20:
            pass
        assert server.stop(signal.SIGINT) == 0
    assert (tmp_path / "instance.stderr").read_text() == ""
    storage = Storage(tmp_path / "instance")
    stored = storage.run(run)
    storage.close()
    assert stored is not None
    assert (stored.state, stored.tick >= 20) == ("paused", True)


def test_a_demo_plays_at_once_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    def plays(server: Server) -> str:
        found = re.search(r"/runs/(\w+)", server.said)
        assert found
        answer = requests.get(f"{server.url}/api/runs/{found[1]}", timeout=10).json()
        assert (answer["name"], answer["state"]) == ("read", "running")
        return found[1]

    with serving(tmp_path / "instance", "--demo", "read") as server:
        first = plays(server)
        server.stop()
    with serving(tmp_path / "instance", "--demo", "read") as server:
        assert plays(server) == first


def test_a_host_that_is_not_ours_is_refused(server: Server) -> None:
    answer = requests.get(f"{server.url}/", headers={"Host": "evil.example"}, timeout=10)
    assert answer.status_code == 421
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_sites_page_changes_nothing(server: Server) -> None:
    answer = requests.post(
        f"{server.url}/api/runs",
        json={"scenario": "read"},
        headers={"Origin": "http://evil.example"},
        timeout=10,
    )
    assert answer.status_code == 403
    assert (
        requests.post(
            f"{server.url}/api/runs",
            json={"scenario": "read", "paused": True},
            headers={"Origin": server.url},
            timeout=10,
        ).status_code
        == 201
    )


def test_the_port_is_not_shared(server: Server, tmp_path: Path) -> None:
    port = server.url.rsplit(":", 1)[1]
    assert serve(tmp_path, "127.0.0.1", port).returncode == 2
    assert os.listdir(tmp_path) == [], "nothing was made"
