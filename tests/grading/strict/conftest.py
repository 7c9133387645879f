"""The strict judgement of edited logs."""

from collections.abc import Callable

import pytest

from ringscope.grading.read_log import read_log
from ringscope.grading.records import records_of
from ringscope.grading.report import Check
from ringscope.grading.strict import grade_strict

Lines = list[str]
#: What a log lost: points by the last part of the check's id, without those that lost none.
Lost = Callable[[str, Lines], dict[str, int]]


def judge(name: str, lines: Lines) -> dict[str, Check]:
    section = grade_strict(name, records_of(read_log("\n".join(lines))))
    return {check.id.split(".", 2)[2]: check for check in section.checks}


@pytest.fixture(scope="session")
def lost() -> Lost:
    def lost(name: str, lines: Lines) -> dict[str, int]:
        checks = judge(name, lines)
        return {part: c.max - c.points for part, c in checks.items() if c.points < c.max}

    return lost
