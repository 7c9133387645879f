"""Logs with bytes that no text has: what the official rubrics make of them, as the graders do."""

import pytest

from .conftest import Grade, Lines

SCENARIOS = ["singlefailure", "multifailure", "msgdropsinglefailure"]
SCENARIOS += ["create", "delete", "read", "update"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_carriage_returns_at_the_ends_of_lines_change_nothing(
    name: str, perfect: dict[str, Lines], grade: Grade
) -> None:
    assert grade(name, [f"{line}\r" for line in perfect[name]]) == grade(name, perfect[name])


def test_a_line_that_is_not_utf_8_is_never_seen(perfect: dict[str, Lines], grade: Grade) -> None:
    lines = perfect["create"]
    assert grade("create", [*lines, " 1.0.0.0:0 [99] create success \udcff"]) == {"create.1": 3}
    answer = next(index for index, line in enumerate(lines) if "create success" in line)
    hidden = [*lines[:answer], f"{lines[answer]}\udcff", *lines[answer + 1 :]]
    assert grade("create", hidden) == {"create.1": 0}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_small_log_with_a_nul_is_an_empty_one(
    name: str, perfect: dict[str, Lines], grade: Grade
) -> None:
    assert grade(name, [*perfect[name], "\0"]) == grade(name, [])


def test_a_nul_late_in_a_long_log_hides_only_the_end(
    perfect: dict[str, Lines], grade: Grade
) -> None:
    padding = ["x" * 1023] * 200
    lines = [*perfect["singlefailure"], *padding, "\0"]
    assert grade("singlefailure", lines) == grade("singlefailure", perfect["singlefailure"])


def test_a_key_ends_at_a_blank_and_at_nothing_else(perfect: dict[str, Lines], grade: Grade) -> None:
    key = next(line for line in perfect["create"] if "CREATE OPERATION" in line).split()[5]
    odd = f"{key}\u00a0{key}"
    lines = [line.replace(key, odd) for line in perfect["create"]]
    assert grade("create", lines) == {"create.1": 3}
    asked = [line.replace(key, odd) if "OPERATION" in line else line for line in lines]
    assert grade("create", asked) == {"create.1": 0}


def test_a_backslash_joins_a_result_with_the_next(perfect: dict[str, Lines], grade: Grade) -> None:
    lines = perfect["read"]
    first = next(i for i, line in enumerate(lines) if "coordinator: read success" in line)
    joined = [*lines[:first], f"{lines[first]}\\", *lines[first + 1 :]]
    points = grade("read", joined)
    assert (points["read.1"], points["read.2"]) == (3, 0)  # a line of the next window is gone


def test_an_address_that_grep_takes_for_an_option_finds_no_line(
    perfect: dict[str, Lines], grade: Grade
) -> None:
    lines = perfect["multifailure"]
    victim = next(line for line in lines if "Node failed" in line).split()[0]
    signed = [line.replace(victim, "-120.0.0.0:0") for line in lines]
    points = grade("multifailure", signed)
    assert (points["multi.completeness"], points["multi.accuracy"]) == (8, 8)
