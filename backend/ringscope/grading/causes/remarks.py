"""Causes of lost points that are the program's own remarks: the grader counts their words, too."""

from collections.abc import Iterator

from ringscope.grading.causes.case import Case, Cause
from ringscope.grading.causes.words import at_lines, have, quoted
from ringscope.grading.records import Answer, AnyRecord, Joined, Operation, Removed
from ringscope.grading.rubric import count


def debug_joins(case: Case) -> Iterator[Cause]:
    """Remarks that speak of joins."""
    return _mistaken(case, "joined", "join", Joined)


def debug_removals(case: Case) -> Iterator[Cause]:
    """Remarks that speak of removals."""
    return _mistaken(case, "removed", "removal", Removed)


def debug_lines(case: Case) -> Iterator[Cause]:
    """Remarks that speak of the operations of the test."""
    for what in ("operation", "success", "fail"):
        yield from _mistaken(case, f"{case.log.test} {what}", "record", Operation, Answer)


def _mistaken(case: Case, phrase: str, what: str, *kinds: type[AnyRecord]) -> Iterator[Cause]:
    """Lines with the grader's words in them that are no records of these kinds."""
    strays = case.log.strays(phrase, *kinds)
    if case.official and strays:
        words, them = ("words", "them") if " " in phrase else ("word", "that word")
        yield Cause(
            f"{count(len(strays), 'line')} with the {words} '{phrase}' "
            f"{have(len(strays), 'is', 'are')} no {what}, such as {quoted(strays[0])}"
            f"{at_lines(strays)}, but the grader counts every line with {them}: word your debug "
            "output differently.",
            strays,
        )
