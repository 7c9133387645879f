"""One HTML file, which needs nothing else: the class, and each submission check by check.

Logs are hostile: every text is escaped, and the page forbids itself any script but its own.
"""

import base64
import hashlib
import html
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from ringscope.command_line.formats.html_assets import SCRIPT, STYLE
from ringscope.command_line.formats.shown import kind_title, outcome, rubrics_of, visible
from ringscope.grading.class_summary import Points, summaries
from ringscope.grading.log_grade import LogSetGrade
from ringscope.grading.report import Check, Explanation, Section

#: How many checks are named that lost points.
MOST_LOST = 10


def write(grades: Iterable[LogSetGrade], out: TextIO) -> None:
    """Write the page."""
    whole = list(grades)
    out.write(_head())
    out.write(f"<h1>Grades</h1><p class=faint>{_counted(whole)}, graded by Ringscope</p>\n")
    if len(whole) > 1:
        out.write('<div class="summaries">\n')
        for points in summaries(whole):
            out.writelines(_summary(points))
        out.write("</div>\n")
        out.writelines(_table(whole))
    out.write("<h2>Check by check</h2>\n")
    for number, grade in enumerate(whole):
        out.writelines(_details(number, grade, unfolded=len(whole) == 1))
    out.write(f"<script>{SCRIPT}</script>\n</body>\n</html>\n")


def _head() -> str:
    policy = (
        f"default-src 'none'; style-src '{_digest(STYLE)}'; script-src '{_digest(SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Grades</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _counted(grades: Sequence[LogSetGrade]) -> str:
    return f"{len(grades)} log set" + ("" if len(grades) == 1 else "s")


def _summary(points: Points) -> Iterator[str]:
    yield f"<section><h2>{_text(points.title)}</h2><p>{_text(points.figures)}</p>\n"
    yield '<div class="bars">'
    highest = max(one.sets for one in points.bins)
    for one in points.bins:
        label = str(one.low) if one.high <= one.low else f"{one.low}–{one.high}"
        yield f"<span>{label}</span>{_bar(one.sets, highest)}<span>{one.sets}</span>\n"
    yield "</div>"
    if points.lost:
        yield '<h3>Which checks fail most</h3><div class="bars">'
        for lost in points.lost[:MOST_LOST]:
            yield (
                f'<span title="{_text(lost.title)}">{_text(lost.check)}</span>'
                f"{_bar(lost.sets, lost.of)}<span>{lost.sets} of {lost.of}</span>\n"
            )
        yield "</div>"
    yield "</section>\n"


def _bar(part: int, whole: int) -> str:
    width = 100 * part / whole if whole else 0
    return f'<svg aria-hidden="true"><rect width="{width:.1f}%" height="12"/></svg>'


def _table(grades: Sequence[LogSetGrade]) -> Iterator[str]:
    rubrics = rubrics_of(grades)
    yield "<section><h2>Submissions</h2>\n"
    yield '<input id="filter" type="search" placeholder="Filter" aria-label="Filter submissions">\n'
    yield '<div class="scroll"><table id="sets"><thead><tr>'
    for name in ("Submission", "Kind"):
        yield f'<th scope="col"><button type="button">{name}</button></th>'
    for rubric in rubrics:
        yield f'<th scope="col" class="number"><button type="button">{rubric}</button></th>'
    yield '<th scope="col"><button type="button">Lost points in</button></th></tr></thead><tbody>\n'
    for number, grade in enumerate(grades):
        yield f'<tr><td class="path"><a href="#s{number}">{_text(grade.path)}</a></td>'
        yield f"<td>{grade.kind or '?'}</td>"
        points = grade.sections
        for rubric in rubrics:
            yield _points_cell(points.get(rubric))
        yield f'<td class="lost">{_text(outcome(grade))}</td></tr>\n'
    yield "</tbody></table></div></section>\n"


def _points_cell(section: Section | None) -> str:
    if section is None:
        return '<td class="number" data-value="-1">–</td>'
    colour = "good" if section.total >= section.max else "bad"
    value = section.total / section.max if section.max else 0
    return (
        f'<td class="number {colour}" data-value="{value:.4f}">{section.total}/{section.max}</td>'
    )


def _details(number: int, grade: LogSetGrade, unfolded: bool) -> Iterator[str]:
    totals = ", ".join(f"{s.total}/{s.max} {name}" for name, s in grade.sections.items())
    yield f'<details id="s{number}"{" open" if unfolded else ""}><summary>'
    yield f"<b>{_text(grade.path)}</b>{kind_title(grade)}: {totals or 'not graded'}</summary>\n"
    if grade.problem is not None:
        yield f'<p class="bad">{_text(grade.problem)}</p>\n'
    for note in grade.notes:
        yield f'<p class="faint">{_text(note)}</p>\n'
    for rubric, section in grade.sections.items():
        yield f"<h3>{rubric.capitalize()} rubric: {section.total} of {section.max}</h3>\n"
        for check in section.checks:
            yield from _check(check, brief=not unfolded)
    yield "</details>\n"


def _check(check: Check, brief: bool) -> Iterator[str]:
    """A check; ``brief``: without the lines for points that were not lost."""
    passed = check.points >= check.max
    mark, colour = ("✓", "good") if passed else ("✗", "bad")
    yield f'<details><summary><b class="{colour}">{mark} {check.points}/{check.max}</b>'
    yield f"<b>{_text(check.id)}</b>{_text(check.title)}</summary>\n"
    if check.explanation is None:
        yield f"<p>{_text(check.reason)}</p>\n"
    else:
        yield from _explanation(check.explanation)
    if check.evidence and not (brief and passed):
        yield '<ol class="log" tabindex="0" aria-label="Lines of the log">'
        for line in check.evidence:
            yield f"<li><b>{line.line}</b>{_text(line.text.strip())}</li>"
        yield "</ol>\n"
    if check.explanation is not None and check.explanation.more:
        yield f"<p class=faint>and {check.explanation.more} more lines</p>\n"
    yield "</details>\n"


def _explanation(told: Explanation) -> Iterator[str]:
    rows = [("Rule", told.rule), ("Expected", told.expected), ("Seen", told.seen)]
    yield "<dl>"
    yield from (f"<dt>{name}</dt><dd>{_text(words)}</dd>" for name, words in rows if words)
    if told.causes:
        causes = "".join(f"<li>{_text(cause)}</li>" for cause in told.causes)
        yield f"<dt>Likely causes</dt><dd><ul>{causes}</ul></dd>"
    yield "</dl>\n"


def _text(plain: str) -> str:
    return html.escape(visible(plain))
