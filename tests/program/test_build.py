"""Building as the course's graders do, whatever the submission is."""

from pathlib import Path

import pytest
from tests.program.conftest import LIMITS, MAKEFILE

from ringscope.program.build import Build, build
from ringscope.program.sandbox import Sandboxes
from ringscope.program.warden import Outcome


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "base" / "sandbox"
    (folder / "work").mkdir(parents=True)
    (folder / "tmp").mkdir()
    return folder


def built(sandboxes: Sandboxes, folder: Path, makefile: str, **limits: float) -> Build:
    work, printed = folder / "work", folder.parent / "printed"
    (work / "Makefile").write_text(makefile)
    (work / "program.sh").write_text("#!/bin/sh\n")
    changed = LIMITS._replace(**limits)  # type: ignore[arg-type]

    def run(command: list[str]) -> Outcome:
        return sandboxes.run(command, folder, changed, printed)

    return build(work, run, printed)


def test_a_program_is_built(sandboxes: Sandboxes, folder: Path) -> None:
    result = built(sandboxes, folder, MAKEFILE)
    assert (result.built, result.reason, result.last_lines) == (True, "", ())
    assert (folder / "work" / "Application").is_file()


def test_what_the_compiler_said_is_kept(sandboxes: Sandboxes, folder: Path) -> None:
    makefile = "all:\n\t@echo MP1Node.cpp:7: error: expected ';'\n\t@exit 1\nclean:\n"
    result = built(sandboxes, folder, makefile.replace("';'", "semicolon"))
    assert result.reason == "make failed with exit code 2"
    assert "MP1Node.cpp:7: error: expected semicolon" in result.last_lines


def test_a_build_that_never_ends_is_stopped(sandboxes: Sandboxes, folder: Path) -> None:
    result = built(sandboxes, folder, "all:\n\tsleep 60\nclean:\n", wall=0.3)
    assert (result.built, result.reason) == (False, "make was stopped: too much time")


def test_a_cleaning_that_never_ends_is_stopped_too(sandboxes: Sandboxes, folder: Path) -> None:
    result = built(sandboxes, folder, "all:\n\ttrue\nclean:\n\tsleep 60\n", wall=0.3)
    assert result.reason == "make was stopped: too much time"


def test_there_must_be_a_program_in_the_end(sandboxes: Sandboxes, folder: Path) -> None:
    (folder / "work" / "Application").write_text("from another platform")
    result = built(sandboxes, folder, "all:\n\ttrue\n")
    assert result.reason == "make left no file called Application"


def test_a_link_is_no_program(sandboxes: Sandboxes, folder: Path) -> None:
    assert not built(sandboxes, folder, "all:\n\tln -s /bin/true Application\nclean:\n").built


def test_what_the_student_left_is_not_graded(sandboxes: Sandboxes, folder: Path) -> None:
    for name in ("dbg.log", "Log.o"):
        (folder / "work" / name).write_text("old")
    assert built(sandboxes, folder, MAKEFILE).built
    assert {path.name for path in (folder / "work").iterdir()} == {
        "Makefile",
        "program.sh",
        "Application",
    }
