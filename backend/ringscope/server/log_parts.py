"""Which log sets an upload holds, and which scenario a log is of that does not say it."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from ringscope.grading import log_archive
from ringscope.grading.log_archive import looks_like_zip, zip_tree
from ringscope.grading.log_file import LogTooLargeError, read_log_file
from ringscope.grading.log_places import StoredLog
from ringscope.grading.log_set import (
    KIND_OF,
    PLAIN_NAME,
    LogFile,
    LogSet,
    LogSetError,
    Tree,
    Unreadable,
    sets_in,
    single_log,
)
from ringscope.grading.records import Created, Failed, Operation, Records, records_of
from ringscope.server.log_orders import Part
from ringscope.server.problems import bad_request, invalid
from ringscope.simulation.scenario import Scenario

#: What logs that were uploaded without a folder are called.
_LABEL = "upload"


def sets_of(
    parts: Sequence[Part], scenario: Scenario | None, unpacked: int
) -> list[LogSet | Unreadable]:
    """Return the log sets in uploaded files and zips; ``scenario``: of logs called dbg.log.

    Raises `RefusedError` for what could be meant to harm, and for two files of one name.
    """
    loose: dict[str, LogFile] = {}
    trees: list[Tree] = []
    for part in parts:
        name, path = _safe(part.name), Path(part.path)
        if looks_like_zip(path) or name.lower().endswith(".zip"):
            trees.append(_unzipped(name, path, unpacked))
        elif name in loose:
            raise bad_request(f"two files are called {name}")
        else:
            loose[name] = StoredLog(path)
    if len(parts) == len(loose) == 1:
        [(name, log)] = loose.items()
        return [_lone(name, log, PurePosixPath(name).name, scenario)]
    if loose:
        folders = {str(above) for name in loose for above in PurePosixPath(name).parents}
        trees.append(Tree(_LABEL, loose, folders - {"."}))
    found = [one for tree in trees for one in _sets(tree, scenario)]
    return found if len(trees) > 1 else [_inside(one, trees[0].label) for one in found]


def _inside(one: LogSet | Unreadable, label: str) -> LogSet | Unreadable:
    """Call a set by its path within the only folder or zip there is."""
    path = one.path.removeprefix(f"{label}/")
    return one._replace(path=path) if isinstance(one, Unreadable) else replace(one, path=path)


def _safe(name: str) -> str:
    """Return the path that a browser gave a file; it is a label only and never opened."""
    parts = name.replace("\\", "/").split("/")
    if not name or "\0" in name or ".." in parts or parts[0] == "" or ":" in parts[0]:
        raise invalid(f"the name {name[:100]!r} of an uploaded file is no path in a folder")
    return "/".join(part for part in parts if part not in ("", "."))


def _unzipped(name: str, path: Path, unpacked: int) -> Tree:
    label = name[:-4] if name.lower().endswith(".zip") else name
    limits = log_archive.LIMITS._replace(members=20_000, unpacked=unpacked)
    try:
        return zip_tree(path, label, limits)
    except LogSetError as error:
        raise invalid(f"the zip {name} is refused: {error}") from None


def _sets(tree: Tree, scenario: Scenario | None) -> Iterator[LogSet | Unreadable]:
    """Yield the sets in a tree; a dbg.log alone in its folder is a set of its own."""
    unnamed = {} if scenario is not None else _unnamed(tree)
    for path, log in unnamed.items():
        yield _lone(f"{tree.label}/{_folder(path) or path}", log, PLAIN_NAME, None)
    others = {path: log for path, log in tree.logs.items() if path not in unnamed}
    if others or not unnamed:
        seen = tuple(f"{_folder(path)}/" for path in unnamed)
        folders = [folder for folder in tree.folders if not f"{folder}/".startswith(seen)]
        yield from sets_in(tree._replace(logs=others, folders=folders), scenario)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _unnamed(tree: Tree) -> dict[str, LogFile]:
    """Return the logs whose scenario neither their names nor those around them tell."""
    named = {_folder(path) for path in tree.logs if PurePosixPath(path).name.lower() != PLAIN_NAME}
    return {
        path: log
        for path, log in tree.logs.items()
        if PurePosixPath(path).name.lower() == PLAIN_NAME
        and PurePosixPath(path).parent.name not in KIND_OF
        and _folder(path) not in named
    }


def _lone(path: str, log: LogFile, name: str, scenario: Scenario | None) -> LogSet | Unreadable:
    """Return the set of one log: of the scenario that is said, or else of the likeliest."""
    if scenario is not None and scenario.name in KIND_OF:
        return single_log(path, log, f"{scenario.name}.log", None)
    try:
        return single_log(path, log, name, scenario)
    except LogSetError as error:
        return _guessed(path, log, str(error))


def _guessed(path: str, log: LogFile, problem: str) -> LogSet | Unreadable:
    try:
        with log.open() as file:
            likeliest = guess(records_of(read_log_file(file).lines))
    except (LogSetError, LogTooLargeError, OSError) as error:
        return Unreadable(path, None, str(error))
    if likeliest is None:
        return Unreadable(path, None, problem)
    test, why = likeliest
    log_set = single_log(path, log, f"{test}.log", None)
    note = f"nothing says of which scenario the log is; taken for {test}, because {why}"
    return replace(log_set, notes=(*log_set.notes, note))


def guess(records: Records) -> tuple[str, str] | None:
    """Return the likeliest scenario of a log, and why it is; None if the log tells nothing."""
    kinds = {record.kind for record in records.of(Operation)}
    for kind in ("update", "delete", "read", "create"):
        if kind in kinds:
            return kind, f"a client asks to {kind} keys" + (" only" if len(kinds) == 1 else "")
    failed = records.of(Failed)
    if any(record.store for record in records.of(Created)):
        return None  # the store's tests all begin with creates
    if len(failed) > 1:
        return "multifailure", f"{len(failed)} peers fail"
    if failed:
        return "singlefailure", "one peer fails (whether messages were lost, no log tells)"
    return None
