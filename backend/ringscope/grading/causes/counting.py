"""Causes that lie in how the store's official grader counts lines and reads times."""

from collections.abc import Iterator

from ringscope.grading.asked import needless_copies as copies_made
from ringscope.grading.asked import stale_answers
from ringscope.grading.causes.case import Case, Cause, all_of_the_coordinator, lines_of
from ringscope.grading.causes.words import at_lines, have, listed, peers, quoted, sentence
from ringscope.grading.records import Operation
from ringscope.grading.rubric import count
from ringscope.grading.shell import cut, without_brackets
from ringscope.simulation.course import INVALID_KEY

STEPS = 6


def no_operations(case: Case) -> Iterator[Cause]:
    """The test's operations are not in the log at all."""
    log = case.log
    if log.stopped is not None:
        return  # that says it all
    if not any(asked.operation.kind == log.test for asked in log.operations.all):
        others = sorted({str(asked.operation.kind) for asked in log.operations.all})
        there = f"; it has only {listed(others)} operations" if others else ""
        yield Cause(f"The log has no {log.test} operations{there}.")


def too_few_operations(case: Case) -> Iterator[Cause]:
    """Fewer than six operations leave the grader's windows without ends."""
    log = case.log
    asked = [one for one in log.operations.all if one.operation.kind == log.test]
    if log.stopped is not None and (not case.official or log.steps[case.part] is None):
        return  # that says it all
    if asked and len(asked) < STEPS:
        last = asked[-1].operation
        yield Cause(
            f"Only {len(asked)} of the six {log.test} operations are in the log, the last at "
            f"tick {last.tick}{at_lines([last.line])}"
            + (
                ": the grader needs all six to know where its time windows begin and end."
                if case.official
                else "."
            ),
            lines_of(one.operation for one in asked),
        )


def surplus_operations(case: Case) -> Iterator[Cause]:
    """More than six operations, or remarks that look like some, move the windows."""
    lines = case.log.with_words(f"{case.log.test} operation")
    if case.official and len(lines) > STEPS:
        yield Cause(
            f"The grader takes {len(lines)} lines for {case.log.test} operations and knows six; "
            f"the surplus ones move its time windows{at_lines(lines)}.",
            lines,
        )


def misread_times(case: Case) -> Iterator[Cause]:
    """Digits of the first operation's tick stand in other operation lines as well."""
    lines = case.log.with_words(f"{case.log.test} operation")
    times = sorted(without_brackets(cut(line.text, 3)).strip() for line in lines)
    if not case.official or not times or not times[0].isdigit():
        return
    # Step 1's lines give the key of most checks, those of the third step the one of 3.1.
    index = 2 if case.part == "3.1" else 0
    if index >= len(times):
        return
    same = [line for line in lines if times[index] in line.text]
    other = [line for line in same if f"[{times[index]}]" not in line.text]
    if other:
        yield Cause(
            f"The grader looks for the digits {times[index]} of a tick anywhere in the operation "
            f"lines and finds them in a key or value too, {quoted(other[0])}{at_lines(other)}, so "
            "it takes several keys for one and finds nothing. Bad luck: run it again.",
            other,
        )


def sorted_as_text(case: Case) -> Iterator[Cause]:
    """Ticks with different numbers of digits come in the wrong order."""
    if not case.official or case.log.test not in ("read", "update"):
        return
    ticks = [one.tick for one in case.log.operations.all if one.operation.kind == case.log.test]
    if sorted(ticks) != sorted(ticks, key=str):
        yield Cause(
            f"The grader sorts the ticks of the operations as text, so {listed(sorted(ticks), 6)} "
            f"come as {listed(sorted(ticks, key=str), 6)}: all need the same number of digits.",
            [o.line for o in case.log.records.of(Operation) if o.kind == case.log.test],
        )


