"""A clock that goes as it is told, and programs that behave as the course's might."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ringscope.benchmarks.reference import Reference
from ringscope.benchmarks.suite import Bench, Scale

#: As little as can be measured.
TINY = Scale(
    repeats=2, turns=2, versus=(10,), inserts=300, groups=(4, 8), huge=0, whole_run=10,
    profiled=(4,), ticks=30, operations=(6, 12), campaign=2, campaigns=1, seeds=1, drawn=(4,),
    viewers=2, seconds=0.3, page_peers=4, triad=8_000,
)  # fmt: skip

#: Shell that logs ``$inserts`` successful creates, as the course's program does.
LOGS = r"""
{ echo 131; i=0; while [ $i -lt "$inserts" ]; do i=$((i+1))
echo " 1.0.0.0:0 [101] coordinator: create success at time 101, transID=$i, key=k, value=v"
done; } > dbg.log
: > stats.log; : > msgcount.log
"""

Program = Callable[..., Path]


class FakeClock:
    """Goes on by ``step`` seconds whenever it is read, and by what is passed."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Write an executable shell script."""

    def write(body: str, name: str = "Application") -> Path:
        path = tmp_path / "program" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def good(program: Program) -> Reference:
    """A program that creates a hundred keys at once."""
    return Reference(program("inserts=100" + LOGS))


@pytest.fixture
def bench(tmp_path: Path, clock: FakeClock) -> Bench:
    (tmp_path / "scratch").mkdir()
    return Bench(TINY, tmp_path / "scratch", clock=clock)
