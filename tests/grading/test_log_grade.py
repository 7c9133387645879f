"""The grade of a log set: missing logs, broken ones, notes, and both rubrics."""

import signal
from io import BytesIO
from typing import BinaryIO

import msgspec
import pytest

from ringscope.grading import log_batch, log_grade
from ringscope.grading.log_batch import grade_one
from ringscope.grading.log_grade import LogSetGrade, Rubric, grade_log_set, printable
from ringscope.grading.log_set import TESTS, Kind, LogFile, LogSet, LogSetError, Unreadable
from ringscope.grading.report import Section
from ringscope.grading.rubric import OFFICIAL_ORDER
from ringscope.simulation.scenario import Scenario, parse_scenario

from .conftest import Lines


class Bytes:
    """A log in memory; an exception instead of bytes is raised when it is opened."""

    def __init__(self, data: bytes | Exception) -> None:
        self.data = data
        self.size = len(data) if isinstance(data, bytes) else 0

    def open(self) -> BinaryIO:
        if isinstance(self.data, Exception):
            raise self.data
        return BytesIO(self.data)


def log_set(kind: Kind, logs: dict[str, bytes | Exception]) -> LogSet:
    files: dict[str, LogFile] = {name: Bytes(data) for name, data in logs.items()}
    return LogSet("ann", kind, files, tuple(TESTS[kind]))


def written(perfect: dict[str, Lines], kind: Kind) -> dict[str, bytes | Exception]:
    return {name: "\n".join(perfect[name]).encode() for name in TESTS[kind]}


def points(grade: LogSetGrade) -> dict[str, int]:
    return {check.id: check.points for check in grade.section.checks if check.points}


@pytest.mark.parametrize("kind", ["mp1", "mp2"])
def test_perfect_logs_get_ninety_points_in_the_official_order(
    kind: Kind, perfect: dict[str, Lines]
) -> None:
    grade = grade_log_set(log_set(kind, written(perfect, kind)))
    assert (grade.section.total, grade.section.max, grade.full_marks) == (90, 90, True)
    ids = [check.id for check in grade.section.checks]
    assert ids == [name for name in OFFICIAL_ORDER if name in ids]
    assert (grade.strict, grade.missing, grade.notes) == (None, (), ())


@pytest.mark.parametrize("empty", [{}, {"create": b"", "read": b"", "multifailure": b""}])
def test_nothing_logged_gets_what_the_courses_graders_give(empty: dict[str, bytes]) -> None:
    store = {name: data for name, data in empty.items() if name in TESTS["mp2"]}
    members = {name: data for name, data in empty.items() if name in TESTS["mp1"]}
    assert points(grade_log_set(log_set("mp2", {**store}))) == {"create.1": 3}
    assert points(grade_log_set(log_set("mp1", {**members}))) == {}


def test_a_missing_log_loses_its_points_and_is_named(perfect: dict[str, Lines]) -> None:
    logs = written(perfect, "mp2")
    del logs["read"]
    grade = grade_log_set(log_set("mp2", logs))
    assert (grade.section.total, grade.section.max) == (50, 90)
    assert grade.missing == ("read",)
    assert grade.notes == ("read: no log, which counts as one with nothing in it",)
    assert not grade.full_marks


def test_a_set_of_one_scenario_has_its_points_only(perfect: dict[str, Lines]) -> None:
    logs = written(perfect, "mp2")
    grade = grade_log_set(LogSet("ann", "mp2", {"read": Bytes(logs["read"])}, ("read",)))
    assert (grade.section.total, grade.section.max) == (40, 40)


def test_a_scenario_of_another_size_is_graded_for_it(scenarios: dict[str, Scenario]) -> None:
    scenario = parse_scenario("MAX_NNB: 2\nSINGLE_FAILURE: 1\nDROP_MSG: 0\n", "two")
    log = (
        b" 1.0.0.0:0 [1] Node 2.0.0.0:0 joined at time 1\n"
        b" 2.0.0.0:0 [1] Node 1.0.0.0:0 joined at time 1\n"
        b" 2.0.0.0:0 [100] Node failed at time=100\n"
        b" 1.0.0.0:0 [120] Node 2.0.0.0:0 removed at time 120\n"
    )
    one = LogSet("ann", "mp1", {"two": Bytes(log)}, ("two",), scenario=scenario)
    grade = grade_log_set(one, "both")
    assert points(grade) == {"single.join": 10, "single.completeness": 10, "single.accuracy": 10}
    assert grade.strict is not None
    assert grade.strict.checks[0].id == "strict.single.join"
    assert grade.strict.checks[0].passed


