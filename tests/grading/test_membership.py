"""The official MP1 rubric, and each oddity of the course's grader that it keeps."""

import pytest

from ringscope.grading.membership import grade_membership
from ringscope.grading.official import grade_run
from ringscope.observers.debug_log import DebugLog, LogLine
from ringscope.run import run
from ringscope.simulation.scenario import load_scenario, parse_scenario, shipped

from .conftest import Grade, Lines

FULL = {
    "singlefailure": {"single.join": 10, "single.completeness": 10, "single.accuracy": 10},
    "multifailure": {"multi.join": 10, "multi.completeness": 10, "multi.accuracy": 10},
    "msgdropsinglefailure": {"drop.join": 15, "drop.completeness": 15},
}


@pytest.mark.parametrize("name", list(FULL))
def test_perfect_runs_get_full_marks(name: str, perfect: dict[str, Lines], grade: Grade) -> None:
    assert grade(name, perfect[name]) == FULL[name]


def without(lines: Lines, *words: str, times: int = 10**9) -> Lines:
    """The lines but the first ``times`` that contain all ``words``."""
    kept = []
    for line in lines:
        if times and all(word in line for word in words):
            times -= 1
        else:
            kept.append(line)
    return kept


def failed(lines: Lines) -> Lines:
    """The addresses of the failed peers."""
    return [line.split()[0] for line in lines if "Node failed" in line]


def survivor(lines: Lines, nth: int = 0) -> str:
    return [f"{n}.0.0.0:0" for n in range(1, 11) if f"{n}.0.0.0:0" not in failed(lines)][nth]


@pytest.mark.parametrize("name", list(FULL))
def test_an_empty_log_gets_nothing(name: str, grade: Grade) -> None:
    for lines in [], ["131"], ["131", "", " [0] APP"]:
        assert set(grade(name, lines).values()) == {0}


def self_joins(line: str) -> bool:
    words = line.split()
    return "joined" in words and words[0] == words[3]


@pytest.mark.parametrize("name", list(FULL))
def test_joins_of_oneself_are_optional(name: str, perfect: dict[str, Lines], grade: Grade) -> None:
    lines = [line for line in perfect[name] if not self_joins(line)]
    assert len(lines) == len(perfect[name]) - 10
    assert grade(name, lines) == FULL[name]
    one = next(line for line in perfect[name] if self_joins(line))
    assert grade(name, [line for line in perfect[name] if line != one]) == FULL[name]


@pytest.mark.parametrize("name", list(FULL))
def test_a_missing_join_costs_all_of_it(name: str, perfect: dict[str, Lines], grade: Grade) -> None:
    lines = without(perfect[name], " 3.0.0.0:0 ", "Node 7.0.0.0:0 joined")
    check = name.replace("failure", "").replace("msgdropsingle", "drop") + ".join"
    assert grade(name, lines) == FULL[name] | {check: 0}


BOGUS_JOIN = " 3.0.0.0:0 [50] Node 0.0.0.0:0 joined at time 50"


def test_a_bogus_join_costs_points_unless_a_missing_one_makes_up_for_it(
    perfect: dict[str, Lines], grade: Grade
) -> None:
    lines = [*perfect["singlefailure"], BOGUS_JOIN]
    assert grade("singlefailure", lines)["single.join"] == 0
    compensated = without(lines, " 3.0.0.0:0 ", "Node 7.0.0.0:0 joined")
    assert grade("singlefailure", compensated) == FULL["singlefailure"]


def test_ticks_are_never_looked_at(perfect: dict[str, Lines], grade: Grade) -> None:
    lines = perfect["singlefailure"]
    late_join = [line.replace("[6]", "[699]").replace("time 6", "time 699") for line in lines]
    early_removal = [line.replace("[121]", "[50]").replace("time 121", "time 50") for line in lines]
    assert grade("singlefailure", late_join) == FULL["singlefailure"]
    assert grade("singlefailure", early_removal) == FULL["singlefailure"]


