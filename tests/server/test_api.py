"""The REST interface, asked without a network; runs wait at tick 0 until they are stepped."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from tests.server.conftest import SMALL, application
from werkzeug.test import TestResponse

from ringscope.events import AnyEvent, RunStarted
from ringscope.server.factory import Config
from ringscope.server.limits import Limits
from ringscope.server.wire import RunInfo


def start(client: FlaskClient, **body: Any) -> RunInfo:
    asked = {"text": SMALL, "paused": True} | body
    answer = client.post("/api/runs", json=asked)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/runs/{answer.json['id']}"
    return msgspec.convert(answer.json, RunInfo)


def step(client: FlaskClient, run: RunInfo, ticks: int) -> None:
    assert client.post(f"/api/runs/{run.id}/step", json={"ticks": ticks}).status_code == 200


def problem(answer: TestResponse) -> dict[str, Any]:
    """Check that an answer is a problem as RFC 9457 has it, and return it."""
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert set(answer.json) == {"type", "title", "status", "detail"}
    assert answer.json["status"] == answer.status_code >= 400
    assert "Traceback" not in answer.text
    assert answer.json["detail"][-1] in ".!?'"
    found: dict[str, Any] = answer.json
    return found


# --- scenarios -----------------------------------------------------------------------------------


def test_scenarios_are_listed_and_read(client: FlaskClient) -> None:
    listed = client.get("/api/scenarios").json
    assert listed is not None
    assert listed[0]["name"] == "singlefailure"
    assert client.get("/api/scenarios/read").json == next(s for s in listed if s["name"] == "read")


def test_a_scenario_is_uploaded_in_any_of_three_ways(client: FlaskClient) -> None:
    file = {"file": (io.BytesIO(SMALL.encode()), "one.conf")}
    answers = [
        client.post("/api/scenarios", data=file),
        client.post("/api/scenarios?name=two", data=SMALL, content_type="text/plain"),
        client.post("/api/scenarios", json={"name": "three", "text": SMALL}),
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    for name in ("one", "two", "three"):
        found = client.get(f"/api/scenarios/{name}").json
        assert found is not None
        assert (found["text"], found["shipped"]) == (SMALL, False)
    assert client.delete("/api/scenarios/one").status_code == 204
    assert client.get("/api/scenarios/one").status_code == 404


# --- runs ----------------------------------------------------------------------------------------


def test_a_run_is_started_driven_and_deleted(client: FlaskClient) -> None:
    run = start(client, seed=7, speed=5)
    assert (run.seed, run.speed, run.tick, run.ticks, run.state) == (7, 5, 0, 60, "paused")
    step(client, run, 10)
    answer = client.post(f"/api/runs/{run.id}/actions", json={"line": "FAIL 3"}).json
    assert answer is not None
    assert answer["actions"] == ["AT 10 FAIL 3"]
    answer = client.post(f"/api/runs/{run.id}/speed", json={"speed": 0}).json
    assert answer is not None
    assert answer["speed"] == 0
    assert client.post(f"/api/runs/{run.id}/step").json["tick"] == 11  # type: ignore[index]
    assert client.post(f"/api/runs/{run.id}/pause").json["state"] == "paused"  # type: ignore[index]
    read = client.get(f"/api/runs/{run.id}").json
    assert read is not None
    assert read["scenario"] == SMALL
    assert client.get("/api/runs").json == [read | {"scenario": ""}], "texts would be too long"
    assert client.delete(f"/api/runs/{run.id}").status_code == 204
    assert client.get("/api/runs").json == []


def test_a_stored_scenario_is_run_by_name(client: FlaskClient) -> None:
    run = start(client, scenario="create", text=None)
    assert (run.name, run.peers, run.ticks) == ("create", 10, 700)


def test_any_past_tick_can_be_looked_at(client: FlaskClient) -> None:
    run = start(client)
    step(client, run, 5)
    then = client.get(f"/api/runs/{run.id}/snapshot").json
    step(client, run, 20)
    assert client.get(f"/api/runs/{run.id}/snapshot?tick=5").json == then
    history = client.get(f"/api/runs/{run.id}/history").json
    assert history is not None
    assert len(history["series"]["sent"]) == 25


def test_events_come_from_a_tick_on(client: FlaskClient) -> None:
    run = start(client)
    step(client, run, 20)
    page = client.get(f"/api/runs/{run.id}/events?from=3&to=6").json
    assert page is not None
    assert (page["from"], page["to"], page["next"]) == (3, 6, None)
    assert {event["tick"] for event in page["events"]} == {3, 4, 5}
    for event in page["events"]:
        msgspec.convert(event, AnyEvent)  # type: ignore[arg-type]
    plain = client.get(f"/api/runs/{run.id}/events?from=3&to=6&trace=false").json
    assert plain is not None
    assert "MessagesSent" not in {event["event"] for event in plain["events"]}


def test_too_many_events_are_answered_in_pages(tmp_path: Path) -> None:
    with application(Config(tmp_path, limits=Limits(events=30))) as client:
        run = start(client)
        step(client, run, 20)
        whole: list[Any] = []
        where: int | None = 0
        pages = 0
        while where is not None:
            page = client.get(f"/api/runs/{run.id}/events?from={where}").json
            assert page is not None
            whole += page["events"]
            where = page["next"]
            pages += 1
        assert pages > 2
        recording = client.get(f"/api/runs/{run.id}/events.jsonl").text
        assert [json.loads(line) for line in recording.splitlines()] == whole


def test_the_logs_are_those_of_the_command_line(client: FlaskClient, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from ringscope.cli import main

    conf = "MAX_NNB: 4\nTICKS: 120\nCRUD_TEST: CREATE\n"
    (tmp_path / "mine.conf").write_text(conf)
    out = tmp_path / "out"
    CliRunner().invoke(main, ["run", str(tmp_path / "mine.conf"), "--seed", "3", "--out", str(out)])
    run = start(client, text=conf, name="mine", seed=3)
    step(client, run, 120)
    log = client.get(f"/api/runs/{run.id}/dbg.log")
    assert log.content_type == "text/plain; charset=utf-8"
    assert log.data == (out / "mine" / "dbg.log").read_bytes()
    events = client.get(f"/api/runs/{run.id}/events.jsonl")
    assert events.data == (out / "mine" / "events.jsonl").read_bytes()
    first = msgspec.json.decode(events.data.splitlines()[0], type=AnyEvent)  # type: ignore[arg-type]
    assert isinstance(first, RunStarted)


def test_a_run_is_graded_as_of_any_tick(client: FlaskClient) -> None:
    run = start(client, text="MAX_NNB: 10\nTICKS: 120\nCRUD_TEST: CREATE\n")
    step(client, run, 120)
    early = client.get(f"/api/runs/{run.id}/grade?tick=50").json
    final = client.get(f"/api/runs/{run.id}/grade").json
    assert early is not None
    assert final is not None
    assert (early["final"], early["mp2"]["total"]) == (False, 0)
    assert (final["final"], final["mp2"]["total"], final["mp2"]["max"]) == (True, 3, 3)


def test_what_was_done_by_hand_is_noted_with_the_grade(client: FlaskClient) -> None:
    run = start(client)
    client.post(f"/api/runs/{run.id}/actions", json={"line": "FAIL 3"})
    assert "by hand" in client.get(f"/api/runs/{run.id}/grade").text


def test_plots_are_figures(client: FlaskClient) -> None:
    run = start(client)
    step(client, run, 5)
    figure = client.get(f"/api/runs/{run.id}/plots/traffic").json
    assert figure is not None
    assert len(figure["data"][0]["x"]) == 5


# --- what is refused -----------------------------------------------------------------------------

RUN = "/api/runs/{run}"
BAD = [
    ("GET", "/api/nothing", {}, 404),
    ("PUT", "/api/runs", {}, 405),
    ("GET", "/api/runs/unknown", {}, 404),
    ("DELETE", "/api/runs/unknown", {}, 404),
    ("POST", "/api/runs/unknown/pause", {}, 404),
    ("GET", "/api/scenarios/unknown", {}, 404),
    ("DELETE", "/api/scenarios/read", {}, 409),
    ("POST", "/api/scenarios", {}, 415),
    ("POST", "/api/scenarios", {"data": SMALL, "content_type": "text/plain"}, 400),
    ("POST", "/api/scenarios?nane=x", {"data": SMALL, "content_type": "text/plain"}, 400),
    ("POST", "/api/scenarios?name=x", {"data": b"\xff\xfe", "content_type": "text/plain"}, 400),
    ("POST", "/api/scenarios?name=x", {"data": "?", "content_type": "text/plain"}, 422),
    ("POST", "/api/scenarios", {"json": {"name": "x"}}, 400),
    ("POST", "/api/scenarios", {"json": {"name": "x", "text": 3}}, 400),
    ("POST", "/api/scenarios", {"json": [1]}, 400),
    ("POST", "/api/scenarios", {"data": "{", "content_type": "application/json"}, 400),
    ("POST", "/api/scenarios", {"data": {"a": "b"}}, 415),
    ("POST", "/api/runs", {}, 415),
    ("POST", "/api/runs", {"data": "{}", "content_type": "text/plain"}, 415),
    ("POST", "/api/runs", {"data": "", "content_type": "application/json"}, 400),
    ("POST", "/api/runs", {"data": b"\xff", "content_type": "application/json"}, 400),
    ("POST", "/api/runs", {"data": "[" * 100_000, "content_type": "application/json"}, 400),
    ("POST", "/api/runs", {"json": {"text": SMALL, "seed": True}}, 400),
    ("POST", "/api/runs", {"json": {"text": SMALL, "seed": "7"}}, 400),
    ("POST", "/api/runs", {"data": "{", "content_type": "application/json"}, 400),
    ("POST", "/api/runs", {"json": {}}, 400),
    ("POST", "/api/runs", {"json": {"scenario": "read", "text": SMALL}}, 400),
    ("POST", "/api/runs", {"json": {"scenario": "unknown"}}, 404),
    ("POST", "/api/runs", {"json": {"scenario": 3}}, 400),
    ("POST", "/api/runs", {"json": {"text": SMALL, "name": "<b>"}}, 400),
    ("POST", "/api/runs", {"json": {"text": "MAX_NNB: x\n"}}, 422),
    ("POST", "/api/runs", {"json": {"text": "MAX_NNB: 5001\n"}}, 422),
    ("POST", "/api/runs", {"json": {"text": SMALL, "seed": -1}}, 400),
    ("POST", "/api/runs", {"json": {"text": SMALL, "seed": 2**53}}, 400),
    ("POST", "/api/runs", {"json": {"text": SMALL, "seed": "x"}}, 400),
    ("POST", "/api/runs", {"json": {"text": SMALL, "speed": -1}}, 422),
    ("POST", "/api/runs", {"json": {"text": SMALL, "speeed": 1}}, 400),
    ("POST", RUN + "/actions", {"data": "{}", "content_type": "text/plain"}, 415),
    ("POST", RUN + "/actions", {"data": "[" * 100_000, "content_type": "application/json"}, 400),
    ("POST", RUN + "/actions", {"json": {"line": "EXPLODE"}}, 422),
    ("POST", RUN + "/actions", {"json": {"line": "FAIL 99"}}, 422),
    ("POST", RUN + "/actions", {"json": {"line": 3}}, 400),
    ("POST", RUN + "/actions", {"json": {}}, 400),
    ("POST", RUN + "/actions", {"json": {"line": "FAIL 1" + " " * 30_000}}, 400),
    ("POST", RUN + "/step", {"json": {"ticks": 0}}, 400),
    ("POST", RUN + "/step", {"json": {"ticks": 1.5}}, 400),
    ("POST", RUN + "/step", {"data": "{", "content_type": "application/json"}, 400),
    ("POST", RUN + "/step", {"data": "{}", "content_type": "text/plain"}, 415),
    ("POST", RUN + "/speed", {"data": "[" * 100_000, "content_type": "application/json"}, 400),
    ("POST", RUN + "/speed", {"json": {"speed": -1}}, 422),
    ("POST", RUN + "/speed", {"json": {"speed": "fast"}}, 400),
    ("GET", RUN + "/snapshot?tick=1", {}, 422),
    ("GET", RUN + "/snapshot?tick=x", {}, 400),
    ("GET", RUN + "/grade?tick=99999", {}, 422),
    ("GET", RUN + "/events?from=-1", {}, 400),
    ("GET", RUN + "/events?form=1", {}, 400),
    ("GET", RUN + "/plots/unknown", {}, 404),
    ("GET", "/api/grade/unknown", {}, 404),
    ("DELETE", "/api/grade/unknown", {}, 404),
    ("POST", "/api/grade?seeds=9-1", {}, 400),
    ("POST", "/api/grade?seeds=many", {}, 400),
    ("POST", f"/api/grade?seeds={2**53}", {}, 400),
    ("POST", "/api/grade", {"json": {"seed": 2**53}}, 400),
    ("POST", "/api/grade", {"data": "[" * 100_000, "content_type": "application/json"}, 400),
    ("POST", "/api/grade?seed=1&seeds=2", {}, 400),
    ("POST", "/api/grade?seeds=1-100000", {}, 429),
    ("POST", "/api/grade", {"json": {"scenarios": [{"name": "x", "text": "?"}]}}, 422),
    ("POST", "/api/grade", {"json": {"scenarios": [{"name": "x", "text": SMALL}]}}, 422),
    ("POST", "/api/grade", {"json": {"scenarios": 3}}, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD)
def test_what_cannot_be_done_is_a_problem(
    client: FlaskClient, method: str, path: str, body: dict[str, Any], status: int
) -> None:
    path = path.format(run=start(client).id)
    answer = client.open(path, method=method, **body)
    assert answer.status_code == status, answer.text
    problem(answer)


def test_a_body_that_is_no_json_is_told_why(client: FlaskClient) -> None:
    answer = client.post("/api/runs", data="{", content_type="application/json")
    assert problem(answer)["detail"].startswith("The body is not JSON: ")


def test_a_body_beyond_the_limit_is_a_problem(tmp_path: Path) -> None:
    with application(Config(tmp_path, limits=Limits(upload=100))) as client:
        answer = client.post("/api/scenarios?name=x", data="#" * 101, content_type="text/plain")
        assert answer.status_code == 413
        assert "100 bytes" in problem(answer)["detail"]


def test_a_mistake_of_ours_is_a_problem_without_its_inside(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def all_runs(self: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("ringscope.server.runs.Runs.all", all_runs)
    answer = client.get("/api/runs")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    problem(answer)
    assert "ZeroDivisionError" in caplog.text


# --- headers -------------------------------------------------------------------------------------


def test_a_page_of_ours_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    headers = client.get("/api/health").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_large_answers_are_compressed_for_who_can_read_it(client: FlaskClient) -> None:
    plain = client.get("/api/scenarios")
    packed = client.get("/api/scenarios", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert (
        "Content-Encoding"
        not in client.get("/api/health", headers={"Accept-Encoding": "gzip"}).headers
    )


def test_the_openapi_document_describes_every_address(client: FlaskClient) -> None:
    document = client.get("/openapi/openapi.json").json
    assert document is not None
    documented = {
        (method.upper(), path.replace("{", "<").replace("}", ">"))
        for path, operations in document["paths"].items()
        for method in operations
    }
    rules = {
        (method, rule.rule)
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api")
    }
    assert documented == rules
    refs = set(_refs(document))
    assert {ref.rsplit("/", 1)[-1] for ref in refs} <= set(document["components"]["schemas"])


def test_the_openapi_document_says_what_each_address_takes_and_answers(
    client: FlaskClient,
) -> None:
    document = client.get("/openapi/openapi.json").json
    assert document is not None
    bodies = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            statuses = set(operation["responses"])
            assert "4XX" in statuses, (method, path)
            assert {status[0] for status in statuses} == {"2", "4"}, (method, path)
            assert "422" not in statuses
            [(mimetype, answer)] = operation["responses"]["4XX"]["content"].items()
            assert mimetype == "application/problem+json"
            assert answer["schema"]["$ref"].endswith("/Problem")
            assert ("security" in operation) == (method != "get"), (method, path)
            if method == "delete":
                assert "content" not in operation["responses"]["204"]
            if "requestBody" in operation:
                bodies[path.rsplit("/", 1)[-1]] = operation["requestBody"]["content"]
    for name, kind in {
        "runs": "StartBody", "actions": "ActionBody", "step": "StepBody", "speed": "SpeedBody"
    }.items():  # fmt: skip
        assert bodies[name]["application/json"]["schema"]["$ref"].endswith(f"/{kind}")


def _refs(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for part in value.values() for ref in _refs(part)]
    return [ref for part in value for ref in _refs(part)] if isinstance(value, list) else []


def test_the_page_that_shows_it_needs_no_network(client: FlaskClient) -> None:
    page = client.get("/openapi/swagger").text
    assert "//" not in page.replace("// Begin", "").replace("// End", "")
    for file in ("js/swagger-ui-bundle.js", "css/swagger-ui.css"):
        with client.get(f"/openapi/swagger/{file}") as answer:
            assert answer.status_code == 200