def unasked_lines(case: Case) -> Iterator[Cause]:
    """Answers that belong to no client operation, such as those of stabilisation."""
    log = case.log
    surplus = [a for a in log.operations.surplus if a.kind == log.test]
    if surplus and log.test in ("create", "delete"):
        first = surplus[0]
        yield Cause(
            f"{count(len(surplus), 'line')} about {log.test}s "
            f"{have(len(surplus), 'belongs', 'belong')} to no {log.test} that a client asked for, "
            f"first {quoted(first.line)}{at_lines(lines_of(surplus))}: copies that stabilisation "
            "makes must not be logged like client operations.",
            lines_of(surplus),
            sorted({answer.peer for answer in surplus}),
            tuple(dict.fromkeys(answer.key for answer in surplus)),
        )


def needless_copies(case: Case) -> Iterator[Cause]:
    """Copies were made of what was there already."""
    log = case.log
    copies = [a for a in log.operations.surplus if a.kind == "create" and a.role == "server"]
    if not copies or not log.group.failures:
        return
    _, again = copies_made(log.operations, log.group, log.setting.replicas)
    if again:
        first = again[0]
        yield Cause(
            f"{len(again)} of the {len(copies)} copies that were logged after the failures were "
            f"made at peers that had the key or when three had it, first by peer {first.peer} at "
            f"tick {first.tick}{at_lines([first.line])}: only the missing copies should "
            "be made, and by one of the holders.",
            lines_of(again),
            sorted({answer.peer for answer in again}),
            tuple(dict.fromkeys(answer.key for answer in again))[:20],
        )


def stale_copies(case: Case) -> Iterator[Cause]:
    """A copy of an updated key carries the old value."""
    found = stale_answers(case.log.operations)
    if found:
        update, first = found[0]
        stale = [answer for _, answer in found]
        yield Cause(
            f"{sentence(peers(a.peer for a in stale))} stored or read {first.value!r} for key "
            f"{first.key}, first at tick {first.tick}{at_lines(lines_of(stale))}, after its update "
            f"to {update.value!r} had succeeded: stabilisation copies an old value.",
            lines_of([update, *stale]),
            sorted({answer.peer for answer in stale}),
            (first.key,),
        )


def never_created(case: Case) -> Iterator[Cause]:
    """The keys that a test is about were not stored in the first place."""
    log = case.log
    about = [a for a in log.operations.of(log.kind or "create") if a.operation.key != INVALID_KEY]
    lost = [a for a in about if not log.operations.creators(a.operation.key)]
    if lost and log.test != "create":
        keys = tuple(dict.fromkeys(a.operation.key for a in lost))
        yield Cause(
            f"No replica ever logged that it stored {'key' if len(keys) == 1 else 'keys'} "
            f"{listed(keys, 3)}, so there is nothing to {log.test}: the creates fail already.",
            [
                line
                for key in keys
                for one in log.operations.about("create", key)
                for line in lines_of(one.lines())
            ],
            (),
            keys[:20],
        )


def misaddressed_creates(case: Case) -> Iterator[Cause]:
    """The log does not tell who stored the keys, because replicas log with another's address."""
    log = case.log
    about = [asked for asked in log.operations.of(log.kind or "create") if log.test != "create"]
    keys = dict.fromkeys(asked.operation.key for asked in about)
    creates = [one for key in keys for one in log.operations.about("create", key)]
    wrong = [one for one in creates if all_of_the_coordinator(one)]
    if wrong and not case.official:
        first = wrong[0]
        yield Cause(
            f"Nobody can tell who stored {listed((o.operation.key for o in wrong), 3)}: all "
            f"server lines of the create carry the address of the coordinator, peer "
            f"{first.operation.peer}{at_lines(lines_of(first.servers))}. A replica must log with "
            "its own address.",
            [line for one in wrong for line in lines_of(one.servers)],
            [one.operation.peer for one in wrong],
            tuple(one.operation.key for one in wrong)[:20],
        )