@pytest.mark.parametrize("name", ["singlefailure", "msgdropsinglefailure"])
def test_completeness_counts_lines_and_not_observers(
    name: str, perfect: dict[str, Lines], grade: Grade
) -> None:
    lines = perfect[name]
    [victim] = failed(lines)
    observers = [survivor(lines, n) for n in range(3)]
    repeated = [
        f" {observer} [{tick}] Node {victim} removed at time {tick}"
        for observer in observers
        for tick in (122, 150, 180)
    ]
    assert grade(name, without(lines, "removed") + repeated) == FULL[name]
    eight = grade(name, without(lines, "removed") + repeated[:8])
    assert eight[f"{'single' if name[0] == 's' else 'drop'}.completeness"] == 0


def test_removals_that_the_failed_peer_logged_count_for_it(
    perfect: dict[str, Lines], grade: Grade
) -> None:
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    own = f" {victim} [99] Node {survivor(lines)} removed at time 99"
    eight = without(lines, "removed", times=1)
    assert grade("singlefailure", eight)["single.completeness"] == 0
    assert grade("singlefailure", [*eight, own]) == FULL["singlefailure"]


@pytest.mark.parametrize(
    "line",
    [
        " {one} [300] Node {other} removed at time 300",
        " 3.0.0.0:0 [300] stale entry removed",
    ],
)
def test_any_other_removal_costs_the_accuracy_unless_messages_are_lost(
    line: str, perfect: dict[str, Lines], grade: Grade
) -> None:
    for name in "singlefailure", "msgdropsinglefailure":
        lines = perfect[name]
        extra = line.format(one=survivor(lines), other=survivor(lines, 1))
        points = grade(name, [*lines, extra])
        assert points == (
            FULL[name] | {"single.accuracy": 0} if name == "singlefailure" else FULL[name]
        )


@pytest.mark.parametrize("change", ["none", "two"])
def test_the_rule_for_one_failure_needs_one_failed_line(
    change: str, perfect: dict[str, Lines], grade: Grade
) -> None:
    lines = perfect["singlefailure"]
    changed = (
        without(lines, "Node failed")
        if change == "none"
        else [*lines, " 3.0.0.0:0 [100] Node failed at time=100"]
    )
    assert grade("singlefailure", changed) == {
        "single.join": 10,
        "single.completeness": 0,
        "single.accuracy": 0,
    }


def false_removal(lines: Lines) -> str:
    return f" {survivor(lines)} [300] Node {survivor(lines, 1)} removed at time 300"


def repeated_removal(lines: Lines) -> str:
    return f" {survivor(lines)} [300] Node {failed(lines)[0]} removed at time 300"


@pytest.mark.parametrize(
    ("missing", "false", "repeated", "duplicate", "completeness", "accuracy"),
    [
        (0, 1, 0, 0, 10, 0),  # every other count is then 21
        (1, 0, 0, 0, 8, 2),  # only the peer whose line is missing still sees 20
        (1, 1, 0, 0, 8, 8),
        (0, 0, 1, 0, 10, 2),
        (0, 0, 0, 1, 10, 10),
    ],
)
def test_half_the_group(
    missing: int,
    false: int,
    repeated: int,
    duplicate: int,
    completeness: int,
    accuracy: int,
    perfect: dict[str, Lines],
    grade: Grade,
) -> None:
    lines = perfect["multifailure"]
    removal = next(line for line in lines if "removed" in line)
    changed = without(lines, removal) if missing else list(lines)
    changed += [false_removal(lines)] * false + [repeated_removal(lines)] * repeated
    changed += [removal] * duplicate
    points = grade("multifailure", changed)
    assert points["multi.completeness"] == completeness
    assert points["multi.accuracy"] == accuracy


def test_six_failed_peers_give_twelve_of_ten(perfect: dict[str, Lines], grade: Grade) -> None:
    lines = perfect["multifailure"]
    sixth = survivor(lines)
    extra = [f" {sixth} [100] Node failed at time = 100"]
    extra += [f" {survivor(lines, n)} [122] Node {sixth} removed at time 122" for n in range(1, 5)]
    extra += [f" {survivor(lines, 1)} [130] Node {sixth} removed at time 130"]
    assert grade("multifailure", lines + extra)["multi.completeness"] == 12


