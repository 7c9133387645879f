"""The official rubric of the key-value store assignment (MP2), quirks and all.

It asks the log what the course's shell tester asks it: how many lines contain certain words, and
for reads and updates in which of the windows between the six operations their ticks fall.
"""

from collections.abc import Sequence

from ringscope.events import OperationKind
from ringscope.grading.rubric import Ruling, count, rule, ticks_of
from ringscope.grading.shell import (
    before_binary_data,
    between,
    containing,
    count_matches,
    cut,
    grep,
    grep_file,
    grep_unquoted,
    number,
    read_lines,
    split_words,
    without_brackets,
)
from ringscope.observers.debug_log import LogLine

#: Success lines of one operation: three replicas and the coordinator.
ANSWERS = 4
INVALID_KEY = "invalidKey"
#: How long an operation may take before its coordinator gives up, in ticks, unless told.
OPERATION_TIMEOUT = 10


def grade_store(
    test: OperationKind, lines: Sequence[LogLine], timeout: int = OPERATION_TIMEOUT
) -> list[Ruling]:
    """Apply the official rules to the lines of a dbg.log; ``timeout``: of an operation, ticks."""
    lines = before_binary_data(lines)
    if test == "create":
        return _grade_create(lines, timeout)
    if test == "delete":
        return _grade_delete(lines, timeout)
    return _Windows(test, lines, timeout).rulings()


def _containing(lines: Sequence[LogLine], words: str) -> list[LogLine]:
    """The lines with these words in them, in capitals or not."""
    return grep_file(containing(words), lines)


def _grade_create(lines: Sequence[LogLine], timeout: int) -> list[Ruling]:
    operations = _containing(lines, "create operation")
    successes = _containing(lines, "create success")
    ruling = _balance("create.1", operations, successes, len(operations), timeout)
    return [ruling]


def _grade_delete(lines: Sequence[LogLine], timeout: int) -> list[Ruling]:
    operations = _containing(lines, "delete operation")
    successes = _containing(lines, "delete success")
    failures = [line for line in _containing(lines, "delete fail") if INVALID_KEY in line.text]
    passed = len(failures) == ANSWERS
    reason = (
        f"Expected exactly {ANSWERS} delete fail lines about {INVALID_KEY} (three replicas and the "
        f"coordinator), saw {len(failures)}{ticks_of(failures)}."
    )
    return [
        _balance("delete.1", operations, successes, len(operations) - 1, timeout),
        rule(
            "delete.2", 4 * passed, 4, reason, failures, decided=_answered_by(operations, timeout)
        ),
    ]


def _answered_by(operations: Sequence[LogLine], timeout: int) -> int | None:
    """The tick by which all these operations have ended."""
    return max(line.tick for line in operations) + timeout + 1 if operations else None


def _balance(
    check: str,
    operations: Sequence[LogLine],
    successes: Sequence[LogLine],
    expected: int,
    timeout: int,
) -> Ruling:
    """Four success lines in all for each of the ``expected`` operations, and four for each key."""
    verb = check.split(".")[0]
    keys = [key for line in operations for key in split_words(cut(line.text, 7))]
    if verb == "delete":
        keys = [key for key in keys if key != INVALID_KEY]
    wrong = _unbalanced(keys, successes)
    total = ANSWERS * expected
    passed = len(successes) == total and wrong is None
    if passed and not operations:
        reason = f"The log has no {verb} operations; the rule counts 0 = {ANSWERS} × 0 and passes."
    elif passed:
        reason = (
            f"Each of the {expected} {verb}s has {ANSWERS} success lines, three replicas and the "
            f"coordinator{ticks_of(successes)}."
        )
    elif not operations:
        reason = (
            f"The log has no {verb} operations, so there is nothing that the rule could count; it "
            f"found {count(len(successes), f'{verb} success line')}."
        )
    else:
        reason = (
            f"Expected {total} {verb} success lines, {ANSWERS} for each of "
            f"{count(expected, verb)}, saw {len(successes)}{ticks_of(successes)}"
            + (f"; key {wrong[0]} has {wrong[1]}." if wrong else ".")
        )
    evidence: Sequence[LogLine] = successes[-ANSWERS:]
    if wrong is not None:
        about = grep(wrong[0])
        evidence = [line for line in (*operations, *successes) if about(line.text)]
    return rule(check, 3 * passed, 3, reason, evidence, decided=_answered_by(operations, timeout))


def _unbalanced(keys: Sequence[str], successes: Sequence[LogLine]) -> tuple[str, int] | None:
    """The first key with more or fewer than four success lines, and how many it has."""
    counts = count_matches(keys, [line.text for line in successes])
    return next(((key, counts[key]) for key in keys if counts[key] != ANSWERS), None)


