"""Causes in the six steps of the read and update tests."""

from collections.abc import Iterator

from ringscope.grading.asked import Asked
from ringscope.grading.causes.case import Case, Cause, about, lines_of
from ringscope.grading.causes.words import at_lines, peers, sentence
from ringscope.grading.records import Removed

#: Each step's window ends where the next begins; the last two go on to the end.
_NEXT = {"1": 1, "2": 2, "3.1": 3, "3.2": 4}


def success_without_quorum(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Step 3.1 must fail, but the coordinator says success."""
    if _is_must_fail(case, asked) and asked.successes:
        first = asked.successes[0]
        yes = asked.accepted_before(first.tick)
        yield about(
            asked,
            f"The coordinator, peer {first.peer}, logged success for {name} at tick {first.tick}"
            f"{at_lines([first.line])}, when two of the three replicas had just failed and only "
            f"{peers(yes) if yes else 'nobody'} had answered: that is no quorum.",
        )


def no_timeout(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Step 3.1 gets no answer: two replicas are dead and nobody gives up waiting."""
    if _is_must_fail(case, asked) and not asked.coordinator:
        yield about(
            asked,
            f"The coordinator of {name}, peer {asked.operation.peer}, never logged a result. Two "
            "of three replicas had just failed, so their replies never come: the coordinator must "
            "give up by itself, by the clock, and log a fail (the grader waits 50 ticks).",
        )


def late_answer(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """The coordinator answers, but after the window that the grader looks in."""
    end = _window_end(case, asked)
    must_fail = _is_must_fail(case, asked)
    said = [a for a in (*asked.coordinator, *asked.servers) if a.ok != must_fail]
    late = [answer for answer in said if end is not None and answer.tick >= end]
    if case.official and late:
        yield about(
            asked,
            f"{'An answer' if len(late) == 1 else f'{len(late)} answers'} to {name} came at tick "
            f"{late[0].tick}{at_lines(lines_of(late))}, after the time that the grader gives it "
            f"(ticks {asked.tick} to {end - 1 if end else ''})"
            + (": give up sooner." if must_fail else "."),
        )


def honest_fails(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """The grader wants one fail line in step 3.1 and sees those of replicas as well."""
    fails = [answer for answer in (*asked.servers, *asked.coordinator) if not answer.ok]
    if case.official and _is_must_fail(case, asked) and asked.refused and len(fails) > 1:
        yield about(
            asked,
            f"{sentence(peers(asked.refused))} logged as a replica that {name} failed there, "
            f"beside the coordinator{at_lines(lines_of(fails))}. The grader wants exactly one fail "
            "line, so the peers that were asked should be those that hold the key.",
            sorted(asked.refused),
        )


def early_repair(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """The grader wants exactly two replicas in step 2."""
    if case.official and case.part == "2" and len(asked.accepted) >= 3:
        yield about(
            asked,
            f"Three replicas answered {name}, {peers(asked.accepted)}. The grader expects that the "
            "replica that has just failed has not been replaced yet and wants two; the strict "
            "rules do not.",
            sorted(asked.accepted),
        )


def stale_ring(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """A failure had not been noticed when the step came, so nothing was repaired."""
    group = case.log.group
    if asked.tick < case.log.setting.steps[3] or not case.log.records.of(Removed):
        return
    removals = group.removals
    creators = case.log.operations.creators(asked.operation.key)
    for failure in group.failed.values():
        if failure.tick >= asked.tick or failure.peer not in creators:
            continue
        blind = [
            p
            for p in group.members
            if group.alive(p, asked.tick + 1)
            and (
                failure.peer not in removals.get(p, {})
                or removals[p][failure.peer].tick > asked.tick
            )
        ]
        if blind:
            yield Cause(
                f"Peer {failure.peer}, which held the key of {name}, failed at tick {failure.tick}"
                f"{at_lines([failure.line])}, but {peers(blind)} had not removed it by tick "
                f"{asked.tick}: the ring still had it, so the copy was not made anew.",
                [failure.line, *lines_of(asked.lines())],
                [failure.peer, *blind],
                (asked.operation.key,),
            )
            return


def split_ring(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Living peers were removed before the step, so rings differ."""
    false = [r for r in case.log.group.false_removals if r.tick <= asked.tick]
    if false:
        first = false[0]
        yield Cause(
            f"Before {name} {peers(r.peer for r in false)} had removed {_living(false)}, "
            f"first at tick {first.tick}{at_lines([first.line])}: rings differed, so other peers "
            "were asked than those that hold the key.",
            lines_of(false),
            sorted({r.peer for r in false}),
            (asked.operation.key,),
        )


def _living(false: list[Removed]) -> str:
    return f"{peers(r.member for r in false)}, still alive"


def _is_must_fail(case: Case, asked: Asked) -> bool:
    return case.log.test in ("read", "update") and asked is case.log.steps["3.1"]


def _window_end(case: Case, asked: Asked) -> int | None:
    for name, following in _NEXT.items():
        if asked is case.log.steps[name]:
            after = list(case.log.steps.by_name.values())[following]
            return after.tick if after is not None else None
    return None
