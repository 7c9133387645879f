"""The form in which other programs get the grade of a log set."""

from ringscope.grading.log_grade import LogSetGrade
from ringscope.grading.report import Check, Section


def grade_value(grade: LogSetGrade) -> dict[str, object]:
    """Return what a grade is as JSON; the strict section stands beside the official one."""
    section = grade.section
    whole: dict[str, object] = {"path": grade.path, "kind": grade.kind, **_section(section)}
    whole["rubric"] = "strict" if grade.strict is section else "official"
    if grade.official is not None and grade.strict is not None:
        whole["strict"] = _section(grade.strict)
    whole |= {"missing": grade.missing, "notes": grade.notes}
    if grade.problem is not None:
        whole["error"] = grade.problem
    return whole


def _section(section: Section) -> dict[str, object]:
    checks = [_check(check) for check in section.checks]
    return {"total": section.total, "max": section.max, "checks": checks}


def _check(check: Check) -> dict[str, object]:
    fields = {name: getattr(check, name) for name in ("id", "points", "max", "passed", "reason")}
    fields["evidence"] = [{"line": line.line, "text": line.text} for line in check.evidence]
    fields |= {"title": check.title, "tick": check.tick}
    if check.explanation is not None:
        fields["explanation"] = check.explanation
    return fields
