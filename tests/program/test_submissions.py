"""Which folders are submissions, of which assignment, and what of them is copied."""

import os
from pathlib import Path

import pytest

from ringscope.program import submissions
from ringscope.program.submissions import (
    SubmissionError,
    copy_submission,
    find_submissions,
    kind_of,
)
from ringscope.simulation.scenario import COURSE, shipped


def put(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"of {file.parent.name}")


def names(*folders: Path, skeleton: Path | None = None) -> list[str]:
    return [one.name for one in find_submissions(folders, skeleton)]


def test_a_folder_with_a_makefile_is_a_submission(tmp_path: Path) -> None:
    put(tmp_path / "ann" / "Makefile", tmp_path / "ann" / "more" / "Makefile")
    assert names(tmp_path / "ann") == ["ann"]


def test_the_makefile_may_be_in_a_folder_of_the_submission(tmp_path: Path) -> None:
    put(tmp_path / "ann" / "mp2_assignment" / "Makefile", tmp_path / "ann" / "README.md")
    assert names(tmp_path / "ann") == ["mp2_assignment"]


def test_a_student_may_have_both_assignments(tmp_path: Path) -> None:
    put(*(tmp_path / "ann" / name / "Makefile" for name in ("mp1", "mp2")))
    put(tmp_path / "ann" / "notes" / "diary.txt")
    assert names(tmp_path / "ann") == ["mp1", "mp2"]


def test_a_class_is_in_order_and_nobody_is_forgotten(tmp_path: Path) -> None:
    put(tmp_path / "cid" / "Makefile", tmp_path / "ann" / "mp1" / "Makefile")
    put(tmp_path / "ann" / "mp2" / "Makefile", tmp_path / "bob" / "essay.txt")
    put(tmp_path / ".git" / "Makefile", tmp_path / "__MACOSX" / "Makefile")
    assert names(tmp_path) == ["ann/mp1", "ann/mp2", "bob", "cid"]


def test_zips_are_submissions_where_there_are_no_folders_of_their_own(tmp_path: Path) -> None:
    put(tmp_path / "ann" / "Makefile", tmp_path / "ann" / "notes.zip")
    put(tmp_path / "bob.zip", tmp_path / "cid" / "late" / "mp1.ZIP")
    put(tmp_path / "dan" / "mp1" / "Makefile", tmp_path / "dan" / "old.zip")
    assert names(tmp_path) == ["ann", "bob", "cid/late/mp1", "dan/mp1"]
    assert names(tmp_path / "bob.zip") == ["bob"]


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    put(*(tmp_path / name / "mp1" / "Makefile" for name in ("ann", "bob", "cid")))
    assert names(*(tmp_path / one / "mp1" for one in ("ann", "bob", "cid"))) == [
        "mp1",
        "mp1-2",
        "mp1-3",
    ]


def test_a_folder_without_submissions_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "MP1Node.cpp")
    with pytest.raises(SubmissionError, match=r"has a Makefile; name .*--skeleton"):
        find_submissions([tmp_path], None)


def test_with_a_skeleton_the_students_files_are_enough(tmp_path: Path) -> None:
    put(tmp_path / "skeleton" / "Makefile")
    put(tmp_path / "class" / "ann" / "MP1Node.cpp", tmp_path / "class" / "bob" / "MP2Node.h")
    assert names(tmp_path / "class", skeleton=tmp_path / "skeleton") == ["ann", "bob"]


def test_a_skeleton_needs_a_makefile(tmp_path: Path) -> None:
    put(tmp_path / "ann" / "MP1Node.cpp")
    with pytest.raises(SubmissionError, match="--skeleton must name"):
        find_submissions([tmp_path / "ann"], tmp_path)


def test_sources_tell_the_assignment(tmp_path: Path) -> None:
    put(tmp_path / "MP1Node.h")
    assert kind_of(tmp_path) == "mp1"
    put(tmp_path / "MP2Node.cpp")
    assert kind_of(tmp_path) == "mp2"


@pytest.mark.parametrize(("conf", "kind"), [("multifailure", "mp1"), ("delete", "mp2")])
def test_else_scenarios_tell_the_assignment(tmp_path: Path, conf: str, kind: str) -> None:
    put(tmp_path / "testcases" / f"{conf}.conf")
    assert kind_of(tmp_path) == kind


def test_else_we_have_to_be_told(tmp_path: Path) -> None:
    put(tmp_path / "testcases" / "read.conf", tmp_path / "testcases" / "multifailure.conf")
    with pytest.raises(SubmissionError, match="--kind"):
        kind_of(tmp_path)


def test_scenarios_are_the_courses_own(tmp_path: Path) -> None:
    put(tmp_path / "ann" / "Makefile", tmp_path / "ann" / "testcases" / "read.conf")
    (tmp_path / "copy").mkdir()
    copy_submission(tmp_path / "ann", None, tmp_path / "copy")
    for name in COURSE:
        copied = tmp_path / "copy" / "testcases" / f"{name}.conf"
        assert copied.read_bytes() == shipped()[name].read_bytes()


def test_of_a_skeleton_only_what_is_handed_in_is_replaced(tmp_path: Path) -> None:
    put(*(tmp_path / "skeleton" / name for name in ("Makefile", "MP1Node.cpp", "Log.cpp")))
    put(*(tmp_path / "ann" / name for name in ("Makefile", "MP1Node.cpp", "Log.cpp")))
    (tmp_path / "copy").mkdir()
    copy_submission(tmp_path / "ann", tmp_path / "skeleton", tmp_path / "copy")
    found = {path.name: path.read_text() for path in (tmp_path / "copy").glob("*[ep]")}
    assert found == {"Makefile": "of skeleton", "MP1Node.cpp": "of ann", "Log.cpp": "of skeleton"}


def test_only_plain_files_inside_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submissions, "MAX_FILE", 1000)
    ann, copy = tmp_path / "ann", tmp_path / "copy"
    put(ann / "Makefile", ann / "sub" / "data", ann / ".git" / "HEAD", tmp_path / "secret")
    (ann / "huge").write_bytes(bytes(2000))
    os.mkfifo(ann / "fifo")
    (ann / "inside").symlink_to("sub/data")
    (ann / "outside").symlink_to(tmp_path / "secret")
    (ann / "round").symlink_to(ann)
    (ann / "nowhere").symlink_to("missing")
    copy.mkdir()
    copy_submission(ann, None, copy)
    assert {path.name for path in copy.iterdir()} == {"Makefile", "sub", "inside", "testcases"}
    assert not (copy / "inside").is_symlink()
    assert (copy / "sub" / "data").read_text() == "of sub"


def test_what_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "MAX_FILES", 2)
    put(*(tmp_path / "ann" / name for name in ("Makefile", "a", "b")))
    (tmp_path / "copy").mkdir()
    with pytest.raises(SubmissionError, match="too much for a submission"):
        copy_submission(tmp_path / "ann", None, tmp_path / "copy")


def test_what_has_no_makefile_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "ann" / "essay.txt")
    (tmp_path / "copy").mkdir()
    with pytest.raises(SubmissionError, match="there is no Makefile"):
        copy_submission(tmp_path / "ann", None, tmp_path / "copy")
