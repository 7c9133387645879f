"""The official MP2 rubric, and each oddity of the course's tester that it keeps."""

import re
from collections.abc import Callable

import pytest

from ringscope.grading.report import Check

from .conftest import Grade, Lines

Edit = Callable[[Lines], Lines]

FULL = {
    "create": {"create.1": 3},
    "delete": {"delete.1": 3, "delete.2": 4},
} | {
    name: {
        f"{name}.{part}": points
        for part, points in [("1", 3), ("2", 9), ("3.1", 9), ("3.2", 10), ("4", 6), ("5", 3)]
    }
    for name in ("read", "update")
}
WINDOWS = ["read", "update"]


@pytest.mark.parametrize("name", list(FULL))
def test_perfect_runs_get_full_marks(name: str, perfect: dict[str, Lines], grade: Grade) -> None:
    assert grade(name, perfect[name]) == FULL[name]


def test_nothing_logged_passes_create_and_nothing_else(grade: Grade) -> None:
    for lines in [], ["131"], ["131", "", " [0] APP"]:
        assert grade("create", lines) == {"create.1": 3}
        for name in "delete", "read", "update":
            assert set(grade(name, lines).values()) == {0}


# --- edits ---------------------------------------------------------------------------------------


def first_key(lines: Lines, verb: str) -> str:
    return next(line for line in lines if f"{verb.upper()} OPERATION" in line).split()[5]


def at(tick: int, *words: str) -> Callable[[str], bool]:
    return lambda line: f" [{tick}] " in line and all(word in line for word in words)


def drop(chosen: Callable[[str], bool], times: int = 10**9) -> Edit:
    def edit(lines: Lines) -> Lines:
        left = times
        kept = []
        for line in lines:
            if left and chosen(line):
                left -= 1
            else:
                kept.append(line)
        assert len(kept) < len(lines)
        return kept

    return edit


def change(chosen: Callable[[str], bool], old: str, new: str, times: int = 10**9) -> Edit:
    def edit(lines: Lines) -> Lines:
        left = times
        changed = []
        for line in lines:
            if left and chosen(line):
                left -= 1
                line = re.sub(old, new, line)
            changed.append(line)
        assert changed != lines
        return changed

    return edit


def add(*texts: str) -> Edit:
    return lambda lines: [*lines, *texts]


def always(line: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("edit", "points"),
    [
        (change(lambda line: "coordinator: create" in line, "coordinator", "server"), 3),
        (change(lambda line: "create success" in line, r"^ \S+", " 9.0.0.0:0"), 3),
        (change(lambda line: "create success" in line, r"\[\d+\]", "[690]"), 3),
        (change(lambda line: "create success" in line, r"transID=\d+", "transID=1"), 3),
        (drop(lambda line: "create success" in line, times=1), 0),
        (add(" 1.0.0.0:0 [600] DEBUG: Create Success rate 100 percent"), 0),
    ],
)
def test_create(edit: Edit, points: int, perfect: dict[str, Lines], grade: Grade) -> None:
    assert grade("create", edit(perfect["create"])) == {"create.1": points}


def test_create_is_balanced_per_key(perfect: dict[str, Lines], grade: Grade) -> None:
    lines = perfect["create"]
    keys = [line.split()[5] for line in lines if "CREATE OPERATION" in line]
    moved = change(
        lambda line: "create success" in line and keys[0] in line, keys[0], keys[1], times=1
    )
    assert grade("create", moved(lines)) == {"create.1": 0}


@pytest.mark.parametrize(
    ("edit", "first", "second"),
    [
        (change(lambda line: "delete success" in line, "coordinator", "server"), 3, 4),
        (change(lambda line: "delete fail" in line, "coordinator", "server"), 3, 4),
        (drop(lambda line: "coordinator: delete fail" in line), 3, 0),
        (drop(lambda line: "OPERATION KEY: invalidKey" in line), 0, 4),
        (drop(lambda line: "delete success" in line, times=1), 0, 4),
        (add(" 1.0.0.0:0 [600] a delete operation went well"), 0, 4),
        (add(" 1.0.0.0:0 [600] server: Delete Fail invalidKey"), 3, 0),
    ],
)
def test_delete(
    edit: Edit, first: int, second: int, perfect: dict[str, Lines], grade: Grade
) -> None:
    assert grade("delete", edit(perfect["delete"])) == {"delete.1": first, "delete.2": second}