class _Windows:
    """The six reads or updates of a run and the lines that fall between them."""

    def __init__(self, test: OperationKind, lines: Sequence[LogLine], timeout: int) -> None:
        self.test, self.timeout = test, timeout
        self.operations = _containing(lines, f"{test} operation")
        fields = sorted(without_brackets(cut(line.text, 3)) for line in self.operations)
        #: When the operations were, in the order of their text, as the tester numbers them.
        self.times = [word for field in fields for word in split_words(field)]
        first = self._at(0)
        self.key = "\n".join(cut(line.text, 7) for line in first).rstrip("\n")
        self.value = "\n".join(cut(line.text, 9) for line in first).rstrip("\n")
        self.failing_key = "\n".join(cut(line.text, 7) for line in self._at(2)).rstrip("\n")
        about_key, about_value = grep_unquoted(self.key), grep_unquoted(self.value)
        self.successes = [
            line
            for line in _containing(lines, f"{test} success")
            if about_key(line.text) and about_value(line.text)
        ]
        self.failures = _containing(lines, f"{test} fail")

    def _at(self, index: int) -> list[LogLine]:
        """The operation lines that contain the digits of a time, wherever in the line."""
        if index >= len(self.times):
            return []
        has_time = grep(self.times[index])
        return [line for line in self.operations if has_time(line.text)]

    def _time(self, index: int) -> int | None:
        return number(self.times[index]) if index < len(self.times) else None

    def rulings(self) -> list[Ruling]:
        """Return the six rulings of the tester."""
        n1, n2, n32, n4 = self._sort_successes()
        n31, n5 = self._sort_failures()
        enough = (ANSWERS - 1, ANSWERS)
        return [
            self._ruling("1", 3, n1, enough, 0, 1),
            self._ruling("2", 9, n2, (ANSWERS - 1,), 1, 2),
            self._ruling("3.1", 9, n31, (1,), 2, 3),
            self._ruling("3.2", 10, n32, enough, 3, 4),
            self._ruling("4", 6, n4, enough, 4, None),
            self._ruling("5", 3, n5, enough, 5, None),
        ]

    def _sort_successes(self) -> list[list[LogLine]]:
        t1, t2, t31, t32, t4 = (self._time(index) for index in range(5))
        windows: list[list[LogLine]] = [[], [], [], []]
        for line, text in read_lines(self.successes):
            tick = _tick(text)
            if between(t1, tick, t2):
                windows[0].append(line)
            elif between(t2, tick, t31):
                windows[1].append(line)
            elif between(t32, tick, t4):
                windows[2].append(line)
            elif t4 is not None and tick is not None and tick >= t4:
                windows[3].append(line)
        return windows

    def _sort_failures(self) -> tuple[list[LogLine], list[LogLine]]:
        t31, t32, t5 = self._time(2), self._time(3), self._time(5)
        about_key, about_invalid = grep(self.failing_key), grep(INVALID_KEY)
        failing, invalid = [], []
        for line, text in read_lines(self.failures):
            tick = _tick(text)
            if between(t31, tick, t32):
                if about_key(text):
                    failing.append(line)
            elif t5 is not None and tick is not None and tick >= t5 and about_invalid(text):
                invalid.append(line)
        return failing, invalid

    def _ruling(
        self,
        part: str,
        points: int,
        seen: Sequence[LogLine],
        allowed: tuple[int, ...],
        first: int,
        following: int | None,
    ) -> Ruling:
        passed = len(seen) in allowed
        decided = self._decided(following)
        issued = [line for line in self.operations if _field_tick(line) == self._time(first)]
        return rule(
            f"{self.test}.{part}",
            points * passed,
            points,
            self._reason(part, seen, allowed, first, following),
            [*issued[:2], *seen],
            decided=decided,
        )

    def _decided(self, following: int | None) -> int | None:
        if following is not None:
            return self._time(following)
        last = self._time(5)
        return None if last is None else last + self.timeout + 1

    def _reason(
        self,
        part: str,
        seen: Sequence[LogLine],
        allowed: tuple[int, ...],
        first: int,
        following: int | None,
    ) -> str:
        start = self._time(first)
        end = None if following is None else self._time(following)
        if start is None or (following is not None and end is None):
            return (
                f"Expected six {self.test} operations in the log, saw {len(self.times)}, so the "
                f"rule has no window for check {part}."
            )
        window = f"from tick {start}" + (f" to {end - 1}" if end is not None else " on")
        expected = " or ".join(map(str, allowed))
        return f"Expected {expected} {self._what(part)} {window}, saw {len(seen)}{ticks_of(seen)}."

    def _what(self, part: str) -> str:
        if part == "5":
            return f"{self.test} fail lines about {INVALID_KEY}"
        if part == "3.1":
            return f"{self.test} fail line about key {' '.join(self.failing_key.split())}"
        about = f"key {' '.join(self.key.split())} and value {' '.join(self.value.split())}"
        return f"{self.test} success lines about {about}"


def _tick(text: str) -> int | None:
    """The tick of a result line as the tester reads it: the second word of the trimmed line."""
    return number(without_brackets(cut(text, 2)))


def _field_tick(line: LogLine) -> int | None:
    return number(without_brackets(cut(line.text, 3)))
