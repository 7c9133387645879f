"""The official rubric of the membership assignment (MP1), quirks and all.

It asks the log what the course's shell grader asks it, with the same tools.  The grader knows
groups of ten only; for other sizes its numbers scale (every other peer removes the failed one,
half of the group fails) and an address matches as a whole, because as a substring ``1.0.0.0:0``
would also be found in ``11.0.0.0:0``.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from ringscope.grading.rubric import Ruling, count, rule, ticks_of
from ringscope.grading.shell import (
    Matcher,
    before_binary_data,
    cut,
    cut_fields,
    grep,
    grep_file,
    grep_unquoted,
    grep_unquoted_inverted,
    split_words,
)
from ringscope.observers.debug_log import LogLine

MembershipTest = Literal["single", "multi", "drop"]

COURSE_PEERS = 10
#: By when everybody has joined, because the failures begin; in large groups they begin later.
JOIN_TICK = 100
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+:\d+")
_LOGGER_AND_MESSAGE = (2, 4, 5, 6, 7)
_MESSAGE = (4, 5, 6, 7)


def grade_membership(
    test: MembershipTest,
    lines: Sequence[LogLine],
    peers: int = COURSE_PEERS,
    join_tick: int = JOIN_TICK,
) -> list[Ruling]:
    """Apply the official rules to the lines of a dbg.log of a group of ``peers``.

    ``join_tick`` is when all should have joined.
    """
    lines = before_binary_data(lines)
    removals = _distinct(grep_file(grep("removed"), lines))
    failures = _distinct(grep_file(grep("Node failed at time"), lines))
    failed = _addresses(failures)
    join = _join(test, lines, peers, join_tick)
    if test == "multi":
        return [
            join,
            _multi_completeness(failed, removals, peers),
            _multi_accuracy(failures, removals, peers),
        ]
    rulings = [join, _completeness(test, failed, removals, peers)]
    if test == "single":  # under message loss the grader does not look at accuracy
        rulings.append(_accuracy(failures, removals, peers))
    return rulings


def _join(test: MembershipTest, lines: Sequence[LogLine], peers: int, decided: int) -> Ruling:
    joins = grep_file(grep("joined"), lines)
    pairs = {cut_fields(line.text, _LOGGER_AND_MESSAGE) for line in joins}
    maximum = 15 if test == "drop" else 10
    expected = peers * peers
    if len(pairs) == expected:
        reason = (
            f"Each of the {peers} peers logged that each of them joined: {expected} different "
            f"pairs{ticks_of(joins)}."
        )
        return rule(f"{test}.join", maximum, maximum, reason, joins[-1:], decided=decided)
    others = _others(joins, peers)
    complete = sum(1 for seen in others.values() if seen == peers - 1)
    if complete == peers:
        reason = f"Each of the {peers} peers logged that the {peers - 1} others joined."
        return rule(f"{test}.join", maximum, maximum, reason, joins[-1:], decided=decided)
    lacking = [f"{logger} logged {seen}" for logger, seen in others.items() if seen != peers - 1]
    detail = f"; {', '.join(lacking[:3])}" if lacking else ""
    reason = (
        f"Expected {expected} different pairs of a peer and a member that joined (or exactly "
        f"{peers - 1} others from each of {peers} peers), saw {len(pairs)} pairs and {complete} "
        f"such {'peer' if complete == 1 else 'peers'}{detail}."
    )
    return rule(f"{test}.join", 0, maximum, reason, joins[-5:], decided=decided)


def _others(joins: Sequence[LogLine], peers: int) -> dict[str, int]:
    """How many different members, not counting itself, each logger saw join."""
    by_logger: dict[str, set[str]] = {}
    for line in joins:
        by_logger.setdefault(cut(line.text, 2), set()).add(cut_fields(line.text, _MESSAGE))
    loggers = sorted({word for logger in by_logger for word in split_words(logger)})
    if peers == COURSE_PEERS:
        return {logger: _others_as_grep_sees_them(logger, joins) for logger in loggers}
    return {
        logger: sum(1 for message in by_logger.get(logger, ()) if logger not in message.split())
        for logger in loggers
    }


def _others_as_grep_sees_them(logger: str, joins: Sequence[LogLine]) -> int:
    own_lines, others = grep(f"^ {logger}"), grep_unquoted_inverted(logger)
    messages = {cut_fields(line.text, _MESSAGE) for line in joins if own_lines(line.text)}
    return sum(map(others, messages))


def _completeness(
    test: MembershipTest, failed: str, removals: Sequence[LogLine], peers: int
) -> Ruling:
    about = _mentions(failed, peers)
    seen = [line for line in removals if about(line.text)]
    maximum = 15 if test == "drop" else 10
    passed = len(seen) >= peers - 1 and bool(failed)
    expected = f"Expected at least {peers - 1} lines that remove the failed peer"
    reason = (
        f"{expected} {failed}, saw {len(seen)}{ticks_of(seen)}."
        if len(split_words(failed)) == 1
        else f"{expected}, but the log names {_failed_count(failed)} and the rule needs one."
    )
    decided = max((line.tick for line in seen), default=None) if passed else None
    seen = _by_tick(seen)
    return rule(f"{test}.completeness", maximum * passed, maximum, reason, seen, decided=decided)


def _accuracy(failures: Sequence[LogLine], removals: Sequence[LogLine], peers: int) -> Ruling:
    failed = _addresses(failures)
    about = _mentions(failed, peers)
    named = len(split_words(failed)) == 1
    false = [line for line in removals if named and not about(line.text)]
    seen = sum(1 for line in removals if about(line.text))
    passed = named and not false and (seen > 0 or peers == 1)
    if not named:
        reason = (
            f"Expected one failed peer in the log, saw {_failed_count(failed)}, so the rule cannot "
            "tell right from wrong removals."
        )
    elif false:
        reason = (
            f"Expected no removal but that of {failed}, saw {count(len(false), 'other')}"
            f"{ticks_of(false)}, first {_by_tick(false)[0].text.strip()!r}."
        )
    else:
        reason = f"Only the failed peer {failed} was removed, in {count(seen, 'line')}."
        reason += "" if passed else " The rule wants at least one."
    evidence = _by_tick(false) or [*failures, *_by_tick(removals)]
    return rule("single.accuracy", 10 * passed, 10, reason, evidence, decided=None)


def _multi_completeness(failed: str, removals: Sequence[LogLine], peers: int) -> Ruling:
    """Two points (in a group of ten) for each failed peer that all survivors removed."""
    expected, survivors = peers // 2, peers - peers // 2
    victims = split_words(failed)[: expected + 1]  # the grader stops after six of five
    counts = _lines_about(victims, removals, peers)
    good = sum(1 for victim in victims if counts[victim] >= survivors)
    lacking = [f"{victim} by {seen}" for victim, seen in counts.items() if seen < survivors]
    reason = (
        f"Expected each of {count(expected, 'failed peer')} to be removed in at least "
        f"{count(survivors, 'line')}, saw that for {good}"
        + (f"; removed too rarely: {', '.join(lacking[:5])}" if lacking else "")
        + ("." if failed else "; the log names no failed peer.")
    )
    points = _share(good, expected)
    decided = max((line.tick for line in removals), default=None) if points >= 10 else None
    return rule("multi.completeness", points, 10, reason, _by_tick(removals), decided=decided)


def _multi_accuracy(failures: Sequence[LogLine], removals: Sequence[LogLine], peers: int) -> Ruling:
    """Two points (in a group of ten) for each failed peer beside which just the others went."""
    failed = _addresses(failures)
    expected, survivors = peers // 2, peers - peers // 2
    wanted = survivors * (expected - 1)
    lines_beside = _lines_beside(split_words(failed), removals, peers)
    good = 0
    wrong = []
    for victim in split_words(failed):
        beside = lines_beside[victim]
        good += beside == wanted
        if beside != wanted:
            wrong.append(f"{beside} beside {victim}")
        if good == expected:
            break
    false = _about_none(split_words(failed), removals, peers)
    reason = (
        f"Expected exactly {count(wanted, 'removal')} of others beside those of each failed peer, "
        f"saw that for {good} of {expected}"
        + (f"; {', '.join(wrong[:5])}" if wrong else "")
        + (f"; false removal {false[0].text.strip()!r}" if false else "")
        + "."
    )
    points = _share(good, expected) if expected else 10 * (not removals)
    evidence = _by_tick(false) or [*failures, *_by_tick(removals)]
    return rule("multi.accuracy", points, 10, reason, evidence, decided=None)


def _share(good: int, expected: int) -> int:
    """Points for ``good`` of ``expected`` failed peers, ten for all of them."""
    return 10 * good // expected if expected else 10


def _mentions(addresses: str, peers: int) -> Matcher:
    """The test for lines about an address; see the module's remark on groups of other sizes."""
    if peers == COURSE_PEERS or len(split_words(addresses)) != 1:
        return grep_unquoted(addresses)
    whole = re.compile(rf"(?<![0-9.]){re.escape(addresses)}(?![0-9])")
    return lambda line: whole.search(line) is not None


