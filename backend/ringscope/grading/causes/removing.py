"""Causes of lost points for failures that were not noticed and removals that were wrong."""

from collections import Counter
from collections.abc import Iterator

from ringscope.grading.causes.case import Case, Cause, lines_of
from ringscope.grading.causes.words import at_lines, listed, peers, quoted, sentence
from ringscope.grading.records import Failed, Joined, Removed
from ringscope.grading.rubric import count

#: Of how many failed peers it is told who did not notice.
MOST_FAILURES = 3


def no_failure(case: Case) -> Iterator[Cause]:
    """The failure that the test is about is not in the log."""
    log = case.log
    if not log.records.of(Failed) and log.records.last_tick >= log.setting.crash:
        yield Cause(
            "No peer failed in this run (there is no line 'Node failed at time'): it was not the "
            "scenario of this test, or its injector was switched off."
        )


def many_failures(case: Case) -> Iterator[Cause]:
    """One failure is expected, several happened."""
    failed = case.log.records.of(Failed)
    if case.official and case.log.test != "multifailure" and len(failed) > 1:
        yield Cause(
            f"{count(len(failed), 'peer')} failed{at_lines(lines_of(failed))}; the grader of this "
            "scenario knows one failure only and cannot tell whose removals to count.",
            lines_of(failed),
            [record.peer for record in failed],
        )


def no_removals(case: Case) -> Iterator[Cause]:
    """Nobody removed anybody, ever."""
    log = case.log
    if log.group.failures and not log.records.of(Removed):
        lasted = log.records.last_tick - log.group.failures[0].tick
        yield Cause(
            f"No peer removed anybody in the {lasted} ticks of the log after the failure: "
            "logNodeRemove was never called. Is a member's time stamp ever compared with the "
            "current time, and is it renewed only when a newer heartbeat arrives?",
            lines_of(log.group.failures),
            [failure.peer for failure in log.group.failures],
        )


def unnoticed(case: Case) -> Iterator[Cause]:
    """Failed peers that some survivors did not remove, or not in time."""
    group = case.log.group
    if not case.log.records.of(Removed):
        return
    told = 0
    for failure in group.failed.values():
        missing = [p for p in group.survivors if failure.peer not in group.removals.get(p, {})]
        if missing:
            yield _unnoticed(case, failure, missing)
            told += 1
        if told == MOST_FAILURES:
            return


def _unnoticed(case: Case, failure: Failed, missing: list[int]) -> Cause:
    group = case.log.group
    joins, removals = group.joins, group.removals
    did = [r for table in removals.values() for m, r in table.items() if m == failure.peer]
    text = f"{sentence(peers(missing))} never removed peer {failure.peer}"
    text += f", which failed at tick {failure.tick}{at_lines([failure.line])}"
    if did:
        ticks = sorted({removed.tick for removed in did})
        text += f"; {count(len(did), 'other')} did, {_span(ticks)}"
    else:
        text += "; nobody did"
    unknown = [peer for peer in missing if failure.peer not in joins.get(peer, {})]
    if unknown:
        text += f". {sentence(peers(unknown))} had never logged that it joined, so "
        text += "there was nobody to remove"
    elif not any(peer in removals for peer in missing):
        who = "It" if len(missing) == 1 else "They"
        text += f". {who} removed nobody at all in the whole run"
    return Cause(f"{text}.", lines_of([failure, *did]), [failure.peer, *missing])


def removed_too_early(case: Case) -> Iterator[Cause]:
    """Peers that fail later were removed while they still lived."""
    failed = case.log.group.failed
    early = [
        r
        for r in case.log.records.of(Removed)
        if r.member in failed and r.tick < failed[r.member].tick
    ]
    if early:
        yield Cause(
            f"{sentence(peers(r.peer for r in early))} removed {peers(r.member for r in early)} "
            f"{_span(sorted({r.tick for r in early}))}{at_lines(lines_of(early))}, before the "
            f"failure at tick {failed[early[0].member].tick}: it was still alive then.",
            lines_of(early),
            sorted({r.peer for r in early} | {r.member for r in early}),
        )


def false_removals(case: Case) -> Iterator[Cause]:
    """Members that had not failed were removed; who did it, whom, and in what pattern."""
    group = case.log.group
    failed = group.failed
    false = [r for r in group.false_removals if r.member not in failed]
    if not false:
        return
    victims, observers = Counter(r.member for r in false), Counter(r.peer for r in false)
    first = min(false, key=lambda r: (r.tick, r.line))
    pairs = {(r.peer, r.member) for r in false}
    text = (
        f"Peer {first.peer} removed peer {first.member} at tick {first.tick}"
        f"{at_lines([first.line])} although it never failed"
    )
    others = group.peers - 1
    if len(pairs) > 1:
        first_of_all = text[0].lower() + text[1:]
        text = f"{count(len(pairs), 'removal')} of members that never failed; first {first_of_all}"
    spoke = [r.tick for r in case.log.records if r.peer == first.member and r.tick > first.tick]
    if len(pairs) == 1 and spoke:
        text += f" and still logged something at tick {max(spoke)}"
    pattern = _pattern(len(pairs), victims, observers, others)
    yield Cause(
        f"{text}. {pattern}", lines_of(sorted(false, key=lambda r: r.line)), sorted(victims)
    )


