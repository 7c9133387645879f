"""Submissions that were handed in as a zip."""

import zipfile
from pathlib import Path

import pytest

from ringscope.program.submissions import SubmissionError
from ringscope.program.zipped import unpack


def packed(folder: Path, *members: str) -> Path:
    with zipfile.ZipFile(folder / "ann.zip", "w") as archive:
        for member in members:
            archive.writestr(member, f"this is {member}")
    return folder / "ann.zip"


def test_the_folder_to_build_is_found(tmp_path: Path) -> None:
    archive = packed(tmp_path, "ann/mp1/Makefile", "ann/mp1/MP1Node.cpp", "ann/README")
    found = unpack(archive, tmp_path / "new", None)
    assert found == tmp_path / "new" / "ann" / "mp1"
    assert (found / "MP1Node.cpp").read_text() == "this is ann/mp1/MP1Node.cpp"


def test_what_the_submit_script_packs_is_flat(tmp_path: Path) -> None:
    archive = packed(tmp_path, "MP1Node.cpp", "MP1Node.h")
    assert unpack(archive, tmp_path / "new", tmp_path / "skeleton") == tmp_path / "new"


def test_without_anything_to_build_all_of_it_is_the_submission(tmp_path: Path) -> None:
    assert unpack(packed(tmp_path, "essay.txt"), tmp_path / "new", None) == tmp_path / "new"


def test_several_submissions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="holds 2 submissions"):
        unpack(packed(tmp_path, "mp1/Makefile", "mp2/Makefile"), tmp_path / "new", None)


@pytest.mark.parametrize("member", ["../Makefile", "/etc/Makefile"])
def test_what_leads_out_of_it_is_refused(tmp_path: Path, member: str) -> None:
    with pytest.raises(SubmissionError, match="leads out of it"):
        unpack(packed(tmp_path, member), tmp_path / "new", None)
    assert not (tmp_path / "new").exists()


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ann.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("MP1Node.cpp", bytes(100 << 20))
    with pytest.raises(SubmissionError, match="as a zip bomb does"):
        unpack(tmp_path / "ann.zip", tmp_path / "new", None)


@pytest.mark.parametrize("damage", ["no zip", "cut", "altered"])
def test_a_broken_zip_is_refused(tmp_path: Path, damage: str) -> None:
    archive = packed(tmp_path, "Makefile")
    whole = archive.read_bytes()
    broken = {
        "no zip": b"text",
        "cut": whole[: len(whole) // 2],
        "altered": whole.replace(b"this is", b"that is", 1),
    }
    archive.write_bytes(broken[damage])
    with pytest.raises(SubmissionError, match="cannot be unpacked"):
        unpack(archive, tmp_path / "new", None)
