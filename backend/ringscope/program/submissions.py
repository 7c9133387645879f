"""Finds submissions in folders, tells which assignment they are, and copies them with care."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from ringscope.program.printed import printable
from ringscope.simulation.scenario import COURSE, shipped

Kind = Literal["mp1", "mp2"]

#: What a student hands in: the files that the course's submit script sends.
HANDED_IN = ("MP1Node.cpp", "MP1Node.h", "MP2Node.cpp", "MP2Node.h")
SCENARIOS: dict[Kind, tuple[str, ...]] = {"mp1": COURSE[:3], "mp2": COURSE[3:]}
#: Folders that belong to tools, not to the submission.
_IGNORED = {"testcases", "__MACOSX", "__pycache__"}
#: The folder of an assignment inside a student's.
_ASSIGNMENT = re.compile(r"mp[12]\b|mp[12]_", re.IGNORECASE)
_DEPTH = 3
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
MAX_FILE = 50 << 20
MAX_BYTES = 200 << 20
MAX_FILES = 10_000


class SubmissionError(Exception):
    """A submission cannot be used; the text says why, and what to do."""


class Submission(NamedTuple):
    """A folder to be built, or a zip of it; ``name`` tells it from the others of a batch."""

    name: str
    folder: Path


def find_submissions(folders: Sequence[Path], skeleton: Path | None) -> list[Submission]:
    """Return the submissions that ``folders`` are or hold, in order of name.

    A zip is one submission.  A folder in a folder of submissions that holds none is returned too,
    so that nobody who handed in something odd is forgotten.  Raises `SubmissionError`.
    """
    if skeleton is not None and not _has(skeleton, _MAKEFILES):
        raise SubmissionError(
            f"{skeleton}: has no Makefile; --skeleton must name the assignment's original folder"
        )
    found: list[Submission] = []
    for folder in folders:
        if folder.is_file() and not _is_zip(folder):
            raise SubmissionError(f"{folder}: is neither a folder nor a zip")
        inside = [folder] if folder.is_file() else submissions_inside(folder, skeleton)
        if not inside:
            raise SubmissionError(
                f"{folder}: neither it nor a folder in it has a {_wanted(skeleton)[-1]}; "
                "name a submission's folder, or a folder of submissions"
                + (" (--skeleton lays the assignment under bare files)" if not skeleton else "")
            )
        if inside != [folder] and _is_class(folder, inside):
            inside = [one for child in _children(folder) for one in _of_child(child, skeleton)]
        found += [Submission(_name(folder, one), one) for one in inside]
    return _distinct(found)


def submissions_inside(folder: Path, skeleton: Path | None, depth: int = _DEPTH) -> list[Path]:
    """Return the folders within ``folder`` that can be built, or else the zips that lie there."""
    if _has(folder, _wanted(skeleton)):
        return [folder]
    if depth == 0:
        return []
    children = list(_children(folder))
    folders = [child for child in children if child.is_dir()]
    found = [one for child in folders for one in submissions_inside(child, skeleton, depth - 1)]
    return found or [child for child in children if child.is_file()]


def kind_of(folder: Path) -> Kind:
    """Tell from sources, or else from scenarios, which assignment it is."""
    if _has(folder, ("MP2Node.cpp", "MP2Node.h")):
        return "mp2"
    if _has(folder, ("MP1Node.cpp", "MP1Node.h")):
        return "mp1"
    kinds: list[Kind] = ["mp1", "mp2"]
    there = [
        kind
        for kind in kinds
        if any((folder / "testcases" / f"{name}.conf").is_file() for name in SCENARIOS[kind])
    ]
    if len(there) != 1:
        raise SubmissionError(
            "neither MP1Node.cpp nor MP2Node.cpp nor the scenarios of one assignment are there; "
            "say which it is with --kind"
        )
    return there[0]


def copy_submission(folder: Path, skeleton: Path | None, target: Path) -> None:
    """Copy a submission into the empty folder ``target``, with the course's own scenarios.

    With a skeleton only what a student hands in is taken, and laid over it.  Raises
    `SubmissionError` for what has no Makefile or is too large to be a submission, OSError for what
    cannot be read.
    """
    if skeleton is None:
        copy_tree(folder, target)
    else:
        copy_tree(skeleton, target)
        for name in HANDED_IN:
            if _is_file(folder / name):
                (target / name).unlink(missing_ok=True)
                _copy_file(folder / name, target / name)
    if not _has(target, _MAKEFILES):
        raise SubmissionError(
            "there is no Makefile; with --skeleton the assignment's own files are laid under it"
        )
    lay_scenarios(target)


def lay_scenarios(folder: Path) -> None:
    """Put the course's seven scenarios, as they were published, into ``folder``/testcases."""
    testcases = folder / "testcases"
    if testcases.exists() and not testcases.is_dir():
        testcases.unlink()
    testcases.mkdir(exist_ok=True)
    ours = shipped()
    for name in COURSE:
        (testcases / f"{name}.conf").write_bytes(ours[name].read_bytes())


