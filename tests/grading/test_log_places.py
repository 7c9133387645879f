"""Where log sets are found: folders, runs, historic names, classes, zips; and what is refused."""

import os
import random
import stat
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest

from ringscope.grading.log_archive import Limits, sets_in_zip
from ringscope.grading.log_places import find_log_sets
from ringscope.grading.log_set import NO_LOGS, LogFile, LogSet, LogSetError, Unreadable
from ringscope.simulation.scenario import load_scenario, parse_scenario, shipped

MP1 = ("singlefailure", "multifailure", "msgdropsinglefailure")
MP2 = ("create", "delete", "read", "update")
STORE_LOG = b"131\n\n [0] APP\n 1.0.0.0:0 [0] APP MP2\n"


def fill(root: Path, *names: str, content: bytes = b"131\n") -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def logs(names: tuple[str, ...]) -> list[str]:
    return [f"{name}.log" for name in names]


def found(path: Path, conf: str | None = None) -> list[tuple[str, str | None, list[str]]]:
    """Path under ``path``, kind, and what is there of each set, or why it cannot be graded."""
    scenario = None if conf is None else load_scenario(shipped()[conf])
    return [
        (
            one.path.removeprefix(str(path)).lstrip("/"),
            one.kind,
            list(one.logs) if isinstance(one, LogSet) else [one.problem],
        )
        for one in find_log_sets(path, scenario)
    ]


def content(log: LogFile) -> bytes:
    with log.open() as file:
        return file.read()


def zipped(**members: bytes) -> bytes:
    return zip_of(list(members.items()))


def zip_of(members: Sequence[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# --- folders -------------------------------------------------------------------------------------


def test_a_folder_of_one_assignment_is_one_set(tmp_path: Path) -> None:
    assert found(fill(tmp_path, *logs(MP2))) == [("", "mp2", list(MP2))]


def test_a_folder_of_both_assignments_is_two_sets(tmp_path: Path) -> None:
    fill(tmp_path, *logs(MP2), *logs(MP1))
    assert found(tmp_path) == [("", "mp1", list(MP1)), ("", "mp2", list(MP2))]


def test_a_missing_log_still_leaves_a_set_that_wants_it(tmp_path: Path) -> None:
    [log_set] = find_log_sets(fill(tmp_path, "read.log"))
    assert isinstance(log_set, LogSet)
    assert (list(log_set.logs), log_set.wanted) == (["read"], MP2)


def test_what_run_has_written_is_a_set(tmp_path: Path) -> None:
    fill(tmp_path, *(f"{name}/dbg.log" for name in (*MP1, "read")), "own/dbg.log", "read/stats.log")
    assert found(tmp_path) == [("", "mp1", list(MP1)), ("", "mp2", ["read"])]


@pytest.mark.parametrize(
    ("numbers", "log", "kind", "tests"),
    [
        ("012", b"131\n", "mp1", list(MP1)),
        ("0123", b"131\n", "mp2", list(MP2)),
        ("012", STORE_LOG, "mp2", ["create", "delete", "read"]),
        ("2", b"x" * 99 + b" READ OPERATION KEY: k", "mp2", ["read"]),
        ("13", b"", "mp2", ["delete", "update"]),
    ],
)
def test_the_names_of_former_years_are_known(
    numbers: str, log: bytes, kind: str, tests: list[str], tmp_path: Path
) -> None:
    fill(tmp_path, *(f"dbg.{number}.log" for number in numbers), content=log)
    assert found(tmp_path) == [("", kind, tests)]


def test_a_named_log_goes_before_others_of_its_scenario(tmp_path: Path) -> None:
    fill(tmp_path, "create.log", "create/dbg.log", "dbg.0.log", content=STORE_LOG)
    [log_set] = find_log_sets(tmp_path)
    assert isinstance(log_set, LogSet)
    assert set(log_set.notes) == {
        "create.log is graded and create/dbg.log is not",
        "create.log is graded and dbg.0.log is not",
    }


def test_each_folder_of_a_class_is_a_submission(tmp_path: Path) -> None:
    fill(tmp_path / "class" / "ann", *logs(MP2))
    fill(tmp_path / "class" / "bob" / "mp1", *logs(MP1))
    fill(tmp_path / "class" / "bob" / "mp2", *logs(MP2))
    fill(tmp_path / "class" / "eve", "notes.txt")
    fill(tmp_path / "class" / "__MACOSX" / "ann", *logs(MP2))
    fill(tmp_path / "class" / ".git", *logs(MP2))
    assert found(tmp_path) == [
        ("class/ann", "mp2", list(MP2)),
        ("class/bob/mp1", "mp1", list(MP1)),
        ("class/bob/mp2", "mp2", list(MP2)),
        ("class/eve", None, [NO_LOGS]),
    ]


def test_zips_in_a_folder_are_submissions(tmp_path: Path) -> None:
    fill(tmp_path, "ann.zip", content=zipped(**{"create.log": STORE_LOG}))
    fill(tmp_path, "bob.zip", content=b"PK no zip")
    fill(tmp_path / "eve", *logs(MP2))
    assert found(tmp_path) == [
        ("eve", "mp2", list(MP2)),
        ("ann.zip", "mp2", ["create"]),
        ("bob.zip", None, ["it is not a zip that can be read: File is not a zip file"]),
    ]


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ([], "there are no logs of the course's scenarios in it"),
        (["dbg.log"], "the log does not say of which scenario it is; name it"),
        (["notes.log"], "there are no logs of the course's scenarios in it"),
    ],
)
def test_a_folder_that_is_no_log_set_says_why(
    names: list[str], problem: str, tmp_path: Path
) -> None:
    [one] = find_log_sets(fill(tmp_path, *names))
    assert isinstance(one, Unreadable)
    assert problem in one.problem


