"""What formats share: text that is safe to show, and the sections of a grade with their names."""

from collections.abc import Iterator

from ringscope.grading.log_grade import LogSetGrade
from ringscope.grading.report import Check, Section

KINDS = {"mp1": "MP1 membership", "mp2": "MP2 key-value store", None: "unknown"}


def visible(text: str) -> str:
    """Return ``text`` on one line, with what cannot be printed as an escape.

    So no log can move a terminal's cursor, turn the direction of writing, or break XML.
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def sections(grade: LogSetGrade) -> Iterator[tuple[str, Section]]:
    """Yield the sections that were asked for with the name of their rubric."""
    if grade.official is not None:
        yield "official", grade.official
    if grade.strict is not None:
        yield "strict", grade.strict


def all_checks(grade: LogSetGrade) -> Iterator[Check]:
    """Yield the checks of all sections; no two have the same id."""
    for _, section in sections(grade):
        yield from section.checks


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
