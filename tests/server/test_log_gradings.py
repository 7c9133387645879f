"""Logs that any program wrote: uploaded, graded by real child processes, and shown as runs."""

import gzip
import io
import re
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import socketio
from flask.testing import FlaskClient
from tests.server.conftest import application, serving
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.server.factory import Config
from ringscope.server.limits import Limits
from ringscope.server.wire import LogGrading, LogLines, LogSetGrade, RunGrade, RunInfo
from ringscope.simulation.scenario import load_scenario
from ringscope.simulation.snapshot import Snapshot

TESTCASES = Path(__file__).parents[2] / "testcases"
BOMB = b"\0" * 3_000_000


@lru_cache(maxsize=7)
def our_log(name: str) -> bytes:
    scenario = load_scenario(TESTCASES / f"{name}.conf")
    log = DebugLog(store=scenario.crud_test is not None)
    run(scenario, observers=[log], trace=False)
    return log.text().encode()


def multipart(*files: tuple[str, bytes], **fields: str) -> tuple[bytes, str]:
    """The body of an upload, and its type."""
    sent = [FileStorage(io.BytesIO(content), filename=name) for name, content in files]
    boundary, body = encode_multipart({"log": sent, **fields})
    return body, f"multipart/form-data; boundary={boundary}"


def upload(client: FlaskClient, *files: tuple[str, bytes], **fields: str) -> TestResponse:
    body, kind = multipart(*files, **fields)
    return client.post("/api/grade-log", data=body, content_type=kind)


def graded(client: FlaskClient, *files: tuple[str, bytes], **fields: str) -> LogGrading:
    answer = upload(client, *files, **fields)
    assert answer.status_code == 200, answer.text
    return msgspec.convert(answer.json, LogGrading)


def only(grading: LogGrading) -> LogSetGrade:
    [one] = grading.sets
    return one


