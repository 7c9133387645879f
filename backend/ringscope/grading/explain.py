"""Why points were lost: each lost check of a section gets the rule, the figures and the causes."""

from collections.abc import Iterable, Sequence

import msgspec

from ringscope.grading.causes.case import LINES_PER_CAUSE, Case, Cause, Log
from ringscope.grading.causes.hints import hint_for
from ringscope.grading.causes.table import causes_of
from ringscope.grading.official_rules import OFFICIAL_RULES
from ringscope.grading.records import Records
from ringscope.grading.report import Check, Evidence, Explanation, Section
from ringscope.grading.rubric import MAX_EVIDENCE
from ringscope.grading.setting import COURSE_SETTING, Setting
from ringscope.observers.debug_log import LogLine

#: How many causes are told of a check, and how many peers and how many keys they name.
MAX_CAUSES, MAX_NAMED = 6, 20


def explained(
    section: Section,
    test: str,
    lines: Sequence[LogLine],
    records: Records,
    setting: Setting = COURSE_SETTING,
) -> Section:
    """Explain every check of a section, official or strict, that lost points.

    ``test`` is the name of the course's scenario whose log it is; ``lines`` are those of the log
    that were graded, ``records`` what they say.  Checks that passed, or are not decided yet, stay
    as they are.  Evidence then holds the lines that the causes rest on, before all others.
    """
    log = Log(test, lines, records, setting)
    return Section.of([_explained(Case.of(log, check)) for check in section.checks])


def _explained(case: Case) -> Check:
    check = case.check
    if check.passed is not False:
        return check
    causes = list(_distinct(causes_of(case)))[:MAX_CAUSES]
    known = check.explanation or _of_the_official(check)
    shown, more = _evidence(causes, check.evidence, known.more)
    first = next((line for cause in causes for line in cause.lines), None)
    explanation = msgspec.structs.replace(
        known,
        peers=_merged(known.peers, (peer for cause in causes for peer in cause.peers))[:MAX_NAMED],
        keys=_merged(known.keys, (key for cause in causes for key in cause.keys))[:MAX_NAMED],
        causes=tuple(cause.text for cause in causes) or hint_for(case),
        specific=bool(causes),
        more=more,
    )
    return msgspec.structs.replace(
        check,
        evidence=shown,
        tick=check.tick if first is None else first.tick,
        explanation=explanation,
    )


def _of_the_official(check: Check) -> Explanation:
    """What an official ruling says itself: its reason names what it expected and what it saw."""
    rule = OFFICIAL_RULES[check.id]
    expected, _, seen = check.reason.partition(", saw ")
    if not seen:
        return Explanation(rule, rule.removeprefix("The grader wants "), check.reason)
    return Explanation(rule, expected.removeprefix("Expected "), seen.rstrip("."))


def _evidence(
    causes: Sequence[Cause], others: Sequence[Evidence], more: int
) -> tuple[tuple[Evidence, ...], int]:
    """The lines to show, in the order of the file, and how many more there are."""
    telling = [line for cause in causes for line in cause.lines[:LINES_PER_CAUSE]]
    rest = [line for cause in causes for line in cause.lines[LINES_PER_CAUSE:]]
    wanted = [*telling, *((e.line, e.tick, e.text) for e in others), *rest]
    found = {line[0]: Evidence(*line) for line in reversed(wanted)}
    order = list(dict.fromkeys(line[0] for line in wanted))
    shown = sorted(order[:MAX_EVIDENCE])
    return tuple(found[number] for number in shown), len(order) - len(shown) + more


def _distinct(causes: Iterable[Cause]) -> Iterable[Cause]:
    return {cause.text: cause for cause in causes}.values()


def _merged(first: Iterable[object], second: Iterable[object]) -> tuple:  # type: ignore[type-arg]
    return tuple(dict.fromkeys([*first, *second]))
