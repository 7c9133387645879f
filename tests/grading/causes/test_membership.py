"""What students are told about joins and removals."""

import re

import pytest

from .conftest import Explain, Lines, causes


def failed(lines: Lines) -> list[int]:
    return [int(line.split(".")[0]) for line in lines if "Node failed" in line]


def living(lines: Lines) -> list[int]:
    return [peer for peer in range(1, 11) if peer not in failed(lines)]


def said(peer: int, tick: int, other: int, what: str) -> str:
    return f" {peer}.0.0.0:0 [{tick}] Node {other}.0.0.0:0 {what} at time {tick}"


def without(lines: Lines, *words: str) -> Lines:
    return [line for line in lines if not all(word in line for word in words)]


def test_an_empty_log(explain: Explain) -> None:
    for lines in [], [""], ["131"]:
        checks = explain("singlefailure", lines)
        assert len(checks) == 10
        for check in checks.values():
            assert "stopped" in causes(check) or "empty or missing" in causes(check)


def test_no_log_at_all(explain: Explain) -> None:
    check = explain("singlefailure", ["hello", "world"])["single.join"]
    assert (
        "No line of the log is a record of the course's logger; it begins with 'hello'"
        in causes(check)
    )


def test_a_program_that_stops(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["singlefailure"][:60]
    last = lines[-1].split("] ")[1]
    for check in explain("singlefailure", lines).values():
        assert causes(check).startswith("Your program stopped at tick")
        assert f"the log ends there with '{last}' (line 60), before the failure at" in causes(check)
        assert check.evidence[-1].line == 60


def test_a_program_that_stops_after_the_last_removal(
    perfect: dict[str, Lines], explain: Explain
) -> None:
    checks = explain("singlefailure", without(perfect["singlefailure"], "@@time"))
    assert list(checks) == ["strict.single.end"]
    assert "and the time line of tick 500 is missing" in causes(checks["strict.single.end"])


def test_a_program_that_gives_up(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [
        *perfect["singlefailure"][:60],
        " 1.0.0.0:0 [9] Unable to join self to group. Exiting.",
    ]
    check = explain("singlefailure", lines)["single.completeness"]
    assert causes(check) == (
        "At tick 9 the program gave up: 'Unable to join self to group. Exiting.' (line 61)."
    )


def test_a_log_that_was_opened_anew(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [line for line in perfect["singlefailure"] if re.search(r"\[(3|[1-9]\d+)\]", line)]
    told = causes(explain("singlefailure", lines)["strict.single.join"])
    assert "The log begins at tick 3 (line 1), without the APP lines of the start" in told


def test_a_group_of_another_size(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [line for line in perfect["singlefailure"] if "10.0.0.0:0" not in line]
    told = causes(explain("singlefailure", lines)["single.join"])
    assert told.startswith("The log is of a group of 9; the course's grader counts for 10 peers")


def test_nobody_logs_joins(perfect: dict[str, Lines], explain: Explain) -> None:
    checks = explain("singlefailure", without(perfect["singlefailure"], "joined"))
    for name in "single.join", "strict.single.join":
        assert causes(checks[name]).startswith("No peer ever logged that another joined")


def test_a_peer_that_never_learns_of_others(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = without(perfect["singlefailure"], "joined", " 4.0.0.0:0 [")
    check = explain("singlefailure", lines)["single.join"]
    assert check.explanation is not None
    assert check.explanation.peers == (4,)
    told = causes(check)
    assert told.startswith("Peer 4 never logged that anybody else joined, though others added it")
    lines = without(lines, "Node 4.0.0.0:0 joined")
    told = causes(explain("singlefailure", lines)["single.join"])
    assert "Peer 4 never logged that anybody else joined and nobody added it: the JOINREQ" in told


def test_only_the_introducer_knows(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [
        line
        for line in perfect["singlefailure"]
        if "joined" not in line or line.startswith(" 1.0.0.0:0")
    ]
    told = causes(explain("singlefailure", lines)["strict.single.join"])
    assert told.startswith("Only the introducer, peer 1, logged that others joined")


def test_missing_pairs_are_named(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = without(perfect["singlefailure"], " 4.0.0.0:0 [", "Node 7.0.0.0:0 joined")
    lines = without(lines, " 5.0.0.0:0 [", "Node 7.0.0.0:0 joined")
    told = causes(explain("singlefailure", lines)["single.join"])
    assert told == (
        "Some joins were never logged: peer 4 of peer 7 and peer 5 of peer 7. All of these lack "
        "peer 7."
    )


def test_a_stranger_in_the_list(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [*perfect["singlefailure"], said(3, 50, 0, "joined")]
    told = causes(explain("singlefailure", lines)["single.join"])
    assert "Peer 3 added an address that is none of the group's" in told
    assert f"(line {len(lines)})" in told


def test_debug_lines_that_the_grader_counts(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [*perfect["singlefailure"], " 3.0.0.0:0 [300] stale entry removed"]
    lines = [*without(lines, " 3.0.0.0:0 [", "Node 5.0.0.0:0 joined"), " 3.0.0.0:0 [20] 5 joined"]
    checks = explain("singlefailure", lines)
    assert "strict.single.accuracy" not in checks
    told = causes(checks["single.accuracy"])
    assert "1 line with the word 'removed' is no removal, such as 'stale entry removed'" in told
    assert checks["single.accuracy"].tick == 300


def test_no_failure_in_the_log(perfect: dict[str, Lines], explain: Explain) -> None:
    checks = explain("singlefailure", without(perfect["singlefailure"], "Node failed"))
    assert causes(checks["single.completeness"]).startswith("No peer failed in this run")


def test_two_failures_where_the_grader_knows_one(
    perfect: dict[str, Lines], explain: Explain
) -> None:
    lines = perfect["singlefailure"]
    lines = [*lines, f" {living(lines)[0]}.0.0.0:0 [400] Node failed at time=400"]
    told = causes(explain("singlefailure", lines)["single.completeness"])
    assert "2 peers failed" in told


def test_nobody_removes_anybody(perfect: dict[str, Lines], explain: Explain) -> None:
    checks = explain("multifailure", without(perfect["multifailure"], "removed"))
    for name in "multi.completeness", "multi.accuracy", "strict.multi.completeness":
        assert "No peer removed anybody in the" in causes(checks[name])


def test_an_observer_that_does_not_notice(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["singlefailure"]
    [victim], blind = failed(lines), living(lines)[3]
    lines = without(lines, f" {blind}.0.0.0:0 [", "removed")
    checks = explain("singlefailure", lines)
    told = causes(checks["single.completeness"])
    assert f"Peer {blind} never removed peer {victim}, which failed at tick 100" in told
    assert "8 others did" in told
    assert "It removed nobody at all" in told
    lines = without(lines, f" {blind}.0.0.0:0 [", f"Node {victim}.0.0.0:0 joined")
    told = causes(explain("singlefailure", lines)["strict.single.completeness"])
    assert f"Peer {blind} had never logged that it joined" in told


def test_a_removal_before_the_failure(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["singlefailure"]
    [victim], early = failed(lines), living(lines)[0]
    at = next(i for i, line in enumerate(lines) if "Node failed" in line)
    lines = [*lines[:at], said(early, 60, victim, "removed"), *lines[at:]]
    told = causes(explain("singlefailure", lines)["strict.single.accuracy"])
    assert f"Peer {early} removed peer {victim} at tick 60 (line {at + 1}), before" in told


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(0, 1)], "Either no newer heartbeat had come"),
        ([(0, k) for k in range(1, 9)], "All are peer"),
        ([(k, 0) for k in range(1, 9)], "All are of peer"),
        ([(i, k) for i in range(9) for k in range(9) if i != k], "The whole group falls apart"),
    ],
)
def test_false_removals_and_their_pattern(
    pairs: list[tuple[int, int]], words: str, perfect: dict[str, Lines], explain: Explain
) -> None:
    lines = perfect["singlefailure"]
    peers = living(lines)
    false = [said(peers[i], 150, peers[k], "removed") for i, k in pairs]
    checks = explain("singlefailure", [*lines, *false])
    for name in "single.accuracy", "strict.single.accuracy":
        told = causes(checks[name])
        assert words in told
        first = min(pairs, key=lambda pair: pairs.index(pair))
        assert f"eer {peers[first[0]]} removed peer {peers[first[1]]} at tick 150" in told
        assert "although it never failed" in told
        assert checks[name].tick == 150


def test_a_failed_peer_that_comes_back(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["singlefailure"]
    [victim], one = failed(lines), living(lines)[0]
    back = [said(one, 150, victim, "joined"), said(one, 170, victim, "removed")]
    told = causes(explain("singlefailure", [*lines, *back])["strict.single.once"])
    assert f"Peer {one} removed the failed peer {victim} at tick" in told
    assert "added it again at tick 150" in told
    assert "others still gossip the failed peer's entry" in told
    assert f"Peer {one} removed peer {victim} more than once" in told


def test_a_late_removal(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["singlefailure"]
    [victim], one = failed(lines), living(lines)[0]
    lines = [*without(lines, f" {one}.0.0.0:0 [", "removed"), said(one, 600, victim, "removed")]
    told = causes(explain("singlefailure", lines)["strict.single.latency"])
    assert f"Peer {one} removed peer {victim} only 500 ticks after its failure" in told


def test_what_the_multi_grader_subtracts(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["multifailure"]
    victim = failed(lines)[0]
    gone = next(line for line in lines if f"Node {victim}.0.0.0:0 removed" in line)
    told = causes(explain("multifailure", without(lines, gone))["multi.accuracy"])
    assert "removals beside those of each failed peer and wants exactly 20" in told
    assert f"peer {victim} by 4" in told


def test_the_dead_that_speak(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["singlefailure"]
    [victim] = failed(lines)
    lines = [*lines, said(victim, 130, living(lines)[0], "joined")]
    told = causes(explain("singlefailure", lines)["strict.single.silence"])
    assert f"Peer {victim} logged 'Node {living(lines)[0]}.0.0.0:0 joined at time 130'" in told
