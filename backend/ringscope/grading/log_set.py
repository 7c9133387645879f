"""Which log is of which scenario: finds the log sets among the files of a folder or a zip."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import BinaryIO, Literal, NamedTuple, Protocol

import msgspec

from ringscope.events import OperationKind
from ringscope.grading.log_guess import ask_for_scenario
from ringscope.grading.membership import MembershipTest
from ringscope.simulation.scenario import Scenario

Kind = Literal["mp1", "mp2"]
Test = MembershipTest | OperationKind

#: The scenarios of the course by assignment, in the order of its graders, and what they test.
TESTS: Mapping[Kind, Mapping[str, Test]] = {
    "mp1": {"singlefailure": "single", "multifailure": "multi", "msgdropsinglefailure": "drop"},
    "mp2": {"create": "create", "delete": "delete", "read": "read", "update": "update"},
}
KIND_TITLES: Mapping[Kind, str] = {"mp1": "MP1 membership", "mp2": "MP2 key-value store"}
KIND_OF: Mapping[str, Kind] = {name: kind for kind, tests in TESTS.items() for name in tests}
NO_LOGS = "there are no logs of the course's scenarios in it, such as create.log"
#: What the log of any run is called.
PLAIN_NAME = "dbg.log"
#: How much of a log is searched for signs of the store, in bytes.
_SNIFFED = 1 << 20

_NUMBERED = re.compile(r"dbg\.([0-3])\.log")
_STORE = re.compile(rb"APP MP2|OPERATION KEY")


class LogSetError(ValueError):
    """What we were given cannot be graded; the message is one sentence."""


class LogFile(Protocol):
    """Where the bytes of a log are."""

    @property
    def size(self) -> int:
        """How many bytes it has, as far as known."""

    def open(self) -> BinaryIO:
        """Return it opened; raises `LogSetError` or `OSError`."""


class LogSet(msgspec.Struct, frozen=True):
    """The logs of one submission for one assignment.

    ``path``: what to call it.  ``logs``: by scenario, of those that are there.  ``wanted``: the
    scenarios that are graded; one whose log is missing counts as a program that logs nothing does.
    ``scenario``: that of the only log, where it was named; None: those of the course.
    """

    path: str
    kind: Kind
    logs: dict[str, LogFile]
    wanted: tuple[str, ...]
    notes: tuple[str, ...] = ()
    scenario: Scenario | None = None

    @property
    def size(self) -> int:
        """How many bytes its logs have together."""
        return sum(log.size for log in self.logs.values())


class Unreadable(NamedTuple):
    """A submission that cannot be graded, and why, in a sentence; ``kind``: where it is known."""

    path: str
    kind: Kind | None
    problem: str


class Tree(NamedTuple):
    """A folder or a zip: what to call it, its logs by their path, its folders, the zips in it."""

    label: str
    logs: Mapping[str, LogFile]
    folders: Iterable[str] = ()
    archives: Collection[str] = ()


def kind_of(scenario: Scenario) -> Kind:
    """Return by which assignment's rules a scenario is judged; raises `LogSetError` if by none."""
    if scenario.single_failure is None and scenario.crud_test is None:
        raise LogSetError(
            f"{scenario.name} has neither SINGLE_FAILURE nor CRUD_TEST, so the course's rules have "
            "nothing to grade"
        )
    return "mp1" if scenario.single_failure is not None else "mp2"


def single_log(path: str, log: LogFile, name: str, scenario: Scenario | None) -> LogSet:
    """Return the set of one log, whose scenario is named by ``scenario`` or by its file ``name``.

    Raises `LogSetError` if neither says what scenario it is.
    """
    if scenario is not None:
        wanted = (scenario.name,)
        return LogSet(path, kind_of(scenario), {scenario.name: log}, wanted, scenario=scenario)
    stem = name.lower().removesuffix(".log")
    if stem in KIND_OF:
        return LogSet(path, KIND_OF[stem], {stem: log}, (stem,))
    raise LogSetError(ask_for_scenario(log.open))