def copy_tree(source: Path, target: Path, without: Sequence[str] = ()) -> None:
    """Copy the plain files of a folder, but no links out of it, devices, pipes and huge files.

    ``without``: endings of names that are left out.  Raises `SubmissionError` beyond MAX_BYTES.
    """
    origin = source.resolve()
    size = files = 0
    for place, folders, names in os.walk(source):
        # a linked folder is not walked into; without it nothing leads out or round in circles
        folders[:] = [one for one in folders if not one.startswith(".") and one != "__MACOSX"]
        here = target / Path(place).relative_to(source)
        here.mkdir(exist_ok=True)
        for name in names:
            path = Path(place, name)
            if path.name.endswith(tuple(without)) or not _is_ours(path, origin):
                continue
            size += path.stat().st_size
            files += 1
            if size > MAX_BYTES or files > MAX_FILES:
                raise SubmissionError(
                    f"holds more than {MAX_FILES} files or {MAX_BYTES >> 20} MB, too much for a "
                    "submission"
                )
            _copy_file(path, here / name)


def _is_ours(path: Path, origin: Path) -> bool:
    """Whether it is a plain file of moderate size, and not a link to somewhere else."""
    if path.is_symlink() and not path.resolve().is_relative_to(origin):
        return False
    return _is_file(path) and path.stat().st_size <= MAX_FILE


def _copy_file(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())
    target.chmod(0o755 if source.stat().st_mode & stat.S_IXUSR else 0o644)


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _has(folder: Path, names: Sequence[str]) -> bool:
    return any(_is_file(folder / name) for name in names)


def _wanted(skeleton: Path | None) -> Sequence[str]:
    return _MAKEFILES if skeleton is None else HANDED_IN


def _is_class(folder: Path, inside: Sequence[Path]) -> bool:
    """Whether these are the submissions of several students, not the assignments of one."""
    several = len(inside) > 1 or any(child.is_file() for child in _children(folder))
    return several and not all(_ASSIGNMENT.match(one.name) for one in inside)


def _of_child(child: Path, skeleton: Path | None) -> list[Path]:
    return (child.is_dir() and submissions_inside(child, skeleton, _DEPTH - 1)) or [child]


def _children(folder: Path) -> Iterator[Path]:
    """Yield the folders and zips in a folder."""
    for child in sorted(folder.iterdir()):
        hidden = child.name.startswith(".") or child.name in _IGNORED or child.is_symlink()
        if not hidden and (child.is_dir() or _is_zip(child)):
            yield child


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and _is_file(path)


def _name(folder: Path, submission: Path) -> str:
    relative = submission.relative_to(folder)
    name = relative.as_posix() if relative.parts else folder.resolve().name
    return printable(name.removesuffix(submission.suffix) if _is_zip(submission) else name)


def _distinct(found: Sequence[Submission]) -> list[Submission]:
    """Number the names that several submissions share, such as mp1 of two students."""
    taken: set[str] = set()
    renamed = []
    for name, folder in found:
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        taken.add(free)
        renamed.append(Submission(free, folder))
    return renamed
