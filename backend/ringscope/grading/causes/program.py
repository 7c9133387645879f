"""Causes that no rule is about: the program died, gave up, or ran with another group."""

import re
from collections.abc import Iterator

from ringscope.grading.causes.case import Case, Cause, lines_of
from ringscope.grading.causes.words import at_lines, have, quoted
from ringscope.grading.ending import next_event, time_is_due
from ringscope.grading.membership import COURSE_PEERS
from ringscope.grading.records import Created, GaveUp
from ringscope.grading.rubric import count
from ringscope.grading.setting import MEMBERSHIP_TESTS
from ringscope.observers.debug_log import TIME_LINE_INTERVAL

#: Bytes that are no UTF-8, as Python's ``surrogateescape`` decodes them.
_NO_TEXT = re.compile("[\ud800-\udfff]")


def nothing_logged(case: Case) -> Iterator[Cause]:
    """The log is empty, or missing."""
    records = case.log.records
    if records.last is None:
        yield Cause(
            "The log is empty or missing: the program stopped before it logged anything, was not "
            "built, or wrote its log elsewhere."
        )
    elif next(iter(records), None) is None:
        yield Cause(
            f"No line of the log is a record of the course's logger; it begins with "
            f"{quoted(records.samples[0]) if records.samples else 'nothing but its first line'}. "
            "Is it a dbg.log?"
        )


def gave_up(case: Case) -> Iterator[Cause]:
    """The framework said itself why it could not go on."""
    said = case.log.records.of(GaveUp)
    if said:
        yield Cause(
            f"At tick {said[0].tick} the program gave up: {said[0].message!r}"
            f"{at_lines(lines_of(said))}.",
            lines_of(said),
            [record.peer for record in said if record.peer],
        )


def stopped(case: Case) -> Iterator[Cause]:
    """The log ends before the scenario does, so the program did."""
    log = case.log
    end = log.stopped
    if end is not None and log.records.last is not None and not log.records.of(GaveUp):
        last = log.records.last
        missing = next_event(log.test, log.group, log.setting)
        before = f", before {missing}" if missing else ""
        if not missing and time_is_due(log.group, log.setting):
            before = f", and the time line of tick {TIME_LINE_INTERVAL} is missing"
        yield Cause(
            f"Your program stopped at tick {end} (a crash or an endless loop?): the log ends there "
            f"with {quoted(last)} (line {last.number}){before}.",
            [last],
        )


def stopped_before(case: Case, tick: int) -> bool:
    """Whether the program stopped before a tick, so that nothing else needs to be looked for."""
    return case.log.stopped is not None and case.log.stopped < tick


def other_size(case: Case) -> Iterator[Cause]:
    """The membership grader counts for ten peers."""
    peers = case.log.group.peers
    created = case.log.records.of(Created)
    if case.official and created and peers != COURSE_PEERS and case.log.setting.peers is None:
        yield Cause(
            f"The log is of a group of {peers}; the course's grader counts for {COURSE_PEERS} "
            "peers, so run it with MAX_NNB: 10."
        )


def unprintable(case: Case) -> Iterator[Cause]:
    """Grep finds lines with bytes that are no text, but prints none of them."""
    odd = [
        line
        for line in case.log.lines
        if _NO_TEXT.search(line.text) and any(word in line.text for word in _words(case))
    ]
    if case.official and odd:
        yield Cause(
            f"{count(len(odd), 'line')}{at_lines(odd)} "
            f"{have(len(odd), 'holds', 'hold')} bytes that are no text (an uninitialised or freed "
            "string is logged?); grep does not print such lines, so the "
            "grader does not count them.",
            odd,
        )


def _words(case: Case) -> tuple[str, ...]:
    if case.log.test in MEMBERSHIP_TESTS:
        return ("joined", "removed", "failed")
    return (f"{case.log.test} success", f"{case.log.test} fail", case.log.test.upper())


def lost_beginning(case: Case) -> Iterator[Cause]:
    """The log was opened anew in mid-run, and what was there before is gone."""
    records = case.log.records
    first = next(iter(records), None)
    if first is not None and not records.of(Created) and first.tick > 0:
        yield Cause(
            f"The log begins at tick {first.tick} (line {first.line.number}), without the APP "
            "lines of the start: what was logged before is lost, so the log file was opened anew. "
            "Some old frameworks do that when a log line overruns its buffer.",
            [first.line],
        )