def _distinct(lines: Sequence[LogLine]) -> list[LogLine]:
    """The lines without repetitions, in order of their text, as ``sort -u`` gives them."""
    return list({line.text: line for line in sorted(lines, key=lambda line: line.text)}.values())


def _lines_about(victims: Sequence[str], removals: Sequence[LogLine], peers: int) -> dict[str, int]:
    """How many lines mention each of these addresses."""
    if peers == COURSE_PEERS:
        return {
            victim: sum(map(grep_unquoted(victim), (line.text for line in removals)))
            for victim in victims
        }
    mentioned = Counter(name for line in removals for name in set(_ADDRESS.findall(line.text)))
    return {victim: mentioned[victim] for victim in victims}


def _lines_beside(
    victims: Sequence[str], removals: Sequence[LogLine], peers: int
) -> dict[str, int]:
    """How many lines do not mention each of these addresses."""
    if peers == COURSE_PEERS:
        texts = [line.text for line in removals]
        return {victim: sum(map(grep_unquoted_inverted(victim), texts)) for victim in victims}
    about = _lines_about(victims, removals, peers)
    return {victim: len(removals) - about[victim] for victim in victims}


def _about_none(victims: Sequence[str], removals: Sequence[LogLine], peers: int) -> list[LogLine]:
    """The lines that mention none of these addresses."""
    if peers == COURSE_PEERS:
        tests = [grep_unquoted(victim) for victim in victims]
        return [line for line in removals if not any(test(line.text) for test in tests)]
    names = set(victims)
    return [line for line in removals if names.isdisjoint(_ADDRESS.findall(line.text))]


def _by_tick(lines: Sequence[LogLine]) -> list[LogLine]:
    return sorted(lines, key=lambda line: line.tick)


def _addresses(failures: Sequence[LogLine]) -> str:
    """The first words of the lines that say that a peer failed."""
    return " ".join(split_words(line.text)[0] for line in failures)


def _failed_count(failed: str) -> str:
    return count(len(split_words(failed)), "failed peer")