def test_a_log_that_leads_out_of_the_folder_is_not_opened(tmp_path: Path) -> None:
    fill(tmp_path, "secret", "set/read.log")
    (tmp_path / "set" / "create.log").symlink_to(tmp_path / "secret")
    (tmp_path / "set" / "delete.log").symlink_to("read.log")
    (tmp_path / "set" / "update.log").mkdir()
    (tmp_path / "set" / "singlefailure.log").symlink_to("singlefailure.log")
    looping, log_set = find_log_sets(tmp_path / "set")
    assert isinstance(looping, LogSet)
    assert isinstance(log_set, LogSet)
    with pytest.raises(OSError, match="symbolic links"):
        looping.logs["singlefailure"].open()
    with pytest.raises(LogSetError, match="leads out of the folder"):
        log_set.logs["create"].open()
    with pytest.raises(LogSetError, match=r"update\.log is not a file"):
        log_set.logs["update"].open()
    assert content(log_set.logs["delete"]) == b"131\n"


# --- single files --------------------------------------------------------------------------------


def test_one_log_is_graded_by_the_scenario_that_is_named(tmp_path: Path) -> None:
    fill(tmp_path, "dbg.log")
    assert found(tmp_path / "dbg.log", "read") == [("", "mp2", ["read"])]
    assert found(tmp_path, "multifailure") == [("", "mp1", ["multifailure"])]
    [one] = find_log_sets(tmp_path / "dbg.log")
    assert isinstance(one, Unreadable)
    assert one.problem.endswith("does not say of which scenario it is; name it, as in --conf read")


@pytest.mark.parametrize(
    ("log", "hint"),
    [
        (b" 1.0.0.0:0 [9] READ OPERATION KEY: k VALUE: v at time: 9", "looks like read: name it"),
        (b" 1.0.0.0:0 [9] CREATE OPERATION KEY: k VALUE: v at time: 9", "looks like create: name"),
        (b" 1.0.0.0:0 [9] Node failed at time = 9", "looks like multifailure: name it"),
        (
            b" 1.0.0.0:0 [9] Node failed at time=9",
            "looks like singlefailure or msgdropsinglefailure: name it with --conf singlefailure",
        ),
    ],
)
def test_a_log_without_a_name_is_asked_for_with_a_guess(
    log: bytes, hint: str, tmp_path: Path
) -> None:
    fill(tmp_path, "dbg.log", content=log)
    for path in (tmp_path, tmp_path / "dbg.log"):
        [one] = find_log_sets(path)
        assert isinstance(one, Unreadable)
        assert hint in one.problem


def test_one_log_may_be_called_by_its_scenario(tmp_path: Path) -> None:
    fill(tmp_path, "update.log")
    [log_set] = find_log_sets(tmp_path / "update.log")
    assert isinstance(log_set, LogSet)
    assert log_set.wanted == ("update",)


def test_every_dbg_log_of_a_class_is_of_the_named_scenario(tmp_path: Path) -> None:
    fill(tmp_path, "ann/dbg.log", "bob/dbg.log")
    assert found(tmp_path, "read") == [("ann", "mp2", ["read"]), ("bob", "mp2", ["read"])]


def test_a_scenario_without_rules_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, "dbg.log")
    [one] = find_log_sets(tmp_path / "dbg.log", parse_scenario("MAX_NNB: 10", "own"))
    assert isinstance(one, Unreadable)
    assert "neither SINGLE_FAILURE nor CRUD_TEST" in one.problem


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert found(tmp_path / "no") == [("", None, ["there is no such file or folder"])]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    fill(tmp_path, "read.log")
    (tmp_path / "read.log").chmod(0)
    assert "cannot be read" in found(tmp_path / "read.log")[0][2][0]


# --- zips ----------------------------------------------------------------------------------------


def in_zip(data: bytes) -> list[LogSet | Unreadable]:
    return list(sets_in_zip(data, "class.zip"))


