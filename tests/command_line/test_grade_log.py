"""``ringscope grade-log``: what it writes in each format, and what it exits with."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from ringscope.cli import main
from ringscope.command_line import grade_log
from ringscope.command_line.formats import FORMATS
from ringscope.grading.log_set import TESTS
from ringscope.grading.rubric import OFFICIAL_ORDER
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import COURSE, load_scenario, shipped

Invoke = Callable[..., Result]
#: A line that every format has to defuse, in a key that the reason quotes.
HOSTILE = '<script>alert(1)</script>|=cmd]]>&amp;"\x1b[31m\u202e'
HOSTILE_LOG = (
    f" 1.0.0.0:0 [100] CREATE OPERATION KEY: {HOSTILE} VALUE: v at time: 100\n"
    f" 1.0.0.0:0 [101] server: create success at time 101, transID=1, key={HOSTILE}, value=v\n"
).encode() + b" 2.0.0.0:0 [102] create success \x9d\x01\x0b\xef\xbf\xbe\n"


@pytest.fixture(scope="session")
def perfect() -> dict[str, str]:
    logs = {}
    for name in COURSE:
        scenario = load_scenario(shipped()[name])
        log = DebugLog(store=scenario.crud_test is not None)
        run(scenario, observers=[log], trace=False)
        logs[name] = log.text()
    return logs


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run the command in an empty folder; an exception that is not an exit fails the test."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["grade-log", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def folder(tmp_path: Path, perfect: dict[str, str]) -> Path:
    """Perfect logs of both assignments."""
    (tmp_path / "good").mkdir()
    for name, text in perfect.items():
        (tmp_path / "good" / f"{name}.log").write_text(text)
    return tmp_path / "good"


@pytest.fixture
def group(tmp_path: Path, perfect: dict[str, str]) -> Path:
    """A class: perfect logs, a set without delete.log, one with a hostile log, and no set."""
    for student in ("ann", "bob", "eve"):
        (tmp_path / "class" / student).mkdir(parents=True)
        for name in TESTS["mp2"]:
            (tmp_path / "class" / student / f"{name}.log").write_text(perfect[name])
    (tmp_path / "class" / "bob" / "delete.log").unlink()
    (tmp_path / "class" / "eve" / "create.log").write_bytes(HOSTILE_LOG)
    (tmp_path / "class" / "zoe").mkdir()
    return tmp_path / "class"


# --- exit codes and complaints -------------------------------------------------------------------


def test_full_marks_exit_with_0(invoke: Invoke, folder: Path) -> None:
    result = invoke("good", "--rubric", "both")
    assert result.exit_code == 0
    assert "MP1 membership, official rubric" in result.stdout
    assert "MP2 key-value store, strict rubric" in result.stdout


def test_lost_points_exit_with_1_and_are_explained(invoke: Invoke, folder: Path) -> None:
    (folder / "delete.log").unlink()
    result = invoke("good")
    assert result.exit_code == 1
    assert "83/90" in result.stdout
    assert "Note: delete: no log, which counts as one with nothing in it" in result.stdout
    assert "delete.2 (official) Delete a key that does not exist" in result.stdout
    assert "Rule: " in result.stdout


@pytest.mark.parametrize("format", FORMATS)
def test_a_set_that_cannot_be_graded_exits_with_2_after_the_others(
    format: str, invoke: Invoke, group: Path
) -> None:
    (group / "ann" / "read.log").unlink()
    (group / "ann" / "read.log").mkdir()
    result = invoke("class", "--format", format, "--out", "out")
    assert result.exit_code == 2
    assert "Error: class/ann: read: read.log is not a file" in result.stderr
    assert "Error: class/zoe: there are no logs of the course's scenarios in it" in result.stderr
    assert Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "Error: nowhere: there is no such file or folder"),
        (["empty"], "Error: empty: there are no logs of the course's scenarios in it"),
        (["dbg.log"], "Error: dbg.log: the log does not say of which scenario it is; name it"),
        (["dbg.log", "--conf", "nothing"], "Error: nothing"),
        (["class", "--format", "gradescope"], "name a folder for them with --out"),
        (["broken.zip"], "Error: broken.zip: it is not a zip that can be read"),
        (["good", "--out", "no/where"], "Error: no/where: No such file or directory"),
    ],
)
def test_bad_input_is_one_sentence_and_exits_with_2(
    arguments: list[str], complaint: str, invoke: Invoke, group: Path, folder: Path
) -> None:
    Path("empty").mkdir()
    Path("dbg.log").write_text("131\n")
    Path("broken.zip").write_bytes(b"PK")
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_one_log_is_graded_by_its_scenario(invoke: Invoke, perfect: dict[str, str]) -> None:
    Path("dbg.log").write_text(perfect["read"])
    result = invoke("dbg.log", "--conf", "read", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["max"] == 40


# --- one table for many --------------------------------------------------------------------------


def test_a_class_gets_a_row_each_and_a_summary(
    invoke: Invoke, group: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = invoke("class")
    rows = [line for line in result.stdout.splitlines() if "class/" in line]
    assert [row.split()[1] for row in rows] == [f"class/{n}" for n in ("ann", "bob", "eve", "zoe")]
    assert "90/90" in rows[0]
    assert "83/90" in rows[1]
    assert "delete.1 delete.2" in rows[1]
    assert "not graded" in rows[3]
    assert (
        "3 log sets, 1 with full marks; mean 86.7 of 90, median 87, from 83 to 90" in result.stdout
    )
    assert "create.1 lost points in 1 of 3: Create three replicas of every key" in result.stdout


def test_processes_change_nothing(
    invoke: Invoke, group: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = invoke("class", "--format", "json", "--jobs", "1")
    monkeypatch.setattr(grade_log, "WORTH_PROCESSES", 2)
    together = invoke("class", "--format", "json", "--jobs", "2")
    assert together.stdout == alone.stdout
    assert together.exit_code == alone.exit_code == 2


def test_a_zip_is_graded_like_its_folder(invoke: Invoke, group: Path) -> None:
    with zipfile.ZipFile("class.zip", "w") as archive:
        for path in sorted(group.rglob("*")):
            archive.write(path, path.relative_to(group.parent))
    folder, packed = invoke("class", "--format", "csv"), invoke("class.zip", "--format", "csv")
    assert packed.stdout.replace("class.zip/", "") == folder.stdout
    assert packed.exit_code == 2


# --- formats -------------------------------------------------------------------------------------


def test_json_is_an_object_per_set_and_line(invoke: Invoke, folder: Path) -> None:
    (folder / "read.log").write_text("131\n")
    result = invoke("good", "--format", "json", "--rubric", "both")
    mp1, mp2 = map(json.loads, result.stdout.splitlines())
    assert (mp1["path"], mp1["kind"], mp1["total"], mp1["max"]) == ("good", "mp1", 90, 90)
    assert (mp2["path"], mp2["kind"], mp2["total"], mp2["max"]) == ("good", "mp2", 50, 90)
    ids = [check["id"] for grade in (mp1, mp2) for check in grade["checks"]]
    assert tuple(ids) == OFFICIAL_ORDER
    check = mp2["checks"][0]
    assert {"id", "points", "max", "passed", "reason", "evidence"} <= check.keys()
    assert (check["points"], check["max"], check["passed"]) == (3, 3, True)
    assert all(line.keys() == {"line", "text"} for line in check["evidence"])
    assert mp2["checks"][3]["explanation"]["rule"]
    assert mp2["strict"]["checks"][0]["id"] == "strict.create.replicas"


def test_json_of_the_strict_rubric_has_its_checks(invoke: Invoke, folder: Path) -> None:
    result = invoke("good", "--format", "json", "--rubric", "strict")
    grade = json.loads(result.stdout.splitlines()[0])
    assert grade["rubric"] == "strict"
    assert all(check["id"].startswith("strict.single") for check in grade["checks"][:7])


def test_json_quotes_the_log_line_as_it_stands(invoke: Invoke, group: Path) -> None:
    result = invoke("class/eve", "--format", "json")
    [check] = [one for one in json.loads(result.stdout)["checks"] if one["id"] == "create.1"]
    line = HOSTILE_LOG.decode(errors="replace").split("\n")[0]
    assert check["evidence"][0] == {"line": 1, "text": line}


def test_csv_has_a_column_per_check(invoke: Invoke, group: Path) -> None:
    (group / "=HYPERLINK(1)").mkdir()
    (group / "=HYPERLINK(1)" / "create.log").write_text("131\n")
    result = invoke("class", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["path"] for row in rows][1:] == [f"class/{n}" for n in ("ann", "bob", "eve", "zoe")]
    assert [row["total"] for row in rows] == ["3", "90", "83", "87", ""]
    assert rows[2]["missing"] == "delete"
    assert rows[4]["error"].startswith("there are no logs")
    assert [name for name in rows[0] if "." in name] == list(OFFICIAL_ORDER[8:])


def test_csv_computes_nothing(invoke: Invoke, folder: Path) -> None:
    folder.rename("@SUM(1)")
    rows = list(csv.DictReader(io.StringIO(invoke("@SUM(1)", "--format", "csv").stdout)))
    assert rows[0]["path"] == "'@SUM(1)"


def test_junit_is_well_formed_whatever_the_log_has(invoke: Invoke, group: Path) -> None:
    result = invoke("class", "--format", "junit")
    suites = ElementTree.fromstring(result.stdout)
    assert [suite.get("name") for suite in suites] == [
        "class/ann (mp2)", "class/bob (mp2)", "class/eve (mp2)", "class/zoe (unknown)",
    ]  # fmt: skip
    assert [suite.get("failures") for suite in suites] == ["0", "2", "1", "0"]
    assert [len(suite.findall("testcase")) for suite in suites] == [15, 15, 15, 1]
    assert suites.get("tests") == "46"
    failure = suites[2].find("testcase/failure")
    assert failure is not None
    assert "<script>alert(1)</script>" in str(failure.text)
    assert "\\x1b[31m\\u202e" in str(failure.text)
    assert suites[3].find("testcase/error") is not None


def test_gradescope_gets_what_it_reads(invoke: Invoke, folder: Path) -> None:
    (folder / "delete.log").unlink()
    result = invoke("good", "--format", "gradescope", "--rubric", "both")
    results = json.loads(result.stdout)
    assert results["score"] == 90 + 83
    assert results["score"] == sum(test["score"] for test in results["tests"])
    assert sum(test["max_score"] for test in results["tests"]) == 180
    lost = next(test for test in results["tests"] if test["number"] == "delete.1")
    assert (lost["score"], lost["max_score"], lost["status"]) == (0, 3, "failed")
    assert (lost["visibility"], lost["output_format"]) == ("visible", "text")
    assert "Rule: " in lost["output"]
    strict = next(test for test in results["tests"] if test["number"] == "strict.delete.replicas")
    assert (strict["max_score"], strict["status"]) == (0, "failed")
    assert "delete: no log" in results["output"]


@pytest.mark.parametrize("out", ["results", "results/results.json"])
def test_gradescope_finds_one_submission_where_it_looks(
    out: str, invoke: Invoke, folder: Path
) -> None:
    Path("results").mkdir()
    invoke("good", "--format", "gradescope", "--out", out)
    assert json.loads(Path("results/results.json").read_text())["score"] == 180


def test_gradescope_results_of_a_class_have_a_folder_each(invoke: Invoke, group: Path) -> None:
    invoke("class", "--format", "gradescope", "--out", "results")
    scores = {
        path.parent.name: json.loads(path.read_text())["score"]
        for path in Path("results").rglob("results.json")
    }
    assert scores == {"ann": 90, "bob": 83, "eve": 87, "zoe": 0}


def test_markdown_shows_hostile_lines_as_they_are(invoke: Invoke, group: Path) -> None:
    result = invoke("class", "--format", "markdown")
    assert "| class/bob | mp2 | 83/90 official | delete.1 delete.2 |" in result.stdout
    assert "&lt;script&gt;" in result.stdout
    assert "<script>" not in result.stdout
    assert "\x1b" not in result.stdout


def test_html_is_one_file_that_no_log_can_break_out_of(invoke: Invoke, group: Path) -> None:
    result = invoke("class", "--format", "html", "--rubric", "both")
    assert result.stdout.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in result.stdout
    assert "default-src 'none'" in result.stdout
    assert "http://" not in result.stdout
    assert "https://" not in result.stdout
    assert result.stdout.count("<details id=") == 4
    assert "\x1b" not in result.stdout


def test_text_cannot_move_the_cursor(invoke: Invoke, group: Path) -> None:
    result = invoke("class/eve")
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    assert "\\x1b[31m" in result.stdout


def test_a_report_may_take_the_place_of_the_log(
    tmp_path: Path, perfect: dict[str, str], invoke: Invoke
) -> None:
    log = tmp_path / "dbg.log"
    log.write_text(perfect["create"])
    result = invoke("dbg.log", "--conf", "create", "--format", "json", "--out", "dbg.log")
    assert result.exit_code == 0
    assert '"total":3' in log.read_text(), "it was read before it was replaced"
    assert list(tmp_path.iterdir()) == [log]
