"""What processes and folders use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringscope.program.watching import descendants, memory_of, space_taken, tasks_of_user

tells = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")


@tells
def test_descendants_are_children_and_theirs() -> None:
    script = "import subprocess, sys; subprocess.run(['sh', '-c', 'echo $$; read line'])"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        found = descendants(os.getpid())
        child.communicate("\n")
    assert {child.pid, grandchild} <= set(found)
    assert os.getpid() not in found
    assert descendants(child.pid) == []


@tells
def test_memory_is_that_of_all_together() -> None:
    alone = memory_of([os.getpid()])
    assert alone > 1 << 20
    assert memory_of([os.getpid(), os.getpid()]) > 1.5 * alone
    assert memory_of([2**30]) == 0


@tells
def test_a_users_tasks_are_counted() -> None:
    assert tasks_of_user(os.getuid()) >= 1
    assert tasks_of_user(2**30) == 0


def test_space_is_counted_until_it_is_enough(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in "abc":
        (tmp_path / "sub" / name).write_bytes(b"x" * 10_000)
    assert 30_000 <= space_taken(tmp_path, 1 << 30) < 100_000
    assert 5_000 < space_taken(tmp_path, 5_000) < 30_000


def test_empty_files_take_room_too_and_links_are_not_followed(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / str(number)).touch()
    (tmp_path / "round").symlink_to(tmp_path)
    assert 40_000 <= space_taken(tmp_path, 1 << 30) < 80_000
    assert space_taken(tmp_path / "missing", 1) == 0
