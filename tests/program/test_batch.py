"""A whole batch: nobody, however wild, keeps the others from being graded."""

import shutil
from pathlib import Path

import pytest
from tests.program.conftest import HONEST, LIMITS, MAKEFILE, MakeSubmission

from ringscope.program.batch import Batch, Plan
from ringscope.program.rates import Grade
from ringscope.program.submissions import find_submissions

PLAN = Plan(kind=None, runs=2, limits=LIMITS, build_limits=LIMITS)

#: Programs that must not stop a batch, and their points if they may take their time.
WILD = {
    "background": (HONEST + "(trap '' HUP TERM; sleep 600) &\n", 90),
    "crash": (HONEST + "kill -SEGV $$\n", 90),
    "fifo": ("mkfifo dbg.log\n", 0),
    "flood": ("exec yes > dbg.log\n", 0),
    "loud": (HONEST + "exec yes\n", 0),
    "nothing": ("", 0),
    "reads": (HONEST + "cat\n", 90),
    "vandal": (HONEST + "rm -f Application; chmod 000 testcases golden\n", 90),
    "zoe": (HONEST, 90),
}
#: Programs that never end by themselves.
ENDLESS = {
    "forks": "i=0; while [ $i -lt 99 ]; do i=$((i+1)); sleep 600 & done; wait\n",
    "hang": HONEST + "trap '' TERM; sleep 600\n",
}


def grade(*folders: Path, plan: Plan = PLAN, jobs: int = 1) -> dict[str, Grade]:
    batch = Batch(find_submissions(folders, plan.skeleton), plan, jobs, when_next=lambda: 0.0)
    grades = {one.name: one for one in batch.grades()}
    assert not batch.base.exists()
    return grades


@pytest.mark.parametrize(("source", "kind", "scenarios"), [
    ("MP1Node.cpp", "mp1", 3),
    ("MP2Node.cpp", "mp2", 4),
])  # fmt: skip
def test_an_honest_program_always_has_full_marks(
    submission: MakeSubmission, source: str, kind: str, scenarios: int
) -> None:
    [found] = grade(submission("ann", source=source)).values()
    assert (found.kind, found.built, found.passed, found.verdict) == (kind, True, True, "pass")
    assert (found.totals, found.max) == ((90, 90), 90)
    assert [one.ended for one in found.scenarios] == [{"exit code 0": 2}] * scenarios
    assert {one.distinct_logs for one in found.scenarios} == {1}
    assert "network" in found.protections


def test_a_wild_class_is_graded_to_the_end(submission: MakeSubmission, tmp_path: Path) -> None:
    for name, (script, _) in WILD.items():
        submission(name, script)
    submission("compiles-not", makefile="all:\n\tfalse\nclean:\n")
    grades = grade(tmp_path / "class", plan=PLAN._replace(runs=1), jobs=3)
    assert list(grades) == sorted([*WILD, "compiles-not"])
    assert not grades.pop("compiles-not").built
    points = {name: one.total.median for name, one in grades.items()}
    assert points == {name: points for name, (_, points) in WILD.items()}
    assert ended(grades["flood"]) == ended(grades["loud"]) == {"stopped: output"}


def test_what_never_ends_is_ended(submission: MakeSubmission, tmp_path: Path) -> None:
    for name, script in ENDLESS.items():
        submission(name, script)
    plan = PLAN._replace(runs=1, limits=LIMITS._replace(wall=0.3))
    grades = grade(tmp_path / "class", plan=plan, jobs=2)
    assert [one.total.max for one in grades.values()] == [0, 0]
    assert ended(grades["hang"]) == {"stopped: time"}


def ended(grade: Grade) -> set[str]:
    return {how for one in grade.scenarios for how in one.ended}


def test_a_lucky_program_is_told_from_a_good_one(submission: MakeSubmission) -> None:
    folder = submission("lucky", 'test "$(cat second)" = even || exit 1\n' + HONEST)
    (folder / "second").write_text("even")
    seconds = 0
    batch = Batch(find_submissions([folder], None), PLAN._replace(runs=4), 1)

    def next_second() -> float:
        nonlocal seconds
        seconds += 1  # three scenarios a round
        for built in batch.base.glob("*/build/work"):
            (built / "second").write_text("odd" if seconds // 3 % 2 else "even")
        return 0.0

    batch.when_next = next_second
    [found] = batch.grades()
    assert found.verdict == "lucky"
    assert {check.verdict for one in found.scenarios for check in one.checks} == {"lucky"}
    assert (found.total.min, found.total.max) == (0, 90)


def test_a_program_that_keeps_hanging_is_given_up(submission: MakeSubmission) -> None:
    plan = PLAN._replace(runs=5, limits=LIMITS._replace(wall=0.1))
    [found] = grade(submission("ann", "sleep 60\n"), plan=plan, jobs=3).values()
    assert [one.runs for one in found.scenarios] == [2, 2, 2]
    assert found.totals == (0,) * 5


def test_the_log_of_the_worst_run_is_kept(submission: MakeSubmission, tmp_path: Path) -> None:
    plan = PLAN._replace(keep=tmp_path / "kept")
    grade(submission("ann", HONEST + "echo line >> dbg.log\n"), plan=plan)
    kept = sorted(path.name for path in (tmp_path / "kept" / "ann").iterdir())
    assert kept == ["msgdropsinglefailure.log", "multifailure.log", "singlefailure.log"]
    assert (tmp_path / "kept" / "ann" / kept[0]).read_text().endswith("line\n")


def test_bare_files_are_built_with_a_skeleton(submission: MakeSubmission, tmp_path: Path) -> None:
    skeleton = submission("skeleton")
    (skeleton / "Makefile").write_text(MAKEFILE + "\tgrep student MP1Node.cpp\n")
    shutil.move(skeleton, tmp_path / "skeleton")
    (tmp_path / "class" / "ann").mkdir()
    (tmp_path / "class" / "ann" / "MP1Node.cpp").write_text("// another student's work\n")
    plan = PLAN._replace(runs=1, skeleton=tmp_path / "skeleton")
    [found] = grade(tmp_path / "class", plan=plan).values()
    assert (found.name, found.kind, found.total.median) == ("ann", "mp1", 90)


def test_who_handed_in_nothing_useful_is_told_why(
    submission: MakeSubmission, tmp_path: Path
) -> None:
    submission("ann")
    (tmp_path / "class" / "bob").mkdir()
    submission("cid", source="main.cpp")
    grades = grade(tmp_path / "class", plan=PLAN._replace(runs=1))
    assert grades["ann"].passed
    assert "there is no Makefile" in grades["bob"].reason
    assert "--kind" in grades["cid"].reason


def test_a_bug_of_ours_is_not_hidden(
    submission: MakeSubmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ringscope.program.batch.build", broken)
    with pytest.raises(ZeroDivisionError):
        grade(submission("ann"))


def test_the_first_grade_may_be_the_last_wanted(submission: MakeSubmission, tmp_path: Path) -> None:
    submission("ann")
    submission("bob", "sleep 600\n")
    jobs = 4  # one more than the second has scenarios to hang in
    batch = Batch(find_submissions([tmp_path / "class"], None), PLAN, jobs, when_next=lambda: 0.0)
    grades = batch.grades()
    assert next(grades).name == "ann"
    grades.close()
    assert not batch.base.exists()
