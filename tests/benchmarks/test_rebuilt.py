"""Building the reference with another number of inserts, here with a compiler that glues shell."""

from pathlib import Path

import pytest
from tests.benchmarks.conftest import LOGS, FakeClock, Program

from ringscope.benchmarks.rebuilt import rebuild
from ringscope.benchmarks.reference import ReferenceFailedError

#: ``-c`` keeps a unit as it is, ``-o`` puts units into one script.
COMPILER = r"""
echo "$@" >> "$(dirname "$0")/calls"
case "$1" in
-c) for last; do :; done; grep -q broken "$last" && { echo "$last: broken" >&2; exit 1; }
    cp "$last" "${last%.cpp}.o";;
-o) shift; target=$1; shift; { echo '#!/bin/sh'; cat "$@"; } > "$target"; chmod +x "$target";;
esac
"""
HEADER = "#define RF 3\n#define NUMBER_OF_INSERTS 100\n"
UNIT = 'inserts=$(sed -n "s/#define NUMBER_OF_INSERTS //p" "$(dirname "$0")/Application.h")\n'
MAKEFILE = "Application: Log.o Application.o\n\tg++ -o Application Log.o Application.o\n"


@pytest.fixture
def home(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the user's program, its sources, and nothing else to compile with."""
    compiler = program(COMPILER, "c++")
    monkeypatch.setenv("PATH", f"{compiler.parent}:/usr/bin:/bin")
    home = tmp_path / "assignment"
    home.mkdir()
    (home / "Makefile").write_text(MAKEFILE)
    (home / "Application.h").write_text(HEADER)
    (home / "Application.cpp").write_text(UNIT + LOGS)
    (home / "Log.cpp").write_text(": log\n")
    (home / "Unused.cpp").write_text("broken")
    (home / "Application").write_text("the user's own")
    return home


def test_each_program_does_its_number_of_creates(
    home: Path, tmp_path: Path, clock: FakeClock
) -> None:
    few, many = rebuild(home / "Application", (100, 300), tmp_path / "built")
    for one, number in (few, 100), (many, 300):
        one.run(10, tmp_path / f"run-{number}", clock)
        assert (one.inserts, one.created(tmp_path / f"run-{number}")) == (number, number)


def test_it_is_built_with_optimisation(home: Path, tmp_path: Path, program: Program) -> None:
    rebuild(home / "Application", (100,), tmp_path / "built")
    calls = (tmp_path / "program/calls").read_text().splitlines()
    assert sorted(calls[:-1]) == [
        "-c -O2 -std=c++11 -w Application.cpp",
        "-c -O2 -std=c++11 -w Log.cpp",
    ]
    assert calls[-1] == "-o Application Log.o Application.o"


def test_the_users_files_stay_as_they_are(home: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    rebuild(home / "Application", (300,), tmp_path / "built")
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


@pytest.mark.parametrize("absent", ["Makefile", "Application.h", "Application.cpp"])
def test_without_sources_it_says_so(absent: str, home: Path, tmp_path: Path) -> None:
    if absent == "Application.cpp":
        (home / "Application.h").write_text("#define RF 3\n")
    (home / absent).unlink()
    with pytest.raises(ReferenceFailedError, match="NUMBER_OF_INSERTS and their Makefile are not"):
        rebuild(home / "Application", (100,), tmp_path / "built")


def test_without_a_compiler_it_says_so(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(ReferenceFailedError, match=r"there is no C\+\+ compiler"):
        rebuild(home / "Application", (100,), tmp_path / "built")


def test_sources_that_do_not_compile_are_quoted(home: Path, tmp_path: Path) -> None:
    (home / "Log.cpp").write_text("broken")
    with pytest.raises(ReferenceFailedError, match=r"could not be built: Log\.cpp: broken"):
        rebuild(home / "Application", (100,), tmp_path / "built")