def test_failed_addresses_are_compared_as_lines_so_both_spellings_count(
    perfect: dict[str, Lines], grade: Grade
) -> None:
    """The same peer failing in two ways is two words, and the second is taken for a file."""
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    twice = [*lines, f" {victim} [100] Node failed at time = 100"]
    assert grade("singlefailure", twice)["single.completeness"] == 0


def test_the_log_of_a_store_run_satisfies_the_join_check(perfect: dict[str, Lines]) -> None:
    lines = [LogLine(n, 0, text) for n, text in enumerate(perfect["create"], 1)]
    join, completeness, accuracy = grade_membership("single", lines)
    assert (join.check.points, completeness.check.points, accuracy.check.points) == (10, 0, 0)


@pytest.mark.parametrize("peers", [1, 2, 3, 7, 11, 20])
@pytest.mark.parametrize("name", list(FULL))
def test_groups_of_other_sizes_can_be_graded(name: str, peers: int) -> None:
    """In groups of eleven or more ``1.0.0.0:0`` is part of ``11.0.0.0:0`` and must not count."""
    text = shipped()[name].read_text().replace("MAX_NNB: 10", f"MAX_NNB: {peers}")
    scenario = parse_scenario(text.replace("CRUD_TEST: CREATE", ""), name)
    log = DebugLog(store=False)
    run(scenario, observers=[log], trace=False)
    section, _ = grade_run(scenario, log.lines)
    assert section.total == section.max == 30
    missing = [line for line in log.lines if "removed" not in line.text]
    if peers > 1:
        assert grade_run(scenario, missing)[0].total < 30


def test_in_larger_groups_each_peer_is_told_apart() -> None:
    """``1.0.0.0:0`` is part of ``11.0.0.0:0`` and ``21.0.0.0:0``, which must not matter."""
    text = shipped()["multifailure"].read_text().replace("MAX_NNB: 10", "MAX_NNB: 24")
    scenario = parse_scenario(text, "large")
    log = DebugLog(store=False)
    run(scenario, observers=[log], trace=False)

    def points(lines: list[LogLine]) -> tuple[int, ...]:
        return tuple(check.points for check in grade_run(scenario, lines)[0].checks)

    removals = [line for line in log.lines if "removed" in line.text]
    down = failed([line.text for line in log.lines])
    one, other, *_ = (f"{n}.0.0.0:0" for n in range(1, 25) if f"{n}.0.0.0:0" not in down)
    false = LogLine(1, 300, f" {one} [300] Node {other} removed at time 300")
    assert points(log.lines) == (10, 10, 10)
    assert points([line for line in log.lines if line != removals[0]]) == (10, 9, 0)
    assert points([*log.lines, false]) == (10, 10, 0)
    no_self_joins = [line for line in log.lines if not self_joins(line.text)]
    assert points(no_self_joins) == (10, 10, 10)
    assert points([line for line in no_self_joins if "Node 1.0.0.0:0 joined" not in line.text]) == (
        0,
        10,
        10,
    )


def test_reasons_name_the_rule_the_peers_and_what_was_seen(perfect: dict[str, Lines]) -> None:
    lines = perfect["singlefailure"]
    numbered = [LogLine(n, 300, text) for n, text in enumerate([*lines, false_removal(lines)], 1)]
    *_, accuracy = grade_membership("single", numbered)
    assert accuracy.check.passed is False
    assert (
        f"Expected no removal but that of {failed(lines)[0]}, saw 1 other" in accuracy.check.reason
    )
    [evidence] = accuracy.check.evidence
    assert evidence.line == len(lines) + 1
    assert evidence.text == false_removal(lines)


def test_the_scenario_with_both_is_graded_for_membership_only() -> None:
    scenario = load_scenario(shipped()["singlefailure"])
    mp1, mp2 = grade_run(scenario, [])
    assert [check.id for check in mp1.checks] == list(FULL["singlefailure"])
    assert mp2.checks == ()
