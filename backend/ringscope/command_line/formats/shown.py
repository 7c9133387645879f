"""What formats share: text that is safe to show, and what to tell about a check."""

from collections.abc import Iterable, Iterator

from ringscope.grading.log_grade import LogSetGrade, Rubric
from ringscope.grading.log_set import KIND_TITLES
from ringscope.grading.report import Check

#: How many lost checks are named in a row.
MOST_LOST = 10


def kind_title(grade: LogSetGrade) -> str:
    """Return which assignment a set is of, in words."""
    return "unknown" if grade.kind is None else KIND_TITLES[grade.kind]


def visible(text: str) -> str:
    """Return ``text`` on one line, with what cannot be printed as an escape.

    So no log can move a terminal's cursor, turn the direction of writing, or break XML.
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def rubrics_of(grades: Iterable[LogSetGrade]) -> list[Rubric]:
    """Return the rubrics that were asked for."""
    return list(dict.fromkeys(rubric for grade in grades for rubric in grade.sections))


def outcome(grade: LogSetGrade) -> str:
    """Return the checks that lost points, or why there are none."""
    if grade.problem is not None:
        return f"not graded: {grade.problem}"
    named = " ".join(check.id for check in grade.lost[:MOST_LOST])
    more = len(grade.lost) - MOST_LOST
    return f"{named} and {more} more" if more > 0 else named


def lines_about(check: Check) -> Iterator[str]:
    """Yield what to tell about a check: expected and seen, rule, causes, and the log's lines."""
    yield check.reason
    told = check.explanation
    if told is not None:
        yield f"Rule: {told.rule}"
        yield from (f"Likely cause: {cause}" for cause in told.causes)
    yield from (f"line {line.line}: {line.text.strip()}" for line in check.evidence)
    if told is not None and told.more:
        yield f"and {told.more} more lines"
