"""What processes and folders use, as far as the system says; the standard library only."""

import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")
#: A file takes at least this much room, however empty, so that many of them are noticed.
_BLOCK = 4096


def descendants(ancestor: int) -> list[int]:
    """Return the processes that descend from ``ancestor``; none where the system does not tell."""
    if not _tells():
        return []
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.scandir(_PROCESSES):
        if entry.name.isdecimal():
            with suppress(OSError, ValueError, IndexError):
                children[_parent(int(entry.name))].append(int(entry.name))
    found = list(children[ancestor])
    for pid in found:  # which grows while we go through it
        found += children[pid]
    return found


def memory_of(processes: Iterable[int]) -> int:
    """Return the bytes of memory that processes hold together."""
    pages = 0
    for pid in processes:
        with suppress(OSError, ValueError, IndexError):
            pages += int((_PROCESSES / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def tasks_of_user(user: int) -> int:
    """Return how many processes and threads a user has, which its limit counts."""
    tasks = 0
    if _tells():
        for entry in os.scandir(_PROCESSES):
            if entry.name.isdecimal():
                with suppress(OSError):
                    if entry.stat().st_uid == user:
                        tasks += len(os.listdir(_PROCESSES / entry.name / "task"))
    return tasks


def space_taken(folder: Path, enough: int) -> int:
    """Return the bytes of disk under ``folder``; stops counting beyond ``enough``."""
    taken = 0
    folders = [folder]
    while folders and taken <= enough:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    taken += max(_BLOCK, entry.stat(follow_symlinks=False).st_blocks * 512)
                if taken > enough:
                    break
    return taken


def _tells() -> bool:
    """Whether /proc shows the processes that we can see, and not those of another namespace."""
    with suppress(OSError):
        return os.readlink(_PROCESSES / "self") == str(os.getpid())
    return False


def _parent(pid: int) -> int:
    # the name of the program, in parentheses, may contain anything
    return int((_PROCESSES / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()[1])
