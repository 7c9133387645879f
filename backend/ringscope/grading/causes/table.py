"""Which causes are looked for when a check has lost points, the most telling first."""

from collections.abc import Iterator

from ringscope.grading.asked import Asked
from ringscope.grading.causes import (
    answering,
    coordinating,
    counting,
    joining,
    program,
    remarks,
    removing,
    stepping,
)
from ringscope.grading.causes.case import Case, Cause, Detector, OperationDetector, for_each
from ringscope.grading.setting import MEMBERSHIP_TESTS
from ringscope.grading.store import ANSWERS
from ringscope.grading.strict.answers import coordinator_fault
from ringscope.simulation.course import INVALID_KEY

_PROGRAM: tuple[Detector, ...] = (
    program.nothing_logged,
    program.gave_up,
    program.stopped,
    program.unprintable,
)
_REMOVALS: tuple[Detector, ...] = (
    *_PROGRAM,
    program.other_size,
    removing.no_failure,
    removing.many_failures,
    removing.no_removals,
)
_COMPLETENESS = (*_REMOVALS, removing.removed_too_early, removing.unnoticed)
_MEMBERSHIP: dict[str, tuple[Detector, ...]] = {
    "join": (
        *_PROGRAM,
        program.other_size,
        program.lost_beginning,
        joining.no_joins,
        joining.unnamed_observers,
        joining.strangers,
        joining.lonely_peers,
        joining.missing_pairs,
        joining.late_joins,
        remarks.debug_joins,
    ),
    "completeness": _COMPLETENESS,
    "accuracy": (
        *_REMOVALS,
        removing.removed_too_early,
        removing.false_removals,
        remarks.debug_removals,
        removing.comes_back,
        removing.removed_twice,
        removing.uneven_removals,
        removing.unnoticed,
    ),
    "latency": (*_REMOVALS, removing.too_late, removing.removed_too_early, removing.unnoticed),
    "once": (*_REMOVALS, removing.comes_back, removing.removed_twice, removing.removed_too_early),
    "silence": (*_PROGRAM, removing.no_failure, removing.voices_of_the_dead),
    "end": _PROGRAM,
}

_ANSWERS: tuple[OperationDetector, ...] = (
    stepping.success_without_quorum,
    answering.unanswered,
    answering.wrong_address,
    answering.speaking_dead,
    coordinating.success_of_invalid,
    answering.success_for_nothing,
    stepping.no_timeout,
    answering.wrong_value,
    stepping.late_answer,
    stepping.honest_fails,
    stepping.early_repair,
    coordinating.success_too_soon,
    coordinating.wrong_failure,
    coordinating.wrong_coordinator,
    answering.repeated_answers,
    answering.lacking_replicas,
    answering.other_replicas,
    coordinating.silent_coordinator,
    answering.missing_replicas,
    answering.few_refusals,
)
_VALUES: tuple[OperationDetector, ...] = (
    answering.unanswered,
    answering.wrong_value,
    coordinating.wrong_failure,
    answering.lacking_replicas,
    coordinating.silent_coordinator,
    answering.missing_replicas,
)
_REPLICAS: tuple[OperationDetector, ...] = (
    answering.unanswered,
    answering.wrong_address,
    answering.speaking_dead,
    answering.repeated_answers,
    answering.lacking_replicas,
    answering.other_replicas,
    answering.missing_replicas,
)
_HONESTY: tuple[OperationDetector, ...] = (
    answering.unanswered,
    answering.wrong_address,
    stepping.success_without_quorum,
    coordinating.success_too_soon,
    coordinating.wrong_failure,
    coordinating.wrong_coordinator,
    answering.repeated_answers,
    stepping.no_timeout,
    coordinating.silent_coordinator,
    answering.lacking_replicas,
    answering.missing_replicas,
)
#: What is asked for where only a part of an operation's answers matters, in the strict checks.
_NARROW: dict[str, tuple[OperationDetector, ...]] = {
    "value": _VALUES,
    "stored": _VALUES,
    "replicas": _REPLICAS,
    "repair": _REPLICAS,
    "stabilisation": _REPLICAS,
    "coordinator": _HONESTY,
    "invalid": (
        answering.unanswered,
        coordinating.success_of_invalid,
        answering.success_for_nothing,
        answering.wrong_address,
        answering.few_refusals,
        coordinating.silent_coordinator,
        answering.repeated_answers,
    ),
    "must-fail": (
        stepping.success_without_quorum,
        answering.unanswered,
        stepping.no_timeout,
        answering.repeated_answers,
    ),
    "invalid.coordinator": (
        answering.unanswered,
        coordinating.success_of_invalid,
        coordinating.silent_coordinator,
        answering.repeated_answers,
    ),
}
_STORE: tuple[Detector, ...] = (*_PROGRAM, counting.no_operations, counting.never_created)
_WINDOWS: tuple[Detector, ...] = (
    counting.too_few_operations,
    counting.surplus_operations,
    counting.sorted_as_text,
    counting.misread_times,
)
_STORE_AFTER: tuple[Detector, ...] = (remarks.debug_lines, counting.unasked_lines)
_SPECIAL: dict[str, tuple[Detector, ...]] = {
    "stabilisation": (counting.needless_copies,),
    "stored": (counting.stale_copies,),
    "replicas": (counting.misaddressed_creates,),
}
_REPAIR = (stepping.stale_ring, stepping.split_ring)
_STEPS = {
    "value": ("1", "2", "3.2", "4"),
    "replicas": ("1", "2"),
    "repair": ("3.2", "4"),
    "stabilisation": ("3.2", "4"),
    "coordinator": ("1", "2", "3.1", "3.2", "4", "5"),
    "must-fail": ("3.1",),
    "invalid": ("5",),
    "stored": ("1", "2", "3.2", "4"),
}


