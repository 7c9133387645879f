"""Logs inside a zip, which may come from anybody: bombs and path tricks are refused.

Nothing is ever unpacked to the disk: members are read as streams, each no further than the size
that the zip's directory, which was checked, says.
"""

import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, NamedTuple, cast

import msgspec

from ringscope.grading.log_set import LogFile, LogSet, LogSetError, Tree, Unreadable, sets_in
from ringscope.simulation.scenario import Scenario

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_DRIVE = re.compile(r"[A-Za-z]:")


class Limits(NamedTuple):
    """What a zip may hold: members, bytes unpacked, and how much larger than packed they may be.

    ``ratio`` is looked at where more than ``harmless`` bytes come out.  Logs shrink ten- or
    twentyfold.
    """

    members: int = 200_000
    unpacked: int = 4 << 30
    ratio: int = 250
    harmless: int = 64 << 20


#: Enough for the logs of a large class.
LIMITS = Limits()


class PackedLog(msgspec.Struct, frozen=True):
    """A log that is a member of a zip: a file, or the bytes of one."""

    archive: Path | bytes
    member: str
    size: int

    def open(self) -> BinaryIO:
        """Return it opened for reading; raises `LogSetError` if the zip is broken."""
        if self.member.endswith("/"):
            raise LogSetError(f"{self.member} is a folder, not a file")
        try:
            return cast(BinaryIO, _Member(_opened(self.archive).open(self.member)))
        except _BROKEN as error:
            raise LogSetError(f"{self.member} cannot be unpacked: {error}") from None


class _Member:
    """A member whose reader says in a sentence what is broken."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except _BROKEN as error:
            raise LogSetError(f"{self._file.name} cannot be unpacked: {error}") from None

    def __enter__(self) -> "_Member":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()


def sets_in_zip(
    archive: Path | bytes,
    label: str,
    scenario: Scenario | None = None,
    limits: Limits = LIMITS,
) -> Iterator[LogSet | Unreadable]:
    """Yield the log sets of a zip, given as a file or as its bytes; zips inside are not opened.

    Raises `LogSetError` if it is no zip, is encrypted, or could be meant to harm: a bomb, paths
    that lead out of it, links, one name twice.
    """
    return sets_in(zip_tree(archive, label, limits), scenario)


def zip_tree(archive: Path | bytes, label: str, limits: Limits = LIMITS) -> Tree:
    """Return the logs of a zip after checking its directory; raises as `sets_in_zip`."""
    try:
        members = _opened(archive).infolist()
    except _BROKEN as error:
        raise LogSetError(f"it is not a zip that can be read: {error}") from None
    _check_size(members, limits)
    for member in members:
        _check(member)
    for name, times in Counter(_path(member).casefold() for member in members).items():
        if times > 1:
            raise LogSetError(f"it has {times} members called {_shown(name)}")
    visible = {_path(member): member for member in members if not _is_hidden(_path(member))}
    logs: dict[str, LogFile] = {
        path: PackedLog(archive, member.filename, member.file_size)
        for path, member in visible.items()
        if path.lower().endswith(".log")
    }
    folders = {str(above) for path in visible for above in PurePosixPath(path).parents}
    folders |= {path for path, member in visible.items() if member.is_dir()}
    archives = [path for path in visible if path.lower().endswith(".zip")]
    return Tree(label, logs, folders - {"."}, archives)


def looks_like_zip(path: Path) -> bool:
    """Whether a file is a zip by its name or by its first bytes."""
    with open(path, "rb") as file:
        return path.suffix.lower() == ".zip" or file.read(4) == b"PK\x03\x04"


def _opened(archive: Path | bytes) -> zipfile.ZipFile:
    if isinstance(archive, bytes):
        return zipfile.ZipFile(BytesIO(archive))
    status = archive.stat()
    return _opened_file(archive, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)
def _opened_file(archive: Path, modified: int, size: int) -> zipfile.ZipFile:
    """The zip with its directory read, which takes long for a large class."""
    return zipfile.ZipFile(archive)


def _check_size(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        raise LogSetError(f"it has {len(members):,} members, more than {limits.members:,}")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked:
        raise LogSetError(f"it unpacks to {unpacked:,} bytes, more than {limits.unpacked:,}")
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.harmless and unpacked > limits.ratio * packed:
        raise LogSetError(f"it unpacks to {unpacked:,} bytes from {packed:,}, as a zip bomb does")


def _check(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in parts or "\0" in name:
        raise LogSetError(f"its member {_shown(name)} leads out of it")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise LogSetError(f"its member {_shown(name)} is a link")
    if member.flag_bits & _ENCRYPTED:
        raise LogSetError(f"its member {_shown(name)} is encrypted")
    if member.compress_type not in _METHODS:
        raise LogSetError(f"its member {_shown(name)} is packed in a way that is not supported")


def _path(member: zipfile.ZipInfo) -> str:
    """Where in the zip a member is; some Windows tools write backslashes."""
    return member.filename.replace("\\", "/").rstrip("/")


def _shown(name: str) -> str:
    return repr(name if len(name) <= 100 else name[:100] + "…")


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))