def test_the_rubrics_stand_beside_each_other(perfect: dict[str, Lines]) -> None:
    def graded(rubric: Rubric) -> LogSetGrade:
        return grade_log_set(log_set("mp2", written(perfect, "mp2")), rubric)

    both, strict = graded("both"), graded("strict")
    assert both.section is both.official
    assert strict.section is strict.strict
    assert strict.official is None
    assert both.strict == strict.strict
    assert isinstance(both.strict, Section)
    assert both.strict.max == 90


def test_full_marks_must_be_full_in_all_rubrics(perfect: dict[str, Lines]) -> None:
    logs = written(perfect, "mp1")
    bracket = b" 3.0.0.0:0 [650] Node 7.0.0.0:0 removed at time 650"
    assert isinstance(logs["msgdropsinglefailure"], bytes)
    logs["msgdropsinglefailure"] += b"\n" + bracket
    assert grade_log_set(log_set("mp1", logs)).full_marks  # the official rules do not look
    assert not grade_log_set(log_set("mp1", logs), "both").full_marks


def graded(logs: dict[str, bytes | Exception]) -> LogSetGrade:
    return grade_log_set(log_set("mp2", logs), "both")


def test_lost_points_are_explained(perfect: dict[str, Lines]) -> None:
    logs = written(perfect, "mp2")
    assert isinstance(logs["read"], bytes)
    logs["read"] = logs["read"][: logs["read"].index(b" [275] ")]
    for section in (graded(logs).official, graded(logs).strict):
        checks = section.checks if section is not None else ()
        lost = [check for check in checks if not check.passed]
        assert lost
        assert all(check.explanation is not None and check.explanation.rule for check in lost)


def test_a_log_of_too_many_lines_gets_its_points_without_an_explanation(
    perfect: dict[str, Lines], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = written(perfect, "mp2")
    assert isinstance(logs["read"], bytes)
    logs["read"] = logs["read"][: logs["read"].index(b" [275] ")]
    explained = grade_log_set(log_set("mp2", logs))
    monkeypatch.setattr(log_grade, "MAX_EXPLAINED", 100)
    plain = grade_log_set(log_set("mp2", logs))
    assert points(plain) == points(explained)
    assert plain.lost
    assert all(check.explanation is None for check in plain.lost)
    assert any("read: " in note and "too many to explain" in note for note in plain.notes)


# --- what cannot be graded ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (
            PermissionError(13, "Permission denied"),
            "read: the log cannot be read: Permission denied",
        ),
        (LogSetError("read.log is a folder, not a file"), "read: read.log is a folder, not a file"),
    ],
)
def test_a_log_that_cannot_be_read_is_a_problem_of_its_set(error: Exception, problem: str) -> None:
    grade = grade_log_set(log_set("mp2", {"read": error}))
    assert (grade.problem, grade.kind, grade.official) == (problem, "mp2", None)
    assert not grade.full_marks


def test_a_fault_of_ours_is_told_and_stops_nobody() -> None:
    grade = grade_one(log_set("mp2", {"read": ZeroDivisionError("oops")}))
    assert grade.problem == "this is a bug in Ringscope (ZeroDivisionError: oops)"


def test_what_could_not_be_found_comes_out_as_it_is() -> None:
    grade = grade_one(Unreadable("bob", None, "there are no logs in it"))
    assert (grade.path, grade.kind, grade.problem) == ("bob", None, "there are no logs in it")


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this system has no alarms")
def test_a_key_that_is_an_endless_expression_stops_nobody() -> None:
    key = "\\(a*\\)*\\(a*\\)*b"
    create = f" 1.0.0.0:0 [9] CREATE OPERATION KEY: {key} VALUE: v at time: 9\n"
    success = " 1.0.0.0:0 [9] server: create success key=" + "a" * 60 + "\n"
    logs: dict[str, bytes | Exception] = {"create": (create + success).encode()}
    grade = grade_one(log_set("mp2", logs), patience=0.3)
    assert grade.problem == "grading its logs took longer than 0.3 seconds"


# --- text that can be written anywhere ----------------------------------------------------------


def test_bytes_that_are_no_text_can_be_encoded(perfect: dict[str, Lines]) -> None:
    logs = written(perfect, "mp2")
    assert isinstance(logs["read"], bytes)
    key = b" 5.0.0.0:0 [150] READ OPERATION KEY: \xff\xfe VALUE: \x9d\0 at time: 150\n"
    logs["read"] = key + logs["read"]
    grade = grade_log_set(log_set("mp2", logs), "both")
    assert b"\\\\xff\\\\xfe" in msgspec.json.encode(grade)


def test_long_lines_are_shortened() -> None:
    assert printable("x" * 5000) == "x" * 1000 + "…"
    assert printable("na\u00efve \udcff") == "na\u00efve \\xff"
    assert log_batch.PATIENCE <= 60