def result(verb: str, word: str, tick: int, role: str = "server") -> Callable[[str], bool]:
    return at(tick, f"{role}: {verb} {word}")


def extra_success(lines: Lines, verb: str, tick: int, role: str = "server") -> str:
    """A line like the perfect ones, at another tick."""
    model = next(line for line in lines if f"server: {verb} success" in line)
    return re.sub(r"\[\d+\]", f"[{tick}]", model).replace("server", role)


LOSSES: list[tuple[str, Callable[[str], Edit], set[str]]] = [
    # Only the count matters: neither role nor peer nor the time in the message.
    ("no coordinator in check 1", lambda v: drop(result(v, "success", 152, "coordinator")), set()),
    ("no coordinator in check 5", lambda v: drop(result(v, "fail", 287, "coordinator")), set()),
    ("one peer says all", lambda v: change(at(151, "success"), r"^ \S+", " 9.0.0.0:0"), set()),
    ("wrong time in the message", lambda v: change(at(151, v), r"time \d+", "time 9"), set()),
    ("no transaction", lambda v: change(at(151, v), r"transID=\d+", "transID=7"), set()),
    ("two lines in check 1", lambda v: drop(at(151, "success"), times=2), {"1"}),
    # Two replicas are enough in 3.2 and 4.
    ("two replicas in 3.2", lambda v: drop(result(v, "success", 276), times=1), set()),
    ("two replicas in 4", lambda v: drop(result(v, "success", 286), times=1), set()),
    ("one replica in 3.2", lambda v: drop(result(v, "success", 276), times=2), {"3.2"}),
    # Values are compared as parts of a line.
    ("a longer value", lambda v: change(at(151, "success"), r"(value=\w+)", r"\g<1>9"), set()),
    ("another value", lambda v: change(at(151, "success"), r"value=\w+", "value=x"), {"1"}),
    # Check 2 wants exactly three lines.
    ("a third replica in 2", lambda v: lambda ls: [*ls, extra_success(ls, v, 180)], {"2"}),
    ("one replica in 2", lambda v: drop(result(v, "success", 176), times=1), {"2"}),
    # Check 3.1 wants exactly one fail line, at any tick of its window.
    ("fail at 274", lambda v: change(at(235, "fail"), r"\[235\]", "[274]"), set()),
    ("fail at 275", lambda v: change(at(235, "fail"), r"\[235\]", "[275]"), {"3.1"}),
    (
        "an honest replica fails too",
        lambda v: lambda ls: [*ls, next(x for x in ls if at(235, "fail")(x)).replace("235", "226")],
        {"3.1"},
    ),
    # Successes between 3.1 and 3.2 are not looked at.
    (
        "success in the window of 3.1",
        lambda v: lambda ls: [*ls, extra_success(ls, v, 227, "coordinator")],
        set(),
    ),
    # The window of 3.2 has ten ticks, that of 4 has no end.
    (
        "coordinator of 3.2 late",
        lambda v: change(at(277, "success"), r"\[277\]", "[285]"),
        {"4"},
    ),
    (
        "all of 3.2 late",
        lambda v: change(lambda x: at(277)(x) or at(276)(x), r"\[27[67]\]", "[285]"),
        {"3.2", "4"},
    ),
    ("all of 4 at 690", lambda v: change(at(286, "success"), r"\[286\]", "[690]"), set()),
    # The digits of a time are looked for in the whole line.
    ("key with 175", lambda v: lambda ls: rename_key(ls, v, "x175y"), set()),
    ("key with 150", lambda v: lambda ls: rename_key(ls, v, "a150b"), {"1", "2", "3.2", "4"}),
    # All six operations must be there.
    ("cut after check 1", lambda v: lambda ls: cut_before(ls, 175), set("1245") | {"3.1", "3.2"}),
    (
        "cut after the second operation",
        lambda v: lambda ls: [*cut_before(ls, 175), *filter(at(175, "OPERATION"), ls)],
        {"2", "3.1", "3.2", "4", "5"},
    ),
]


