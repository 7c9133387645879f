"""The strict store rules: what the official tester forgets, and what it wrongly takes away."""

import re
from collections.abc import Callable

import pytest

from ringscope.grading.setting import STORE_TESTS
from ringscope.grading.strict import rules_of

from .conftest import Lines, Lost

MAXIMA = {"create": 3, "delete": 7, "read": 40, "update": 40}
STEPPED = ["read", "update"]
Edit = Callable[[str], str | None]


def edited(lines: Lines, edit: Edit) -> Lines:
    """The lines after ``edit``; those for which it returns None are left out."""
    return [new for line in lines if (new := edit(line)) is not None]


def at(tick: int, words: str = "") -> Callable[[str], bool]:
    return lambda line: f"[{tick}]" in line and words in line


def without(lines: Lines, chosen: Callable[[str], bool]) -> Lines:
    return [line for line in lines if not chosen(line)]


def replicas(name: str, lines: Lines) -> list[str]:
    """Who answered the first operation."""
    return [line.split()[0] for line in lines if at(151, f"server: {name} success")(line)]


def outsider(name: str, lines: Lines) -> str:
    """A peer that did not answer the first operation."""
    peers = (f"{peer}.0.0.0:0" for peer in range(1, 11))
    return next(peer for peer in peers if peer not in replicas(name, lines))


def key_of(name: str, lines: Lines) -> tuple[str, str]:
    """The key and the value of the first operation."""
    words = next(line for line in lines if f"{name.upper()} OPERATION" in line).split()
    return words[5], words[7]


