"""Grading without a page, by real child processes."""

import io
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from tests.server.conftest import VirtualTime, application

from ringscope.server.factory import Config
from ringscope.server.gradings import Gradings
from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.storage import Storage
from ringscope.server.wire import Grading

CREATE = "MAX_NNB: 10\nCRUD_TEST: CREATE\nTICKS: 120\n"


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[FlaskClient]:
    """A server that answers nothing at once, and takes one job at a time."""
    limits = Limits(at_once=0, jobs=1)
    with application(Config(tmp_path, limits=limits)) as client:
        yield client


def ended(client: FlaskClient, job: str) -> Grading:
    give_up = monotonic() + 60
    while monotonic() < give_up:
        grading = msgspec.convert(client.get(f"/api/grade/{job}").json, Grading)
        if grading.state != "running":
            return grading
        sleep(0.02)
    raise AssertionError("the grading never ended")


def conf(name: str, text: str = CREATE) -> dict[str, Any]:
    return {"name": name, "text": text}


def test_the_seven_of_the_course_are_graded_at_once(client: FlaskClient) -> None:
    answer = client.post("/api/grade")
    assert answer.status_code == 200
    grading = msgspec.convert(answer.json, Grading)
    assert (grading.state, grading.done, grading.total) == ("done", 7, 7)
    [report] = grading.reports
    assert (report.mp1.total, report.mp1.max, report.mp2.total, report.mp2.max) == (90, 90, 90, 90)
    assert all(check.reason for check in report.mp2.checks)


def test_files_are_graded_over_seeds(client: FlaskClient) -> None:
    files = {"file": [(io.BytesIO(CREATE.encode()), f"{name}.conf") for name in ("one", "two")]}
    answer = client.post("/api/grade?seeds=3-5", data=files)
    grading = msgspec.convert(answer.json, Grading)
    assert grading.scenarios == ["one", "two"]
    assert [report.seed for report in grading.reports] == [3, 4, 5]
    assert [report.mp2.total for report in grading.reports] == [6, 6, 6]


@pytest.mark.parametrize(
    ("conf", "seeds", "graded"),
    [
        (CREATE, None, "425-425"),
        (CREATE + "SEED: 9\n", None, "9-9"),
        (CREATE + "SEED: 9\n", "7", "7-7"),
        (CREATE, "7-8", "7-8"),
    ],
)
def test_a_scenario_has_its_own_seed_unless_told(
    time: VirtualTime, tmp_path: Path, conf: str, seeds: str | None, graded: str
) -> None:
    storage = Storage(tmp_path)
    library = Library(storage, Limits())
    gradings = Gradings(storage, library, Limits(), time.runtime, tmp_path / "gradings")
    assert gradings.start([("x", conf)], seeds).seeds == graded
    storage.close()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"scenarios": [conf("x"), conf("x")]}, "same name"),
        ({"scenarios": [conf("x"), conf("y", CREATE + "SEED: 9\n")]}, "different SEEDs"),
        ({"scenarios": [conf("a b")]}, "cannot be the name"),
        ({"scenarios": [conf("x", "MAX_NNB: 10\n")]}, "nothing to grade"),
        ({"scenarios": [conf(f"x{n}") for n in range(33)]}, "at most 32"),
    ],
)
def test_what_cannot_be_graded_is_refused(
    client: FlaskClient, body: dict[str, Any], says: str
) -> None:
    answer = client.post("/api/grade", json=body)
    assert answer.status_code in (400, 422, 429)
    assert says in answer.text


def test_a_long_grading_is_a_job_with_progress(impatient: FlaskClient, tmp_path: Path) -> None:
    answer = impatient.post("/api/grade?seeds=1-3", json={"scenarios": [conf("x")]})
    assert answer.status_code == 202
    begun = msgspec.convert(answer.json, Grading)
    assert (begun.state, begun.total) == ("running", 3)
    assert answer.headers["Location"] == f"/api/grade/{begun.job}"
    grading = ended(impatient, begun.job)
    assert (grading.state, grading.done, len(grading.reports)) == ("done", 3, 3)
    assert list((tmp_path / "gradings").iterdir()) == [], "nothing is left behind"


def test_a_job_is_cancelled_and_makes_room(impatient: FlaskClient) -> None:
    begun = impatient.post("/api/grade?seeds=1-900")
    assert begun.status_code == 202
    job = begun.json["job"]  # type: ignore[index]
    assert impatient.post("/api/grade").status_code == 429
    assert impatient.delete(f"/api/grade/{job}").status_code == 204
    assert ended(impatient, job).state == "cancelled"
    assert impatient.delete(f"/api/grade/{job}").status_code == 409
    next_job = impatient.post("/api/grade", json={"scenarios": [conf("x")]})
    assert ended(impatient, next_job.json["job"]).state == "done"  # type: ignore[index]


def test_a_grading_that_a_killed_server_left_has_failed(time: VirtualTime, tmp_path: Path) -> None:
    folder = tmp_path / "gradings"

    def opened() -> tuple[Storage, Gradings]:
        storage = Storage(tmp_path)
        library = Library(storage, Limits())
        return storage, Gradings(storage, library, Limits(), time.runtime, folder)

    storage, gradings = opened()
    job = gradings.start([("x", CREATE)], "1-9").job  # virtual time never runs it
    (folder / job).mkdir(parents=True)
    storage.close()
    storage, gradings = opened()
    found = gradings.find(job)
    assert (found.state, found.done, found.total) == ("failed", 0, 9)
    assert "post the grading again" in str(found.error)
    assert not folder.exists()
    storage.close()


def test_a_grader_that_dies_is_an_error_and_no_grade(
    impatient: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringscope.server.gradings.sys.executable", "/nowhere/python")
    job = impatient.post("/api/grade", json={"scenarios": [conf("x")]}).json
    assert job is not None
    grading = ended(impatient, job["job"])
    assert (grading.state, grading.reports) == ("failed", [])
    assert "/nowhere/python" in str(grading.error)
