"""One JSON object per log set and line, for machines."""

from collections.abc import Iterable
from typing import TextIO

import msgspec

from ringscope.grading.log_grade import LogSetGrade
from ringscope.grading.log_value import grade_value


def write(grades: Iterable[LogSetGrade], out: TextIO) -> None:
    """Write a line for each set as soon as it is graded."""
    for grade in grades:
        out.write(msgspec.json.encode(grade_value(grade)).decode() + "\n")
        out.flush()