@pytest.mark.parametrize("name", STORE_TESTS)
def test_each_test_has_as_many_points_as_officially(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    assert sum(rule.points for rule in rules_of(name)) == MAXIMA[name]
    assert lost(name, perfect[name]) == {}


@pytest.mark.parametrize("name", STORE_TESTS)
def test_nothing_logged_earns_nothing(name: str, lost: Lost) -> None:
    for lines in [], ["131"], ["131", "", " [0] APP"]:
        assert sum(lost(name, lines).values()) == MAXIMA[name]


@pytest.mark.parametrize("name", STORE_TESTS)
def test_a_crash_after_the_last_needed_line_is_no_pass(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    cut = [line for line in perfect[name] if "@@time" not in line]
    assert lost(name, cut) == {"end": 1 if name in ("create", "delete") else 2}


@pytest.mark.parametrize(
    ("name", "losses"),
    [
        ("create", {"coordinator": 1}),
        ("delete", {"coordinator": 1, "invalid.coordinator": 1}),
        ("read", {"value": 8, "coordinator": 6, "must-fail": 7, "invalid": 3}),
        ("update", {"value": 6, "stored": 4, "coordinator": 6, "must-fail": 6, "invalid": 3}),
    ],
)
def test_an_answer_that_never_comes_costs_points(
    name: str, losses: dict[str, int], perfect: dict[str, Lines], lost: Lost
) -> None:
    silent = without(perfect[name], lambda line: f"coordinator: {name}" in line)
    assert lost(name, silent) == losses


@pytest.mark.parametrize("name", STORE_TESTS)
def test_three_lines_of_one_peer_are_not_three_replicas(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    said = re.compile(rf"^ \S+(.*server: {name} success)")
    one = edited(perfect[name], lambda line: said.sub(r" 9.0.0.0:0\1", line))
    assert "replicas" in lost(name, one)
    assert "coordinator" in lost(name, one)


@pytest.mark.parametrize("name", STEPPED)
def test_answers_of_the_crashed_count_for_nothing(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect[name]
    dead = next(line.split()[0] for line in lines if "Node failed" in line)
    alive = next(line.split()[0] for line in lines if at(276, "server")(line))
    speaking = edited(
        lines, lambda line: line.replace(alive, dead) if at(276, f"server: {name}")(line) else line
    )
    losses = lost(name, speaking)
    assert losses == {"repair": 3, "silence": 1}


def test_a_value_that_contains_the_right_one_is_wrong(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    _, value = key_of("read", perfect["read"])
    longer = edited(
        perfect["read"],
        lambda line: line.replace(value, f"{value}:101:0") if "read success" in line else line,
    )
    assert lost("read", longer) == {"value": 8}
    one = edited(
        perfect["read"],
        lambda line: line.replace(value, f"{value}9") if at(152)(line) else line,
    )
    assert lost("read", one) == {"value": 2}


@pytest.mark.parametrize("name", STEPPED)
def test_success_without_a_quorum_is_wrong(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    _, value = key_of(name, perfect[name])
    fail = next(line for line in perfect[name] if f"coordinator: {name} fail" in line)
    success = fail.partition(", value")[0].replace("fail", "success") + f", value={value}"
    as_success = [success if line == fail else line for line in perfect[name]]
    losses = lost(name, as_success)
    assert losses == {"coordinator": 1, "must-fail": 7 if name == "read" else 6}
    both = [two for line in perfect[name] for two in ([line, success] if line == fail else [line])]
    assert set(lost(name, both)) == {"coordinator", "must-fail"}


@pytest.mark.parametrize("name", STEPPED)
def test_a_third_copy_that_is_never_made_is_missed(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect[name]
    two = list(lines)
    for tick in 276, 286:
        two.remove(next(line for line in two if at(tick, f"server: {name} success")(line)))
    points = 3 if name == "read" else 2
    assert lost(name, two) == {"repair": 6, "stabilisation": points}


def copies(lines: Lines, name: str, peer: str, tick: int, value: str | None = None) -> Lines:
    """The lines with a copy logged, of the test's key."""
    key, written = key_of("create", [line for line in lines if key_of(name, lines)[0] in line])
    copy = f" {peer} [{tick}] server: create success at time {tick}, transID=900, key={key}"
    where = next(i for i, line in enumerate(lines) if f"[{tick + 20}]" in line or "[225]" in line)
    return [*lines[:where], f"{copy}, value={value or written}", *lines[where:]]


def test_copies_that_were_not_missing_are_too_many(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["read"]
    holders = [p for p in replicas("read", lines) if f" {p} [175] Node failed" not in lines]
    other = outsider("read", lines)
    assert lost("read", copies(lines, "read", other, 200)) == {}
    alive = next(p for p in holders if any(f" {p} [176]" in line for line in lines))
    assert lost("read", copies(lines, "read", alive, 200)) == {"stabilisation": 3}
    half = copies(copies(lines, "read", other, 200), "read", alive, 200)
    assert lost("read", half) == {"stabilisation": 2}


def test_an_old_value_after_an_update_shows_that_it_was_not_stored(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["update"]
    other = outsider("update", lines)
    assert lost("update", copies(lines, "update", other, 200, "newValue")) == {}
    assert lost("update", copies(lines, "update", other, 200)) == {"stored": 4}


def test_a_surplus_create_costs_points_but_a_remark_does_not(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["create"]
    surplus = " 1.0.0.0:0 [400] server: create success at time 400, transID=7, key=abc, value=v"
    remark = " 1.0.0.0:0 [600] DEBUG: Create Success rate 100 percent"
    assert lost("create", [*lines, surplus]) == {"replicas": 1}
    assert lost("create", [*lines, remark]) == {}


def test_a_delete_must_reach_just_those_who_stored_the_key(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["delete"]
    first = next(line for line in lines if "server: delete success" in line)
    key = first.split("key=")[1]
    stored = {line.split()[0] for line in lines if f"key={key}," in line and "server" in line}
    other = next(f"{i}.0.0.0:0" for i in range(1, 11) if f"{i}.0.0.0:0" not in stored)
    elsewhere = f" {other} {first.split(' ', 2)[2]}"
    assert lost("delete", [elsewhere if line == first else line for line in lines]) == {
        "replicas": 1
    }
    assert lost("delete", [line for line in lines if line != first]) == {"replicas": 1}


@pytest.mark.parametrize("role", ["server", "coordinator"])
def test_an_invalid_key_must_be_refused(role: str, perfect: dict[str, Lines], lost: Lost) -> None:
    def accept(line: str) -> str:
        chosen = f"{role}:" in line and "invalidKey" in line
        return line.replace("fail", "success") if chosen else line

    assert set(lost("delete", edited(perfect["delete"], accept))) == {
        "invalid.replicas" if role == "server" else "invalid.coordinator"
    }
    losses = lost("read", edited(perfect["read"], accept))
    assert losses["invalid"] == 3


# --- what the official tester wrongly takes away --------------------------------------------------


@pytest.mark.parametrize("name", STEPPED)
def test_keys_that_look_like_ticks_cost_nothing(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    key, _ = key_of(name, perfect[name])
    for odd in "a150b", "175", "225", "a b", "-v", "a.*b":
        assert lost(name, [line.replace(key, odd) for line in perfect[name]]) == {}


@pytest.mark.parametrize("name", STEPPED)
@pytest.mark.parametrize("shift", [-60, 780])
def test_ticks_of_other_lengths_cost_nothing(
    name: str, shift: int, perfect: dict[str, Lines], lost: Lost
) -> None:
    def shifted(line: str) -> str:
        moved = re.sub(
            r"(\[|time:? |time=)(\d+)", lambda m: f"{m[1]}{max(0, int(m[2]) + shift)}", line
        )
        return line if "@@" in line else moved

    assert lost(name, [shifted(line) for line in perfect[name]]) == {}


def test_a_third_replica_in_step_2_costs_nothing(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["read"]
    answer = next(line for line in lines if at(176, "server")(line))
    other = outsider("read", lines)
    third = f" {other} {answer.split(' ', 2)[2]}"
    where = lines.index(answer)
    assert lost("read", [*lines[:where], third, *lines[where:]]) == {}


@pytest.mark.parametrize("name", STEPPED)
def test_an_honest_fail_of_a_replica_costs_nothing(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect[name]
    key, _ = key_of(name, lines)
    where = next(i for i, line in enumerate(lines) if at(226)(line))
    gone = {line.split()[0] for line in lines if "Node failed" in line} | {lines[where].split()[0]}
    other = next(peer for i in range(1, 11) if (peer := f"{i}.0.0.0:0") not in gone)
    honest = f" {other} [226] server: {name} fail at time 226, transID=1, key={key}"
    assert lost(name, [*lines[:where], honest, *lines[where:]]) == {}


@pytest.mark.parametrize("name", STEPPED)
@pytest.mark.parametrize("tick", [227, 274, 280])
def test_the_timeout_may_be_long(
    name: str, tick: int, perfect: dict[str, Lines], lost: Lost
) -> None:
    def later(line: str) -> str:
        if "coordinator" in line and f"{name} fail" in line and "[235]" in line:
            return line.replace("[235]", f"[{tick}]")
        return line

    assert lost(name, [later(line) for line in perfect[name]]) == {}


def test_a_slow_answer_is_still_the_answer_to_its_own_step(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    def later(line: str) -> str:
        return line.replace("[277]", "[290]") if at(277, "coordinator")(line) else line

    assert lost("read", [later(line) for line in perfect["read"]]) == {}