def test_a_zip_is_read_like_a_folder() -> None:
    sets = in_zip(
        zipped(
            **{
                "class/ann/create.log": b"ann's",
                "class/bob/dbg.0.log": STORE_LOG,
                "class/eve/": b"",
                "__MACOSX/class/ann/._create.log": b"",
                "class/.DS_Store": b"",
            },
        )
    )
    assert [(one.path, one.kind) for one in sets] == [
        ("class.zip/class/ann", "mp2"),
        ("class.zip/class/bob", "mp2"),
        ("class.zip/class/eve", None),
    ]
    assert isinstance(sets[0], LogSet)
    assert content(sets[0].logs["create"]) == b"ann's"
    assert sets[0].size == 5


def test_a_zip_file_is_read_where_it_lies(tmp_path: Path) -> None:
    fill(tmp_path, "a.zip", content=zipped(**{"create.log": b"one"}))
    [log_set] = sets_in_zip(tmp_path / "a.zip", "a.zip")
    assert isinstance(log_set, LogSet)
    assert content(log_set.logs["create"]) == b"one"


def test_backslashes_of_windows_are_folders() -> None:
    member = zipfile.ZipInfo("x")
    member.filename = "ann\\create.log"
    [log_set] = in_zip(zip_of([(member, b"one")]))
    assert isinstance(log_set, LogSet)
    assert (log_set.path, content(log_set.logs["create"])) == ("class.zip/ann", b"one")


def test_zips_inside_a_zip_stay_closed() -> None:
    [one] = in_zip(zipped(**{"ann.zip": zipped(**{"create.log": b""})}))
    assert isinstance(one, Unreadable)
    assert "zips inside it are not opened" in one.problem


def link(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


@pytest.mark.parametrize(
    ("member", "complaint"),
    [
        ("../create.log", "leads out of it"),
        ("a/../../create.log", "leads out of it"),
        ("/etc/create.log", "leads out of it"),
        ("\\\\host\\create.log", "leads out of it"),
        ("C:/create.log", "leads out of it"),
        ("c:create.log", "leads out of it"),
        (link("create.log"), "is a link"),
    ],
)
def test_tricks_with_paths_are_refused(member: str | zipfile.ZipInfo, complaint: str) -> None:
    with pytest.raises(LogSetError, match=complaint):
        in_zip(zip_of([(member, b"x"), ("read.log", b"x")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("other", ["create.log", "CREATE.log", "create.log/"])
def test_one_name_twice_is_refused(other: str) -> None:
    with pytest.raises(LogSetError, match=r"2 members called 'create\.log'"):
        in_zip(zip_of([("create.log", b"1"), (other, b"")]))


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        (Limits(members=1), "it has 2 members, more than 1"),
        (Limits(unpacked=1000), "it unpacks to 100,001 bytes, more than 1,000"),
        (Limits(harmless=10, ratio=20), "as a zip bomb does"),
    ],
)
def test_bombs_are_refused(limits: Limits, complaint: str) -> None:
    bomb = zipped(**{"create.log": b"0" * 100_000, "read.log": b"1"})
    with pytest.raises(LogSetError, match=complaint):
        list(sets_in_zip(bomb, "bomb.zip", limits=limits))


def test_encrypted_members_are_refused() -> None:
    data = bytearray(zipped(**{"create.log": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(LogSetError, match="is encrypted"):
        in_zip(bytes(data))


def test_other_ways_of_packing_are_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("create.log", b"x" * 100)
    with pytest.raises(LogSetError, match="packed in a way that is not supported"):
        in_zip(out.getvalue())


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\3\4", b"no zip at all", zipped(a=b"x")[:-5]],
    ids=["nothing", "beginning", "words", "cut off"],  # a zip holds the time of its making
)
def test_what_is_no_zip_is_told(data: bytes) -> None:
    with pytest.raises(LogSetError, match="not a zip that can be read"):
        in_zip(data)


def test_a_broken_member_is_told_when_it_is_read() -> None:
    data = bytearray(zipped(**{"create.log": random.Random(1).randbytes(300), "read.log": b"fine"}))
    data[60:90] = bytes(30)
    [log_set] = in_zip(bytes(data))
    assert isinstance(log_set, LogSet)
    assert content(log_set.logs["read"]) == b"fine"
    with pytest.raises(LogSetError, match=r"create\.log cannot be unpacked"):
        content(log_set.logs["create"])


def test_a_member_that_hides_its_size_gives_no_more_than_it_says() -> None:
    data = bytearray(zipped(**{"create.log": b"0" * 1_000_000}))
    directory = data.index(b"PK\1\2")
    data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    [log_set] = in_zip(bytes(data))
    assert isinstance(log_set, LogSet)
    with pytest.raises(LogSetError, match="cannot be unpacked: Bad CRC"):
        content(log_set.logs["create"])
