"""JUnit's XML, which every CI system shows: a suite for each log set, a case for each check."""

from collections.abc import Iterable
from typing import TextIO
from xml.etree import ElementTree

from ringscope.command_line.formats.shown import lines_about, visible
from ringscope.grading.log_grade import LogSetGrade


def write(grades: Iterable[LogSetGrade], out: TextIO) -> None:
    """Write the suites; lost points are a failure, a set that cannot be graded is an error."""
    root = ElementTree.Element("testsuites", name="ringscope grade-log")
    for grade in grades:
        root.append(_suite(grade))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, 0)) for suite in root)))
    ElementTree.indent(root)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(ElementTree.tostring(root, encoding="unicode") + "\n")


def _suite(grade: LogSetGrade) -> ElementTree.Element:
    name = visible(f"{grade.path} ({grade.kind or 'unknown'})")
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(grade.checks) or 1),
        failures=str(len(grade.lost)),
        errors=str(int(grade.problem is not None)),
    )
    if grade.problem is not None:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name="grading")
        ElementTree.SubElement(case, "error", message=visible(grade.problem))
    for check in grade.checks:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=check.id)
        if check.points < check.max:
            message = f"{check.points}/{check.max}: {check.reason}"
            failure = ElementTree.SubElement(case, "failure", message=visible(message))
            failure.text = "\n".join(map(visible, lines_about(check)))
    if grade.notes:
        notes = ElementTree.SubElement(suite, "system-out")
        notes.text = "\n".join(map(visible, grade.notes))
    return suite