def _pattern(pairs: int, victims: Counter[int], observers: Counter[int], others: int) -> str:
    """What the false removals have in common, in a sentence."""
    loner, most = observers.most_common(1)[0]
    victim, hit = victims.most_common(1)[0]
    if len(observers) == 1 and most >= max(2, others // 2):
        return (
            f"All are peer {loner}'s: it removed {most} of the {others} others, as if it had heard "
            "of nobody for a while. Who gossips to it, and how often?"
        )
    if len(victims) == 1 and hit >= max(2, others // 2):
        return (
            f"All are of peer {victim}, as if no news of it had come. Does its own heartbeat grow, "
            "and does its gossip go out?"
        )
    if pairs > 2 * others:
        return (
            "The whole group falls apart. Is the time before a removal long enough for how often, "
            "and to how many peers, you gossip?"
        )
    return (
        "Either no newer heartbeat had come for too long (gossip more often, or to more peers, or "
        "wait longer), or the entry's time stamp was not renewed when one came."
    )


def comes_back(case: Case) -> Iterator[Cause]:
    """A failed peer was removed and taken in again."""
    group = case.log.group
    removals = group.removals
    back = [
        joined
        for joined in case.log.records.of(Joined)
        if (removed := removals.get(joined.peer, {}).get(joined.member)) is not None
        and removed.line < joined.line
        and joined.member in group.failed
    ]
    if not back:
        return
    first = back[0]
    removed = removals[first.peer][first.member]
    yield Cause(
        f"Peer {first.peer} removed the failed peer {first.member} at tick {removed.tick} and "
        f"added it again at tick {first.tick}{at_lines([removed.line, first.line])}"
        + (f", and so on {count(len(back), 'time')} in all" if len(back) > 1 else "")
        + ": others still gossip the failed peer's entry. Do not pass on entries that have timed "
        "out, and remember whom you removed until nobody has it any more.",
        lines_of(r for j in back for r in (removals[j.peer][j.member], j)),
        sorted({joined.peer for joined in back} | {joined.member for joined in back}),
    )


def removed_twice(case: Case) -> Iterator[Cause]:
    """The same peer removes the same member at different ticks."""
    seen: dict[tuple[int, int], list[Removed]] = {}
    for removed in case.log.records.of(Removed):
        seen.setdefault((removed.peer, removed.member), []).append(removed)
    twice = [records for records in seen.values() if len({r.tick for r in records}) > 1]
    if twice and (case.official or case.part == "once"):
        first = twice[0]
        yield Cause(
            f"Peer {first[0].peer} removed peer {first[0].member} more than once, "
            f"{_span([r.tick for r in first])}{at_lines(lines_of(first))}"
            + (f"; {count(len(twice), 'such pair')} in all" if len(twice) > 1 else "")
            + (": the grader counts each of these lines." if case.official else "."),
            [r.line for records in twice for r in records],
            sorted({records[0].peer for records in twice}),
        )


def too_late(case: Case) -> Iterator[Cause]:
    """Removals long after the failure."""
    log = case.log
    failed = log.group.failed
    late = [
        r
        for r in log.records.of(Removed)
        if r.member in failed and r.tick - failed[r.member].tick > log.setting.detection
    ]
    if late:
        slowest = max(late, key=lambda r: r.tick)
        delay = slowest.tick - failed[slowest.member].tick
        yield Cause(
            f"Peer {slowest.peer} removed peer {slowest.member} only {delay} ticks after its "
            f"failure{at_lines([slowest.line])}, {len(late)} such in all: something kept renewing "
            "the entry's time stamp, though its heartbeat cannot have grown.",
            lines_of(late),
            sorted({r.peer for r in late}),
        )


def uneven_removals(case: Case) -> Iterator[Cause]:
    """What the multi-failure grader subtracts, spelt out."""
    log = case.log
    removed = {(r.peer, r.member) for r in log.records.of(Removed)}
    failed, survivors = sorted(log.group.failed), log.group.survivors
    about = {member: sum(1 for _, m in removed if m == member) for member in failed}
    short = {member: seen for member, seen in about.items() if seen < len(survivors)}
    if case.official and log.test == "multifailure" and short and removed:
        told = listed(f"peer {m} by {n}" for m, n in short.items())
        wanted = len(survivors) * (len(failed) - 1)
        yield Cause(
            f"The grader counts the removals beside those of each failed peer and wants exactly "
            f"{wanted}. They do not add up because some failed peers were removed by fewer than "
            f"{count(len(survivors), 'survivor')}: {told}.",
            lines_of(log.records.of(Removed)),
            sorted(short),
        )


def voices_of_the_dead(case: Case) -> Iterator[Cause]:
    """Peers log on after they have failed."""
    spoken = case.log.group.words_of_the_dead
    if spoken:
        first = spoken[0]
        yield Cause(
            f"Peer {first.peer} logged {quoted(first.line)}{at_lines([first.line])} after it had "
            "failed: is the right address passed to the log, and does a failed peer still work?",
            lines_of(spoken),
            sorted({record.peer for record in spoken}),
        )


def _span(ticks: list[int]) -> str:
    first, last = min(ticks), max(ticks)
    return f"at tick {first}" if first == last else f"at ticks {first} to {last}"
