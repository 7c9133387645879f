"""A lost check and all that its log tells, as the detectors of causes see it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from ringscope.events import OperationKind
from ringscope.grading.asked import Asked, Operations, Steps
from ringscope.grading.ending import stopped_at
from ringscope.grading.group import Group
from ringscope.grading.records import AnyRecord, Record, Records, record_of
from ringscope.grading.report import Check
from ringscope.grading.setting import STORE_TESTS, Setting
from ringscope.grading.shell import containing
from ringscope.observers.debug_log import LogLine

#: How many lines speak for one cause at most; the others are counted.
LINES_PER_CAUSE = 6
#: From so many server lines of the coordinator itself on, they are not its own answers.
MANY_OWN_LINES = 2


class Cause(NamedTuple):
    """Something in the log that costs points: a sentence, and the lines it rests on."""

    text: str
    lines: Sequence[LogLine] = ()
    peers: Sequence[int] = ()
    keys: Sequence[str] = ()


class Log:
    """A log of one of the course's tests, read once for all of its checks."""

    def __init__(
        self, test: str, lines: Sequence[LogLine], records: Records, setting: Setting
    ) -> None:
        self.test, self.lines, self.records, self.setting = test, lines, records, setting
        self.group = Group(records, setting)

    @cached_property
    def operations(self) -> Operations:
        """The operations with their answers."""
        return Operations(self.records)

    @cached_property
    def stopped(self) -> int | None:
        """The tick at which the program stopped, if it did before the end."""
        return stopped_at(self.test, self.group, self.setting)

    @property
    def kind(self) -> OperationKind | None:
        """The kind of operation that a store test is about."""
        return next((kind for kind in STORE_TESTS if kind == self.test), None)

    @cached_property
    def steps(self) -> Steps:
        """The six steps of a read or update test."""
        return Steps("update" if self.test == "update" else "read", self.operations, self.setting)

    def with_words(self, phrase: str) -> list[LogLine]:
        """Return the lines with a phrase in them, in capitals or not."""
        found = containing(phrase)
        return [line for line in self.lines if found(line.text)]

    def strays(self, phrase: str, *kinds: type[AnyRecord]) -> list[LogLine]:
        """Return the lines with a phrase in them that are no records of these types."""
        return [line for line in self.with_words(phrase) if not isinstance(record_of(line), kinds)]


class Case(NamedTuple):
    """A check that lost points; ``part`` is its id without the test (``join``, ``3.2``)."""

    log: Log
    check: Check
    official: bool
    part: str

    @classmethod
    def of(cls, log: Log, check: Check) -> "Case":
        """Take a check's id apart."""
        official = not check.id.startswith("strict.")
        part = check.id.split(".", 1 if official else 2)[-1]
        return cls(log, check, official, part)


Detector = Callable[[Case], Iterator[Cause]]
#: What says of one operation what is wrong with it; the text is how the operation is called.
OperationDetector = Callable[[Case, Asked, str], Iterator[Cause]]


def for_each(
    case: Case, asked: Iterable[tuple[Asked, str]], detectors: Iterable[OperationDetector]
) -> Iterator[Cause]:
    """Put operations to detectors; what is found for many of them is told for the first.

    Each detector speaks at most once, and once something is found for an operation, detectors
    further down do not speak about it: they see the consequences.
    """
    left = list(asked)
    for detector in detectors:
        found = [(one, cause) for one, name in left for cause in detector(case, one, name)]
        if not found:
            continue
        spoken_of = {id(one) for one, _ in found}
        left = [(one, name) for one, name in left if id(one) not in spoken_of]
        yield _together([cause for _, cause in found])


def _together(causes: Sequence[Cause]) -> Cause:
    first, *others = causes
    text = first.text
    if others:
        what = "operation" if len(others) == 1 else "operations"
        text += f" The same goes for {len(others)} more {what}."
    return Cause(
        text,
        [line for cause in causes for line in cause.lines],
        sorted({peer for cause in causes for peer in cause.peers}),
        tuple(dict.fromkeys(key for cause in causes for key in cause.keys)),
    )


def lines_of(records: Iterable[Record]) -> list[LogLine]:
    """Return the lines that records were made of."""
    return [record.line for record in records]


def about(asked: Asked, text: str, who: Sequence[int] | None = None) -> Cause:
    """Return a cause that all lines of an operation speak for; ``who``: not the coordinator."""
    return Cause(
        text,
        lines_of(asked.lines()),
        [asked.operation.peer] if who is None else who,
        (asked.operation.key,),
    )


def all_of_the_coordinator(asked: Asked) -> bool:
    """Whether several server lines all have the coordinator's address."""
    own = [answer for answer in asked.servers if answer.peer == asked.operation.peer]
    return len(own) >= MANY_OWN_LINES and len(own) == len(asked.servers)