def rename_key(lines: Lines, verb: str, new: str) -> Lines:
    key = first_key(lines, verb)
    return [line.replace(key, new) for line in lines]


def cut_before(lines: Lines, tick: int) -> Lines:
    end = next(n for n, line in enumerate(lines) if f"[{tick}]" in line)
    return lines[:end]


@pytest.mark.parametrize("verb", WINDOWS)
@pytest.mark.parametrize(("edit", "lost"), [row[1:] for row in LOSSES], ids=[r[0] for r in LOSSES])
def test_reads_and_updates(
    edit: Callable[[str], Edit], lost: set[str], verb: str, perfect: dict[str, Lines], grade: Grade
) -> None:
    points = grade(verb, edit(verb)(perfect[verb]))
    assert {check.removeprefix(f"{verb}.") for check, p in points.items() if p == 0} == lost
    assert all(p in (0, FULL[verb][check]) for check, p in points.items())


@pytest.mark.parametrize(
    ("ticks", "total"),
    [
        ({150: 90, 175: 115, 225: 165, 275: 215, 285: 225}, 12),
        ({150: 950, 175: 975, 225: 1025, 275: 1075, 285: 1085}, 3),
        ({150: 350, 175: 375, 225: 425, 275: 475, 285: 485}, 40),
    ],
)
def test_times_are_sorted_as_text(
    ticks: dict[int, int], total: int, perfect: dict[str, Lines], grade: Grade
) -> None:
    """Times of different length come in the wrong order; the tester then sees other windows."""

    def moved(line: str) -> str:
        found = re.search(r"\[(\d+)\]", line)
        tick = int(found[1]) if found else 0
        base = max((old for old in ticks if old <= tick), default=None)
        if base is None:
            return line
        return line.replace(f"[{tick}]", f"[{tick - base + ticks[base]}]")

    lines = [moved(line) for line in perfect["read"]]
    assert sum(grade("read", lines).values()) == total


def test_what_happens_to_other_keys_is_never_looked_at(
    perfect: dict[str, Lines], grade: Grade
) -> None:
    surplus = [" 2.0.0.0:0 [230] server: create success at time 230, transID=9, key=x, value=y"]
    for verb in WINDOWS:
        assert grade(verb, perfect[verb] + surplus * 50) == FULL[verb]


def test_evidence_is_the_operation_and_its_answers(
    perfect: dict[str, Lines], checks: Callable[[str, Lines], dict[str, Check]]
) -> None:
    check = checks("read", perfect["read"])["read.3.1"]
    operation, answer = check.evidence
    assert (operation.tick, answer.tick, check.tick) == (225, 235, 235)
    assert perfect["read"][operation.line - 1] == operation.text
    key = first_key(perfect["read"], "read")
    assert check.reason == (
        f"Expected 1 read fail line about key {key} from tick 225 to 274, saw 1 at tick 235."
    )


def test_a_lost_point_says_what_was_expected_and_seen(
    perfect: dict[str, Lines], checks: Callable[[str, Lines], dict[str, Check]]
) -> None:
    lines = drop(lambda line: "create success" in line, times=1)(perfect["create"])
    check = checks("create", lines)["create.1"]
    assert check.passed is False
    assert "Expected 400 create success lines, 4 for each of 100 creates, saw 399" in check.reason
    assert re.search(r"key \w{5} has 3\.$", check.reason)
    check = checks("read", cut_before(perfect["read"], 225))["read.3.2"]
    assert check.reason.startswith("Expected six read operations in the log, saw 2")
