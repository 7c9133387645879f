"""What `ringscope verify` says about two folders of one run."""

from pathlib import Path

import pytest

from ringscope.command_line.verify import FILES, first_difference

SAME = b'{"event":"RunStarted","tick":0}\n{"event":"TickEnded","tick":151,"sent":3}\n'


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in one, other:
        folder.mkdir()
        for name in FILES:
            (folder / name).write_bytes(SAME)
    return one, other


def test_equal_folders_have_no_difference(folders: tuple[Path, Path]) -> None:
    assert first_difference(*folders) is None


def test_the_first_differing_event_is_named(folders: tuple[Path, Path]) -> None:
    (folders[1] / "events.jsonl").write_bytes(SAME.replace(b'"sent":3', b'"sent":4'))
    difference = first_difference(*folders)
    assert difference is not None
    assert difference.startswith("events.jsonl differs first on line 2 (TickEnded at tick 151): ")
    assert '"sent":3' in difference
    assert '"sent":4' in difference


def test_a_shorter_recording_differs_where_it_ends(folders: tuple[Path, Path]) -> None:
    (folders[1] / "events.jsonl").write_bytes(SAME.splitlines(keepends=True)[0])
    assert "line 2 (TickEnded at tick 151)" in (first_difference(*folders) or "")
    assert "nothing in the other" in (first_difference(*folders) or "")


def test_logs_are_compared_too(folders: tuple[Path, Path]) -> None:
    (folders[0] / "dbg.log").write_bytes(b"131\n\xff")
    assert (first_difference(*folders) or "").startswith("dbg.log differs first on line 1")
