"""Finds log sets where people keep them: a folder, one file, a zip, a folder of many of these."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from ringscope.grading.log_archive import looks_like_zip, zip_tree
from ringscope.grading.log_set import (
    LogFile,
    LogSet,
    LogSetError,
    Tree,
    Unreadable,
    sets_in,
    single_log,
)
from ringscope.simulation.scenario import Scenario

#: More files than a class hands in; somebody gave us a whole disk.
MAX_FILES = 500_000


class StoredLog(msgspec.Struct, frozen=True):
    """A log that is a file.  ``elsewhere``: it is a link that leads out of the folder we read."""

    path: Path
    elsewhere: bool = False

    @property
    def size(self) -> int:
        """How many bytes it has, 0 if nobody can tell."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def open(self) -> BinaryIO:
        """Return it opened; raises `LogSetError` for what is no file, and `OSError`."""
        if self.elsewhere:
            raise LogSetError(f"{self.path.name} is a link that leads out of the folder")
        if not stat.S_ISREG(self.path.stat().st_mode):
            raise LogSetError(f"{self.path.name} is not a file")
        return open(self.path, "rb")


def find_log_sets(path: Path, scenario: Scenario | None = None) -> Iterator[LogSet | Unreadable]:
    """Yield what ``path`` holds to be graded, in the order of the names.

    ``scenario``: of files called dbg.log, which do not say it themselves.  What is no log set at
    all comes out unreadable.
    """
    try:
        if path.is_dir():
            yield from _sets_in_folder(path, scenario)
        elif not path.exists():
            yield Unreadable(str(path), None, "there is no such file or folder")
        elif not path.is_file():
            yield Unreadable(str(path), None, "is a pipe or device; write it to a file first")
        elif looks_like_zip(path):
            yield from sets_in(zip_tree(path, str(path)), scenario)
        else:
            yield single_log(str(path), StoredLog(path), path.name, scenario)
    except LogSetError as error:
        yield Unreadable(str(path), None, str(error))
    except OSError as error:
        yield Unreadable(str(path), None, f"it cannot be read: {error.strerror or error}")


def _sets_in_folder(root: Path, scenario: Scenario | None) -> Iterator[LogSet | Unreadable]:
    tree = _folder_tree(root)
    if tree.logs or not tree.archives:
        yield from sets_in(tree, scenario)
    for archive in tree.archives:
        yield from find_log_sets(root / archive, scenario)


def _folder_tree(root: Path) -> Tree:
    logs: dict[str, LogFile] = {}
    folders: list[str] = []
    archives: list[str] = []
    files = 0
    for place, inside, names in os.walk(root):
        inside[:] = sorted(name for name in inside if not is_hidden(name))
        here = Path(place).relative_to(root)
        # A folder called read.log is a mistake to be told when it is graded.
        names += [name for name in inside if name.lower().endswith(".log")]
        files += len(names)
        if files > MAX_FILES:
            raise LogSetError(f"it has more than {MAX_FILES:,} files; name the folder of the logs")
        for name in sorted(name for name in names if not is_hidden(name)):
            path = (here / name).as_posix()
            if name.lower().endswith(".log"):
                logs[path] = StoredLog(root / path, _leads_out(root / path, root))
            elif name.lower().endswith(".zip"):
                archives.append(path)
        folders += ((here / name).as_posix() for name in inside)
    return Tree(str(root), logs, folders, archives)


def _leads_out(path: Path, root: Path) -> bool:
    if not path.is_symlink():
        return False
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def is_hidden(name: str) -> bool:
    """Whether a file is the system's and not the student's."""
    return name.startswith(".") or name == "__MACOSX"
