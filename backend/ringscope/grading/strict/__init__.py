"""The strict rubric: what the official graders forget or count wrongly.

It reads records, not text, so remarks in a log, other spellings, keys that look like ticks and
ticks of other lengths cost nothing; and it asks who said what to whom and when, so a count that
happens to be right earns nothing.  It is shown beside the official grade and never mixed with it.
"""

from ringscope.grading.asked import Operations
from ringscope.grading.group import Group
from ringscope.grading.records import Records
from ringscope.grading.report import Section
from ringscope.grading.setting import COURSE_SETTING, MEMBERSHIP_TESTS, Setting
from ringscope.grading.strict.membership import judge_membership
from ringscope.grading.strict.rules import judged, rules_of
from ringscope.grading.strict.store import judge_store

__all__ = ["grade_strict", "rules_of"]


def grade_strict(test: str, records: Records, setting: Setting = COURSE_SETTING) -> Section:
    """Judge the log of one of the course's seven tests by the strict rules.

    ``test`` is the name of a scenario in ``COURSE``.  Each test has as many points as the official
    rubric gives it: 30 for each membership test, 3, 7, 40 and 40 for create, delete, read and
    update.  A check that lost points has an explanation, still without causes; see `explained`.
    """
    group = Group(records, setting)
    if test in MEMBERSHIP_TESTS:
        findings = judge_membership(test, group, setting)
    else:
        findings = judge_store(test, group, Operations(records), setting)
    return Section.of([judged(test, rule, findings[rule.part]) for rule in rules_of(test)])
