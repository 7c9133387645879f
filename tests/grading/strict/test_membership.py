"""The strict membership rules: what the official grader forgets, and what it wrongly takes away."""

import re

import pytest

from ringscope.grading.records import records_of
from ringscope.grading.setting import MEMBERSHIP_TESTS, Setting
from ringscope.grading.strict import grade_strict, rules_of
from ringscope.observers.debug_log import DebugLog
from ringscope.run import run
from ringscope.simulation.scenario import parse_scenario

from .conftest import Lines, Lost, judge


def failed(lines: Lines) -> list[str]:
    """The addresses of the peers that failed."""
    return [line.split()[0] for line in lines if "Node failed" in line]


def removing(lines: Lines, address: str) -> Lines:
    return [line for line in lines if f"Node {address} removed" in line]


def survivors(lines: Lines) -> list[str]:
    return [address for i in range(1, 11) if (address := f"{i}.0.0.0:0") not in failed(lines)]


@pytest.mark.parametrize("name", MEMBERSHIP_TESTS)
def test_each_test_has_thirty_points_as_officially(
    name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    assert sum(rule.points for rule in rules_of(name)) == 30
    assert lost(name, perfect[name]) == {}


@pytest.mark.parametrize("name", MEMBERSHIP_TESTS)
def test_nothing_logged_earns_nothing(name: str, lost: Lost) -> None:
    assert sum(lost(name, []).values()) == 30


def test_a_false_removal_under_loss_costs_something(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["msgdropsinglefailure"]
    one, other, third = survivors(lines)[:3]
    false = [f" {one} [200] Node {address} removed at time 200" for address in (other, third)]
    assert lost("msgdropsinglefailure", [*lines, *false]) == {"accuracy": 2}


def test_a_group_that_dissolves_under_loss_has_no_accuracy(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["msgdropsinglefailure"]
    false = [
        f" {one} [200] Node {other} removed at time 200"
        for one in survivors(lines)
        for other in survivors(lines)
        if one != other
    ]
    assert lost("msgdropsinglefailure", [*lines, *false]) == {"accuracy": 8}


def test_one_false_removal_among_half_the_group_costs_a_share_only(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["multifailure"]
    one, other = survivors(lines)[:2]
    false = f" {one} [200] Node {other} removed at time 200"
    assert lost("multifailure", [*lines, false]) == {"accuracy": 2}
    assert lost("multifailure", [*lines, false, false]) == {"accuracy": 2}


def test_a_removal_before_the_failure_is_a_false_one(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    about = removing(lines, victim)
    early = [
        re.sub(r"\[\d+\](.* )\d+$", r"[50]\g<1>50", line) if line in about else line
        for line in lines
    ]
    losses = lost("singlefailure", early)
    assert losses == {"completeness": 5, "latency": 2, "once": 2, "accuracy": 8}


def test_a_false_removal_by_the_peer_that_fails_later_counts(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    at = next(i for i, line in enumerate(lines) if "Node failed" in line)
    false = f" {victim} [99] Node {survivors(lines)[0]} removed at time 99"
    assert lost("singlefailure", [*lines[:at], false, *lines[at:]]) == {"accuracy": 2}


def test_a_removal_after_a_hundred_ticks_is_late(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["singlefailure"]
    last = removing(lines, failed(lines)[0])[-1]
    late = re.sub(r"\[\d+\](.*) \d+", r"[201]\1 201", last)
    assert lost("singlefailure", [late if line == last else line for line in lines]) == {
        "latency": 2
    }


def test_observers_are_counted_not_lines(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    others = [line for line in lines if line not in removing(lines, victim)]
    thrice = [
        f" {one} [{tick}] Node {victim} removed at time {tick}"
        for one in survivors(lines)[:3]
        for tick in (122, 150, 180)
    ]
    losses = lost("singlefailure", [*others, *thrice])
    assert losses == {"completeness": 4, "latency": 2, "once": 2}


def test_a_failed_peer_that_is_taken_back_was_not_removed_for_good(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    one = survivors(lines)[0]
    back = f" {one} [150] Node {victim} joined at time 150"
    again = f" {one} [170] Node {victim} removed at time 170"
    assert lost("singlefailure", [*lines, back]) == {"once": 2}
    assert lost("singlefailure", [*lines, back, again]) == {"once": 2}


def test_a_bogus_join_does_not_make_up_for_a_missing_one(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = perfect["singlefailure"]
    missing = next(line for line in lines if "3.0.0.0:0 [" in line and "Node 5.0.0.0:0 j" in line)
    bogus = " 3.0.0.0:0 [50] Node 0.0.0.0:0 joined at time 50"
    at = lines.index(missing)
    assert lost("singlefailure", [*lines[:at], bogus, *lines[at + 1 :]]) == {"join": 1}
    assert lost("singlefailure", [*lines[:at], *lines[at + 1 :]]) == {"join": 1}
    assert lost("singlefailure", [*lines[:at], bogus, *lines[at:]]) == {"join": 1}


def test_joins_of_oneself_are_optional(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["singlefailure"]
    own = re.compile(r" (\S+) \[\d+\] Node \1 joined")
    without = [line for line in lines if not own.match(line)]
    assert len(without) == len(lines) - 10
    assert lost("singlefailure", without) == {}


def test_a_join_after_the_failure_is_too_late(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["singlefailure"]
    old = next(line for line in lines if "3.0.0.0:0 [" in line and "Node 5.0.0.0:0 j" in line)
    late = " 3.0.0.0:0 [699] Node 5.0.0.0:0 joined at time 699"
    assert lost("singlefailure", [late if line == old else line for line in lines]) == {"join": 1}


def test_the_dead_must_be_silent(perfect: dict[str, Lines], lost: Lost) -> None:
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    spoken = f" {victim} [130] Node {survivors(lines)[0]} joined at time 130"
    assert lost("singlefailure", [*lines, spoken]) == {"silence": 1}


def test_a_program_that_stops_in_mid_run_is_found_out(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = [line for line in perfect["singlefailure"] if "@@time" not in line]
    assert lost("singlefailure", lines) == {"end": 2}
    foreign = lines[1:]  # not of the course's logger, which would tell the time
    assert lost("singlefailure", foreign) == {}


@pytest.mark.parametrize(
    "remark",
    [
        " 3.0.0.0:0 [300] stale entry removed",
        " 3.0.0.0:0 [300] Node 4:0 removed from the suspects",
        " 3.0.0.0:0 [20] 4 joined us",
        " 3.0.0.0:0 [20] Node failed at time unknown",
    ],
)
@pytest.mark.parametrize("name", MEMBERSHIP_TESTS)
def test_remarks_cost_nothing(
    remark: str, name: str, perfect: dict[str, Lines], lost: Lost
) -> None:
    assert lost(name, [*perfect[name], remark]) == {}


def test_addresses_with_ports_and_other_blanks_cost_nothing(
    perfect: dict[str, Lines], lost: Lost
) -> None:
    lines = [re.sub(r"(\d\.0\.0\.0):0", r"\1:8001", line) for line in perfect["multifailure"]]
    assert lost("multifailure", [f"{line.replace(' Node ', '  Node  ')}\r" for line in lines]) == {}


@pytest.mark.parametrize(
    ("peers", "test", "conf"),
    [
        (12, "singlefailure", "SINGLE_FAILURE: 1"),
        (5, "multifailure", "SINGLE_FAILURE: 0"),
        (130, "multifailure", "SINGLE_FAILURE: 0"),
    ],
)
def test_groups_of_any_size_are_judged_by_what_their_log_shows(
    peers: int, test: str, conf: str
) -> None:
    scenario = parse_scenario(f"MAX_NNB: {peers}\n{conf}\nDROP_MSG: 0\nMSG_DROP_PROB: 0", "own")
    log = DebugLog(store=False)
    run(scenario, observers=[log], trace=False)
    records = records_of(log.lines)
    for setting in Setting(), Setting.of(scenario):
        assert grade_strict(test, records, setting).total == 30


def test_a_lost_check_says_what_was_expected_and_seen(perfect: dict[str, Lines]) -> None:
    lines = perfect["multifailure"]
    one, other = survivors(lines)[:2]
    check = judge("multifailure", [*lines, f" {one} [200] Node {other} removed at time 200"])[
        "accuracy"
    ]
    assert (check.id, check.passed, check.points, check.max) == (
        "strict.multi.accuracy", False, 6, 8,
    )  # fmt: skip
    assert check.explanation is not None
    assert check.explanation.peers == [int(other.split(".")[0])]
    assert "one" not in check.explanation.seen
    assert [line.line for line in check.evidence] == [len(lines) + 1]
    assert check.tick == 200
    assert check.reason.startswith("Expected no removal of a member that has not failed; saw 1")