def sets_in(tree: Tree, scenario: Scenario | None = None) -> Iterator[LogSet | Unreadable]:
    """Yield the log sets of a folder or zip by path; where there are none is unreadable.

    ``scenario``: of the files called dbg.log.
    """
    by_folder: dict[str, dict[Kind, dict[str, list[str]]]] = {}
    unnamed: dict[str, LogFile] = {}
    numbered = _numbered_kinds(tree)
    for path, log in sorted(tree.logs.items()):
        place = _placed(path, numbered, named=scenario is not None)
        if place is not None:
            folder, name = place
            kinds = by_folder.setdefault(folder, {})
            kinds.setdefault(KIND_OF[name], {}).setdefault(name, []).append(path)
        elif PurePosixPath(path).name.lower() == PLAIN_NAME:
            unnamed[_parent(path)] = log
    found: list[tuple[str, LogSet | Unreadable]] = []
    for folder, kinds in by_folder.items():
        for kind in sorted(kinds):
            found.append((folder, _log_set(_label(tree, folder), kind, kinds[kind], tree)))
    for folder, log in unnamed.items():
        if not any(_is_within(folder, other) for other in by_folder):
            found.append((folder, _unnamed(_label(tree, folder), log, scenario)))
    for folder in _submissions(tree):
        places = [*(place for place, _ in found), *map(_parent, tree.archives)]
        if not any(_is_within(place, folder) for place in places):
            found.append((folder, Unreadable(_label(tree, folder), None, NO_LOGS)))
    if not found:
        closed = "; zips inside it are not opened" if tree.archives else ""
        found.append(("", Unreadable(tree.label, None, NO_LOGS + closed)))
    yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))


def _placed(path: str, numbered: Mapping[str, Kind], named: bool) -> tuple[str, str] | None:
    """Of which set, called by its folder, a log is, and of which scenario."""
    base, folder = PurePosixPath(path).name.lower(), _parent(path)
    stem, around = base.removesuffix(".log"), PurePosixPath(folder).name
    if stem in KIND_OF:
        return folder, stem
    if base == PLAIN_NAME and not named and around in KIND_OF:
        return _parent(folder), around
    if found := _NUMBERED.fullmatch(base):
        names = tuple(TESTS[numbered[folder]])
        return (folder, names[int(found[1])]) if int(found[1]) < len(names) else None
    return None


def _numbered_kinds(tree: Tree) -> dict[str, Kind]:
    """Whether the numbered logs of each folder are the three of MP1 or the four of MP2."""
    folders: dict[str, list[str]] = {}
    for path in tree.logs:
        if _NUMBERED.fullmatch(PurePosixPath(path).name.lower()):
            folders.setdefault(_parent(path), []).append(path)
    return {
        folder: "mp2" if any(_is_of_the_store(path, tree.logs[path]) for path in paths) else "mp1"
        for folder, paths in folders.items()
    }


def _is_of_the_store(path: str, log: LogFile) -> bool:
    if path.lower().endswith(".3.log"):
        return True
    try:
        with log.open() as file:
            return _STORE.search(file.read(_SNIFFED)) is not None
    except (OSError, LogSetError):
        return False  # told when the set is graded


def _log_set(label: str, kind: Kind, paths: Mapping[str, list[str]], tree: Tree) -> LogSet:
    wanted = tuple(TESTS[kind])
    # A file that bears the scenario's name says best what it is.
    chosen = {name: max(paths[name], key=_is_named) for name in wanted if name in paths}
    notes = tuple(
        f"{chosen[name]} is graded and {other} is not"
        for name in chosen
        for other in paths[name]
        if other != chosen[name]
    )
    return LogSet(label, kind, {name: tree.logs[chosen[name]] for name in chosen}, wanted, notes)


def _is_named(path: str) -> bool:
    return PurePosixPath(path).stem.lower() in KIND_OF


def _unnamed(label: str, log: LogFile, scenario: Scenario | None) -> LogSet | Unreadable:
    try:
        return single_log(label, log, PLAIN_NAME, scenario)
    except LogSetError as error:
        return Unreadable(label, None, str(error))


def _submissions(tree: Tree) -> list[str]:
    """The folders that hold a submission each: those in the first folder that has several."""
    folders, top = set(tree.folders), ""
    while True:
        inside = sorted(folder for folder in folders if folder and _parent(folder) == top)
        if any(_parent(path) == top for path in tree.logs):
            return []
        if any(PurePosixPath(folder).name in KIND_OF for folder in inside):
            return []  # what a run has written
        if len(inside) != 1:
            return inside
        [top] = inside


def _is_within(folder: str, other: str) -> bool:
    return not other or folder == other or folder.startswith(other + "/")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _label(tree: Tree, folder: str) -> str:
    return f"{tree.label}/{folder}" if folder else tree.label
