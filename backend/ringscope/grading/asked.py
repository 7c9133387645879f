"""The operations of a log, each with the answers that belong to it."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from ringscope.events import OperationKind
from ringscope.grading.group import Group
from ringscope.grading.records import Answer, Operation, Record, Records
from ringscope.grading.setting import Setting
from ringscope.observers.debug_log import LogLine
from ringscope.simulation.course import INVALID_KEY

#: What is answered later than this after an operation, in ticks, is no answer to it but, say, a
#: copy made by stabilisation.  The course's tests leave 50 ticks to the slowest operation.
ANSWER_LIMIT = 60
#: A coordinator that lives on for so long after it was asked, in ticks, owes an answer: until the
#: next step of the course's tests at least.
ANSWER_DUE = 9
#: Among how many operations about one key the one that a coordinator answers is looked for.
MOST_CANDIDATES = 20


class Asked:
    """An operation, what its replicas said (``servers``) and what its coordinator said.

    ``transactions``: how the replicas called it.
    """

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.servers: list[Answer] = []
        self.coordinator: list[Answer] = []
        self.transactions: set[int | None] = set()

    @property
    def accepted(self) -> set[int]:
        """The replicas that said yes."""
        return {answer.peer for answer in self.servers if answer.ok}

    @property
    def refused(self) -> set[int]:
        """The replicas that said no."""
        return {answer.peer for answer in self.servers if not answer.ok}

    @property
    def successes(self) -> list[Answer]:
        """The coordinator's success lines."""
        return [answer for answer in self.coordinator if answer.ok]

    @property
    def failures(self) -> list[Answer]:
        """The coordinator's fail lines."""
        return [answer for answer in self.coordinator if not answer.ok]

    @property
    def tick(self) -> int:
        """When the client asked."""
        return self.operation.tick

    def accepted_before(self, tick: int) -> set[int]:
        """The replicas that had said yes by the end of a tick."""
        return {answer.peer for answer in self.servers if answer.ok and answer.tick <= tick}

    def lines(self) -> list[Operation | Answer]:
        """The operation and its answers in the order of the file."""
        answers: list[Operation | Answer] = [*self.servers, *self.coordinator]
        return [self.operation, *sorted(answers, key=lambda answer: answer.line)]


def _tick(asked: Asked) -> int:
    return asked.tick


class Operations:
    """All operations of a log with their answers, and the answers that belong to none.

    The keys of transactions cannot be trusted (some solutions count per peer, or write -1), so an
    answer of a replica belongs to the last operation of its kind and key before it, and one of a
    coordinator to an operation that this peer coordinates, before all with the transaction its
    replicas named.
    """

    def __init__(self, records: Records) -> None:
        self.all = [Asked(operation) for operation in records.of(Operation)]
        self.surplus: list[Answer] = []
        self._creators: dict[str, set[int]] = {}
        self._of: dict[tuple[OperationKind, str], list[Asked]] = {}
        for asked in self.all:
            about = (asked.operation.kind, asked.operation.key)
            self._of.setdefault(about, []).append(asked)
        for same in self._of.values():
            same.sort(key=_tick)
        answers = records.of(Answer)
        for answer in answers:
            if answer.role == "server":
                self._add(answer, self._last_before(answer))
        for answer in answers:
            if answer.role == "coordinator":
                self._add(answer, self._coordinated(answer))

    def about(self, kind: OperationKind, key: str) -> list[Asked]:
        """Return the operations of one kind about one key, by tick."""
        return self._of.get((kind, key), [])

    def of(self, kind: OperationKind) -> list[Asked]:
        """Return the operations of one kind, by tick."""
        mine = [asked for asked in self.all if asked.operation.kind == kind]
        return sorted(mine, key=_tick)

    def creators(self, key: str) -> set[int]:
        """Return the peers that stored a key when it was created."""
        if key not in self._creators:
            creates = self.about("create", key)
            self._creators[key] = {peer for asked in creates for peer in asked.accepted}
        return self._creators[key]

    def _candidates(self, answer: Answer) -> list[Asked]:
        """The operations that may be meant, at most a handful of them."""
        same = self.about(answer.kind, answer.key)
        end = bisect_right(same, answer.tick, key=_tick)
        start = bisect_left(same, answer.tick - ANSWER_LIMIT, key=_tick)
        return same[max(start, end - MOST_CANDIDATES) : end]

    def _last_before(self, answer: Answer) -> Asked | None:
        candidates = self._candidates(answer)
        return candidates[-1] if candidates else None

    def _coordinated(self, answer: Answer) -> Asked | None:
        def likeness(asked: Asked) -> tuple[bool, bool, bool, int]:
            mine = asked.operation.peer == answer.peer
            named = answer.transaction in asked.transactions
            waiting = not asked.coordinator
            return mine, named, waiting, -asked.tick if waiting else asked.tick

        return max(self._candidates(answer), key=likeness, default=None)

    def _add(self, answer: Answer, asked: Asked | None) -> None:
        if asked is None:
            self.surplus.append(answer)
        elif answer.role == "server":
            asked.servers.append(answer)
            asked.transactions.add(answer.transaction)
        else:
            asked.coordinator.append(answer)