def causes_of(case: Case) -> Iterator[Cause]:
    """Look for what explains a lost check in its log."""
    if case.log.test in MEMBERSHIP_TESTS:
        died = program.stopped_before(case, case.log.setting.crash)
        for detector in _PROGRAM if died else _MEMBERSHIP[case.part]:
            yield from detector(case)
    elif case.part in ("end", "silence"):
        yield from _of_the_run(case)
    else:
        yield from _of_the_store(case)


def _of_the_run(case: Case) -> Iterator[Cause]:
    for detector in (*_PROGRAM, counting.no_operations, removing.voices_of_the_dead):
        yield from detector(case)


def _of_the_store(case: Case) -> Iterator[Cause]:
    stepped = case.log.test in ("read", "update")
    for detector in (*_STORE, *(_WINDOWS if stepped else ()), *_SPECIAL.get(case.part, ())):
        yield from detector(case)
    asked = [(one, name) for one, name in _concerned(case) if _matters(case, one)]
    finished: list[tuple[Asked, str]] = []
    unfinished: list[tuple[Asked, str]] = []
    for one, name in asked:
        cut_off = program.stopped_before(case, one.tick + 2)
        (unfinished if cut_off else finished).append((one, name))
    yield from for_each(case, unfinished, [answering.wrong_value])
    asked = finished
    yield from for_each(case, asked, _NARROW.get(case.part, _ANSWERS))
    if case.part in ("3.2", "4", "repair", "value", "stabilisation"):
        for why in _REPAIR:
            yield from for_each(case, asked, [why])
    for detector in _STORE_AFTER:
        yield from detector(case)


def _matters(case: Case, asked: Asked) -> bool:
    """Whether an operation is one of those that a check lost its points for."""
    log = case.log
    if case.official and log.test in ("create", "delete"):
        yes = [a for a in (*asked.servers, *asked.coordinator) if a.ok]
        return len(yes) != ANSWERS or asked.operation.key == INVALID_KEY
    if case.part in ("value", "stored"):
        said = (answer.value for answer in (*asked.servers, *asked.coordinator) if answer.ok)
        return not asked.successes or any(value != asked.operation.value for value in said)
    if case.part == "coordinator":
        unsuccessful = log.test in ("create", "delete") and not asked.successes
        return unsuccessful or coordinator_fault(asked, log.group, log.setting) is not None
    return True


def _concerned(case: Case) -> Iterator[tuple[Asked, str]]:
    """The operations that a check is about, each with what to call it."""
    log = case.log
    if log.test in ("read", "update"):
        for step in _STEPS.get(case.part, (case.part,)):
            asked = log.steps[step]
            if asked is not None:
                yield asked, f"step {step} ({_named(asked)})"
        return
    invalid = case.part in ("2", "invalid.replicas", "invalid.coordinator")
    for asked in log.operations.of(log.kind or "create"):
        if (asked.operation.key == INVALID_KEY) == invalid:
            yield asked, _named(asked)


def _named(asked: Asked) -> str:
    operation = asked.operation
    return f"the {operation.kind} of {operation.key} at tick {operation.tick}"
