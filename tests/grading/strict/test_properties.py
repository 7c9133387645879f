"""What holds for any log: nothing is fatal, every loss is explained, and less never earns more."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from ringscope.grading.explain import explained
from ringscope.grading.official import grade_run
from ringscope.grading.read_log import read_log
from ringscope.grading.records import Answer, Failed, Joined, Removed, Told, record_of, records_of
from ringscope.grading.rubric import MAX_EVIDENCE
from ringscope.grading.strict import grade_strict
from ringscope.observers.debug_log import LogLine
from ringscope.simulation.scenario import COURSE, Scenario

from .conftest import Lines

MOVES = ("drop", "double", "swap", "cut", "garble", "peer", "tick", "word", "stop")
Move = tuple[str, int, int]
WORDS = [("success", "fail"), ("fail", "success"), ("server", "coordinator"), ("joined", "removed")]
WORDS += [("removed", "joined"), ("value", "valve"), ("Node", "node  "), ("coordinator", "server")]


def mutated(lines: Lines, moves: list[Move]) -> Lines:
    """The lines after a few accidents."""
    lines = list(lines)
    for move, where, what in moves:
        if not lines:
            break
        i, j = where % len(lines), what % len(lines)
        line = lines[i]
        match move:
            case "drop":
                del lines[i : i + 1 + what % 7]
            case "double":
                lines.insert(j, line)
            case "swap":
                lines[i], lines[j] = lines[j], line
            case "cut":
                lines[i] = line[: what % (len(line) + 1)]
            case "garble":
                lines[i] = line[: what % (len(line) + 1)] + "\udc9d\x00:=[" + line[:3]
            case "peer":
                lines[i] = line.replace(f"{what % 10 + 1}.0.0.0:0", f"{where % 12}.0.0.0:0")
            case "tick":
                lines[i] = line.replace("[", f"[{what % 5}")
            case "word":
                lines[i] = line.replace(*WORDS[what % len(WORDS)])
            case "stop":
                del lines[max(3, i) :]
    return lines


moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=12
)


@settings(max_examples=100)
@given(name=st.sampled_from(COURSE), moves=moves)
def test_every_point_that_any_log_loses_is_explained(
    name: str, moves: list[Move], scenarios: dict[str, Scenario], perfect: dict[str, Lines]
) -> None:
    lines = read_log("\n".join(mutated(perfect[name], moves)))
    records = records_of(lines)
    strict = grade_strict(name, records)
    official = next(section for section in grade_run(scenarios[name], lines) if section.checks)
    for section in strict, official:
        told = explained(section, name, lines, records)
        assert [(c.id, c.points, c.passed) for c in told.checks] == [
            (c.id, c.points, c.passed) for c in section.checks
        ]
        for check in told.checks:
            assert 0 <= check.points <= check.max
            assert check.passed == (check.points == check.max)
            assert len(check.evidence) <= MAX_EVIDENCE
            if check.passed:
                assert check.explanation is None
                continue
            assert check.explanation is not None
            why = check.explanation
            assert all([why.rule, why.expected, why.seen, why.causes])
            assert all(cause.endswith((".", "?")) for cause in why.causes)
            texts = {line.number: line.text for line in lines}
            assert all(texts[line.line] == line.text for line in check.evidence)


def required(part: str) -> Callable[[LogLine], bool]:
    """The lines that a check wants to see; a removal is wanted unless it is held against one."""
    always = (Answer, Failed, Joined, Told)
    kinds = always if part == "accuracy" else (*always, Removed)
    return lambda line: isinstance(record_of(line), kinds)


@settings(max_examples=40)
@given(data=st.data(), name=st.sampled_from(COURSE))
def test_fewer_lines_never_earn_more(
    data: st.DataObject, name: str, perfect: dict[str, Lines]
) -> None:
    lines = read_log("\n".join(perfect[name]))
    parts = {check.id: check.points for check in grade_strict(name, records_of(lines)).checks}
    check_id = data.draw(st.sampled_from(sorted(parts)))
    wanted = [line for line in lines if required(check_id.split(".", 2)[2])(line)]
    wanted = [line for line in wanted if line.tick > 100] or wanted
    gone = data.draw(st.lists(st.sampled_from(wanted), max_size=8, unique=True))
    points = parts[check_id]
    for line in gone:
        lines.remove(line)
        left = {check.id: check.points for check in grade_strict(name, records_of(lines)).checks}
        assert left[check_id] <= points
        points = left[check_id]