def zipped(*files: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server that only tests use which leave it as it was, but for gradings."""
    with application(Config(tmp_path_factory.mktemp("logs"))) as client:
        yield client


@pytest.fixture(scope="module")
def read_log(looked_at: FlaskClient) -> LogGrading:
    """The grading of our own read.log."""
    return graded(looked_at, ("read.log", our_log("read")))


def replay_of(grading: LogGrading) -> str:
    replay = only(grading).logs[0].replay
    assert replay
    return replay


# --- grading --------------------------------------------------------------------------------------


def test_a_submission_is_graded_by_both_rubrics(looked_at: FlaskClient) -> None:
    names = ("create", "delete", "read", "update")
    one = only(graded(looked_at, *((f"{name}.log", our_log(name)) for name in names)))
    assert one.kind == "mp2"
    assert one.error is None
    assert one.official
    assert one.strict
    assert (one.official.total, one.official.max) == (90, 90)
    assert one.strict.total == one.strict.max
    assert [log.test for log in one.logs] == [*names]
    assert all(log.replay and log.lines > 500 and not log.unread for log in one.logs)


def test_a_lost_point_is_explained_with_its_lines(looked_at: FlaskClient) -> None:
    log = our_log("read").replace(b"coordinator: read success", b"coordinator: raed success")
    one = only(graded(looked_at, ("read.log", log), rubric="official"))
    assert one.strict is None
    assert one.official
    [lost, *_] = [check for check in one.official.checks if not check.passed]
    assert lost.explanation
    assert lost.explanation.causes
    assert one.logs[0].unread > 0


def test_a_log_that_does_not_say_what_it_is_is_taken_for_the_likeliest(
    looked_at: FlaskClient,
) -> None:
    for name in ("delete", "multifailure"):
        one = only(graded(looked_at, ("dbg.log", our_log(name))))
        assert [log.test for log in one.logs] == [name]
        assert f"taken for {name}" in one.notes[0]


def test_a_named_scenario_decides(looked_at: FlaskClient) -> None:
    conf = "msgdropsinglefailure"
    one = only(graded(looked_at, ("dbg.log", our_log("singlefailure")), conf=conf))
    assert [log.test for log in one.logs] == [conf]
    assert not one.notes


def test_a_missing_log_has_no_replay(looked_at: FlaskClient) -> None:
    one = only(graded(looked_at, ("a/create.log", our_log("create")), ("a/read.log", b"")))
    found = {log.test: (log.replay is not None, log.why) for log in one.logs}
    assert found["create"] == (True, "")
    assert found["delete"] == (False, "there is no such log")
    assert found["read"] == (False, "the log has no line about a peer")


def test_a_zip_holds_many_submissions(looked_at: FlaskClient) -> None:
    packed = zipped(
        ("class/ann/create.log", our_log("create")),
        ("class/bob/dbg.log", our_log("create")),
        ("class/bob/src/notes.txt", b"hello"),
        ("class/eve/notes.txt", b"hello"),
    )
    grading = graded(looked_at, ("class.zip", packed))
    assert [one.path for one in grading.sets] == ["class/ann", "class/bob", "class/eve"]
    assert grading.sets[2].error
    assert not grading.sets[2].logs


def test_a_folder_may_come_as_its_files(looked_at: FlaskClient) -> None:
    grading = graded(
        looked_at,
        ("class/ann/create.log", our_log("create")),
        ("class/bob/create.log", our_log("create")),
    )
    assert [one.path for one in grading.sets] == ["class/ann", "class/bob"]


def test_a_grading_can_be_read_again_until_it_is_deleted(looked_at: FlaskClient) -> None:
    answer = upload(looked_at, ("create.log", our_log("create")))
    place = answer.headers["Location"]
    again = looked_at.get(place, headers={"Accept-Encoding": "gzip"})
    assert msgspec.json.decode(gzip.decompress(again.data)) == answer.json
    replay = replay_of(msgspec.convert(answer.json, LogGrading))
    assert looked_at.delete(place).status_code == 204
    for gone in (place, f"/api/runs/{replay}", f"/api/logs/{replay}/lines?to=3"):
        assert looked_at.get(gone).status_code == 404
    assert looked_at.delete(place).status_code == 404


# --- replays --------------------------------------------------------------------------------------


def test_a_replay_is_a_finished_run_that_is_not_listed(
    looked_at: FlaskClient, read_log: LogGrading
) -> None:
    replay = replay_of(read_log)
    info = msgspec.convert(looked_at.get(f"/api/runs/{replay}").json, RunInfo)
    assert (info.id, info.origin, info.grading) == (replay, "log", read_log.id)
    assert (info.state, info.peers, info.tick) == ("finished", 10, info.ticks)
    assert looked_at.get("/api/runs").json == []


def test_a_replay_can_be_looked_at_after_any_tick(
    looked_at: FlaskClient, read_log: LogGrading
) -> None:
    place = f"/api/runs/{replay_of(read_log)}"
    early = msgspec.convert(looked_at.get(f"{place}/snapshot?tick=0").json, Snapshot)
    assert {peer.state for peer in early.peers} == {"waiting"}
    late = msgspec.convert(looked_at.get(f"{place}/snapshot").json, Snapshot)
    assert "failed" in {peer.state for peer in late.peers}
    assert late.unknown
    refused = looked_at.get(f"{place}/snapshot?tick=9999")
    assert refused.status_code == 422
    operations = looked_at.get(f"{place}/history").json["operations"]
    assert len(operations) == 106
    assert looked_at.get(f"{place}/plots/members").status_code == 200


def test_a_replay_shows_the_grade_of_its_log(looked_at: FlaskClient, read_log: LogGrading) -> None:
    grade = looked_at.get(f"/api/runs/{replay_of(read_log)}/grade?tick=5").json
    shown = msgspec.convert(grade, RunGrade)
    assert shown.final
    assert shown.mp2 == only(read_log).official
    assert shown.note


def test_the_log_of_a_replay_is_byte_for_byte_what_was_sent(
    looked_at: FlaskClient, read_log: LogGrading
) -> None:
    answer = looked_at.get(f"/api/runs/{replay_of(read_log)}/dbg.log")
    assert answer.data == our_log("read")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/pause", None),
        ("post", "/resume", None),
        ("post", "/step", None),
        ("post", "/speed", {"speed": 5}),
        ("post", "/actions", {"line": "FAIL 3"}),
        ("delete", "", None),
        ("get", "/events", None),
        ("get", "/events.jsonl", None),
    ],
)
def test_a_replay_cannot_be_changed(
    looked_at: FlaskClient, read_log: LogGrading, method: str, path: str, body: object
) -> None:
    ask = getattr(looked_at, method)
    answer = ask(f"/api/runs/{replay_of(read_log)}{path}", json=body)
    assert answer.status_code == 409
    assert "can only be looked at" in answer.json["detail"]


def test_an_unknown_replay_is_not_found(looked_at: FlaskClient) -> None:
    assert looked_at.get("/api/runs/log-nothing-1").status_code == 404
    assert looked_at.post("/api/runs/log-nothing-1/pause").status_code == 404


# --- lines ----------------------------------------------------------------------------------------


def test_lines_are_numbered_as_in_the_file(looked_at: FlaskClient, read_log: LogGrading) -> None:
    log = our_log("read").decode().split("\n")
    place = f"/api/logs/{replay_of(read_log)}/lines"
    shown = msgspec.convert(looked_at.get(f"{place}?from=10&to=14").json, LogLines)
    assert (shown.first, shown.total, shown.lines) == (10, len(log), log[9:14])
    end = msgspec.convert(
        looked_at.get(f"{place}?from={len(log)}&to={len(log) + 99}").json, LogLines
    )
    assert end.lines == log[-1:]


@pytest.mark.parametrize("asked", ["from=5&to=4", "from=0&to=4", "to=501", "from=1", "to=x"])
def test_lines_are_asked_for_in_small_numbers(
    looked_at: FlaskClient, read_log: LogGrading, asked: str
) -> None:
    answer = looked_at.get(f"/api/logs/{replay_of(read_log)}/lines?{asked}")
    assert answer.status_code in (400, 422)


def test_lines_of_a_long_log_are_found_wherever_they_are(looked_at: FlaskClient) -> None:
    chatter = b"".join(b" 1.0.0.0:0 [%d] chatter %07d\n" % (n // 900, n) for n in range(90_000))
    grading = graded(looked_at, ("create.log", our_log("create") + b"\n" + chatter))
    before = our_log("create").count(b"\n") + 1
    for number in (0, 8_000, 44_444, 89_990):
        first = before + number + 1
        place = f"/api/logs/{replay_of(grading)}/lines?from={first}&to={first + 300}"
        shown = msgspec.convert(looked_at.get(place).json, LogLines)
        assert shown.lines[0].endswith(f"chatter {number:07d}")
        assert len(shown.lines) == min(301, 90_000 - number)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 1000,
        b"\xff\xfe" + "no log".encode("utf-16-le"),
        b"x" * 2_000_000,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"1.0.0.0:0 [999999999] Node 255.255.255.255:0 joined at time 999999999\n",
        b" 1.0.0.0:0 [5] Node 2.0.0.0:0 joined at time 5\r\n" * 50,
        b" 1.0.0.0:0 [9] READ OPERATION KEY: \xff\x9d VALUE: \x00 at time: 9\n",
    ],
)
def test_no_log_is_too_strange(looked_at: FlaskClient, content: bytes) -> None:
    one = only(graded(looked_at, ("read.log", content)))
    assert one.official
    assert one.official.total == 0
    for log in one.logs:
        if log.replay:
            assert looked_at.get(f"/api/runs/{log.replay}/snapshot").status_code == 200
            assert looked_at.get(f"/api/runs/{log.replay}/history").status_code == 200


def test_what_says_nothing_is_told_so(looked_at: FlaskClient) -> None:
    one = only(graded(looked_at, ("dbg.log", b"hello\n")))
    assert one.error
    assert "does not say" in one.error


@pytest.mark.parametrize(
    "name", ["../read.log", "/etc/read.log", "a/../../read.log", "C:/x/read.log"]
)
def test_a_name_that_leads_elsewhere_is_refused(looked_at: FlaskClient, name: str) -> None:
    assert upload(looked_at, (name, our_log("read"))).status_code == 422


@pytest.mark.parametrize(
    "packed",
    [
        zipped(("../read.log", b"x")),
        zipped(("/read.log", b"x")),
        zipped(*((f"{n}/read.log", BOMB) for n in range(30))),
        zipped(("read.log", b"x"))[:-8],
        b"PK\x03\x04 and nothing else",
    ],
    ids=["dots", "root", "bomb", "cut", "fake"],
)
def test_a_zip_that_could_harm_is_refused(looked_at: FlaskClient, packed: bytes) -> None:
    answer = upload(looked_at, ("class.zip", packed))
    assert answer.status_code == 422
    assert "zip class.zip is refused" in answer.json["detail"]


@pytest.mark.parametrize(
    ("files", "fields", "status"),
    [
        ([], {"rubric": "both"}, 400),
        ([("read.log", b"x"), ("read.log", b"y")], {}, 400),
        ([("read.log", b"x")], {"rubric": "kind"}, 400),
        ([("read.log", b"x")], {"colour": "red"}, 400),
        ([("read.log", b"x")], {"conf": "nothing-like-that"}, 404),
        ([("", b"x")], {}, 422),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    looked_at: FlaskClient, files: list[tuple[str, bytes]], fields: dict[str, str], status: int
) -> None:
    answer = upload(looked_at, *files, **fields)
    assert answer.status_code == status
    assert answer.json["detail"]


def test_other_fields_and_other_forms_are_refused(looked_at: FlaskClient) -> None:
    wrong = looked_at.post("/api/grade-log", data={"file": (io.BytesIO(b"x"), "read.log")})
    assert wrong.status_code == 400
    assert "log" in wrong.json["detail"]
    assert looked_at.post("/api/grade-log", json={"log": "x"}).status_code == 415


# --- limits ---------------------------------------------------------------------------------------


def limited(folder: Path, **limits: Any) -> Config:
    return Config(folder, limits=Limits(**limits))


def test_too_much_is_refused_or_left_out(tmp_path: Path) -> None:
    sets = ("a/read.log", our_log("read")), ("b/read.log", our_log("read"))
    with application(limited(tmp_path / "sets", log_sets=1)) as client:
        assert upload(client, *sets).status_code == 422
    with application(limited(tmp_path / "bytes", log_upload=1000)) as client:
        answer = upload(client, *sets)
        assert answer.status_code == 413
        assert "1000 bytes" in answer.json["detail"]
    with application(limited(tmp_path / "jobs", log_jobs=0, log_wait=0.0)) as client:
        assert upload(client, *sets).status_code == 429
    with application(limited(tmp_path / "lines", log_bytes=1000)) as client:
        [log] = [log for log in graded(client, *sets).sets[0].logs if log.test == "read"]
        assert log.replay
        assert log.why
        assert client.get(f"/api/runs/{log.replay}/dbg.log").status_code == 404
    assert not any((tmp_path / "sets" / "uploads").iterdir()), "nothing is left behind"


def test_a_grading_that_takes_too_long_says_so(tmp_path: Path) -> None:
    with application(limited(tmp_path, log_seconds=0.0)) as client:
        one = only(graded(client, ("read.log", our_log("read"))))
        assert one.error
        assert "not graded" in one.error


def test_a_key_that_is_a_hostile_expression_ends_its_own_grading_only(tmp_path: Path) -> None:
    log = our_log("create")
    key = re.search(rb"KEY: (\S+) ", log)
    assert key
    slow = log.replace(b"KEY: " + key[1] + b" ", rb"KEY: \(a*\)*\(a*\)*b ", 1)
    slow += b"\n 1.0.0.0:0 [600] server: create success at time 600, transID=1, key=" + b"a" * 99
    with application(limited(tmp_path, log_patience=3.0)) as client:
        grading = graded(client, ("bad/create.log", slow), ("good/create.log", log))
        bad, good = grading.sets
        assert bad.error == "grading its logs took longer than 3 seconds"
        assert bad.logs[0].replay
        assert good.official
        assert good.official.checks[0].passed


def test_many_uploads_at_once_wait_for_each_other(tmp_path: Path) -> None:
    with application(limited(tmp_path, log_jobs=1, log_wait=60.0)) as client:
        app = client.application

        def one(_: int) -> str:
            return graded(app.test_client(), ("create.log", our_log("create"))).id

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(one, range(4)))
        assert len(set(found)) == 4
        assert all(client.get(f"/api/grade-log/{grading}").status_code == 200 for grading in found)


def test_the_oldest_gradings_make_room(tmp_path: Path) -> None:
    with application(limited(tmp_path, log_gradings=2, replays=1)) as client:
        log = our_log("create")
        three = [graded(client, ("create.log", log), rubric="official") for _ in range(3)]
        found = [client.get(f"/api/grade-log/{grading.id}").status_code for grading in three]
        assert found == [404, 200, 200]
        shown = [client.get(f"/api/runs/{replay_of(one)}").status_code for one in three]
        assert shown == [404, 200, 200]


def test_gradings_and_replays_survive_a_restart(tmp_path: Path) -> None:
    with application(Config(tmp_path)) as client:
        grading = graded(client, ("read.log", our_log("read")))
        before = client.get(f"/api/runs/{replay_of(grading)}/snapshot?tick=200").json
    with application(Config(tmp_path)) as client:
        again = msgspec.convert(client.get(f"/api/grade-log/{grading.id}").json, LogGrading)
        assert again == grading
        assert client.get(f"/api/runs/{replay_of(grading)}/snapshot?tick=200").json == before


def test_only_who_has_the_token_may_upload(tmp_path: Path) -> None:
    with application(Config(tmp_path, token="secret")) as client:
        assert upload(client, ("read.log", b"x")).status_code == 401


def test_a_real_server_grades_and_shows(tmp_path: Path) -> None:
    with serving(tmp_path / "instance") as server:
        body, kind = multipart(("read.log", our_log("read")))
        request = urllib.request.Request(
            f"{server.url}/api/grade-log", body, {"Content-Type": kind}
        )
        with urllib.request.urlopen(request) as answer:
            grading = msgspec.json.decode(answer.read(), type=LogGrading)
        with socketio.SimpleClient() as client:
            client.connect(server.url)
            frame = client.call("watch", {"run": replay_of(grading)})
            assert frame["complete"]
            assert frame["state"] == "finished"
            assert len(frame["history"]["operations"]) == 106
            past = client.call("seek", {"run": replay_of(grading), "tick": 120})
            assert past["snapshot"]["tick"] == 120
            for question, more in (("control", {"command": "resume"}), ("act", {"line": "FAIL 3"})):
                problem = client.call(question, {"run": replay_of(grading), **more})
                assert problem["status"] == 409