class Steps:
    """The six operations of the read and update tests; None for one that the log does not have."""

    NAMES = ("1", "2", "3.1", "3.2", "4", "5")

    def __init__(self, kind: OperationKind, operations: Operations, setting: Setting) -> None:
        asked = operations.of(kind)
        valid = [one for one in asked if one.operation.key != INVALID_KEY]
        invalid = [one for one in asked if one.operation.key == INVALID_KEY]
        steps = _at(setting.steps, valid)
        self.by_name: dict[str, Asked | None] = dict(
            zip(self.NAMES, [*steps, invalid[-1] if invalid else None], strict=True)
        )

    def __getitem__(self, name: str) -> Asked | None:
        return self.by_name[name]


def _at(ticks: Sequence[int], asked: Sequence[Asked]) -> list[Asked | None]:
    """The operations at these ticks; in a log with another schedule, the first ones."""
    on_time = {one.tick: one for one in reversed(asked) if one.tick in ticks}
    if 2 * sum(1 for one in asked if one.tick in ticks) >= len(asked):
        return [on_time.get(tick) for tick in ticks]
    return [*asked[: len(ticks)], *[None] * (len(ticks) - len(asked))]


def needless_copies(
    operations: Operations, group: Group, replicas: int
) -> tuple[int, list[Answer]]:
    """Return how many copies failures destroyed, and the copies made that were not missing.

    A peer that logs ``create success`` without a client's create makes a copy.  It was missing if
    fewer than ``replicas`` live peers held the key, and not this one.  Peers that copy without
    logging it are not found out.
    """
    holders: dict[str, set[int]] = defaultdict(set)
    held: dict[int, set[str]] = defaultdict(set)
    for asked in operations.of("create"):
        for peer in asked.accepted:
            holders[asked.operation.key].add(peer)
            held[peer].add(asked.operation.key)
    lost, needless = 0, []
    for event in sorted([*group.failures, *filter(is_copy, operations.surplus)], key=_line):
        if isinstance(event, Answer):
            if event.peer in holders[event.key] or len(holders[event.key]) >= replicas:
                needless.append(event)
            holders[event.key].add(event.peer)
            held[event.peer].add(event.key)
            continue
        gone = held.pop(event.peer, set())
        lost += len(gone)
        for key in gone:
            holders[key].discard(event.peer)
    return lost, needless


def stale_answers(operations: Operations) -> list[tuple[Answer, Answer]]:
    """Return the copies and reads that show an older value after a successful update.

    Each comes behind the coordinator's answer to the update that it makes doubtful.
    """
    updates = [(said, asked) for asked in operations.of("update") for said in asked.successes]
    asked_at = {said.line.number: asked.operation.line.number for said, asked in updates}
    reads = [said for asked in operations.of("read") for said in asked.successes]
    shown = [*filter(is_copy, operations.surplus), *reads, *(said for said, _ in updates)]
    writes = [one.operation for one in operations.all if one.operation.kind in ("create", "update")]
    written: dict[tuple[str, str | None], int] = {}  # by key and value: the last line that asked so
    updated: dict[str, Answer] = {}
    stale = []
    events: list[Operation | Answer] = [*writes, *shown]
    for event in sorted(events, key=_line):
        update = updated.get(event.key)
        if isinstance(event, Operation):
            written[event.key, event.value] = event.line.number
        elif event.kind == "update":
            updated[event.key] = event
        elif update is not None and event.value != update.value:
            asked = asked_at[update.line.number]
            if written.get((event.key, event.value), asked) < asked:
                stale.append((update, event))
    return stale


def is_copy(answer: Answer) -> bool:
    """Whether a replica says that it stored something."""
    return answer.kind == "create" and answer.role == "server" and answer.ok


def _line(record: Record) -> LogLine:
    return record.line
