"""Small submissions whose Makefile copies a shell script instead of compiling anything."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ringscope.program.sandbox import LIMITS_ONLY, Confinement, Limits, Sandboxes
from ringscope.simulation.scenario import COURSE

GOLDEN = Path(__file__).parent.parent / "golden"
MAKEFILE = (
    "all:\n\tcp program.sh Application\n\tchmod +x Application\nclean:\n\trm -f Application\n"
)
#: Logs what a perfect program would: one of our golden logs lies beside it.
HONEST = 'name=${1##*/}\ncat "golden/${name%.conf}.log" > dbg.log\n'
#: Room and time enough for a shell script, and little more.
LIMITS = Limits(cpu=10, wall=60, memory=1 << 30, output=1 << 20, space=8 << 20, processes=16)

#: Makes a submission in a folder: its path, its script, its Makefile, whose source is there.
MakeSubmission = Callable[..., Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("make") is None:
        for item in items:
            if "needs_make" in item.fixturenames:  # type: ignore[attr-defined]
                item.add_marker(pytest.mark.skip(reason="make is not installed"))


@pytest.fixture
def needs_make() -> None:
    """For tests that build something."""


@pytest.fixture
def submission(tmp_path: Path, needs_make: None) -> MakeSubmission:
    def make(
        name: str, script: str = HONEST, makefile: str = MAKEFILE, source: str = "MP1Node.cpp"
    ) -> Path:
        folder = tmp_path / "class" / name
        (folder / "golden").mkdir(parents=True)
        for scenario in COURSE:
            shutil.copy(GOLDEN / f"{scenario}.log", folder / "golden")
        (folder / source).write_text("// the student's own work\n")
        (folder / "Makefile").write_text(makefile)
        (folder / "program.sh").write_text("#!/bin/sh\n" + script)
        return folder

    return make


@pytest.fixture(params=["as far as this machine can", "by limits only"])
def sandboxes(request: pytest.FixtureRequest, tmp_path: Path, needs_make: None) -> Sandboxes:
    """Both kinds of confinement that must do."""
    base = tmp_path / "base"
    base.mkdir()
    confinement: Confinement | None = LIMITS_ONLY if request.param == "by limits only" else None
    return Sandboxes(base, confinement)
