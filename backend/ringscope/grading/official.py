"""The official grade: which rubric judges a scenario, and how several scenarios add up."""

from collections.abc import Iterable, Sequence
from typing import cast

from ringscope.events import OperationKind
from ringscope.grading.membership import JOIN_TICK, MembershipTest, grade_membership
from ringscope.grading.report import Check, Report, Section
from ringscope.grading.rubric import OFFICIAL_ORDER, Ruling, pending
from ringscope.grading.store import grade_store
from ringscope.observers.debug_log import LogLine
from ringscope.simulation.course import TEST_TICKS, delay
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline_check import INSERT_TICK

EMPTY = Section.of(())


def grade_run(
    scenario: Scenario, lines: Sequence[LogLine], tick: int | None = None
) -> tuple[Section, Section]:
    """Grade the dbg.log of a run of ``scenario`` by the course's rules: (MP1, MP2).

    The section that does not apply has no checks.  ``tick`` is how many ticks have been computed;
    a check that waits for a later one is pending: ``passed`` is None and it has no points.  None:
    the run has ended.
    """
    rulings = _rulings(scenario, lines)
    checks = [_as_of(ruling, tick, scenario) for ruling in rulings]
    if scenario.single_failure is not None:
        return Section.of(checks), EMPTY
    return EMPTY, Section.of(checks)


def grading_note(scenario: Scenario) -> str:
    """Say what a reader should know about which rules apply, or nothing."""
    if scenario.single_failure is not None and scenario.crud_test is not None:
        return (
            "This scenario has both a failure and a CRUD test; the course grades it as a "
            "membership scenario only."
        )
    if scenario.single_failure is None and scenario.crud_test is None:
        return (
            "The course's rules do not cover this scenario: it has neither SINGLE_FAILURE nor "
            "CRUD_TEST."
        )
    if scenario.peers != 10:
        return (
            "The course's rules are made for 10 peers; for other groups their numbers are scaled."
        )
    return ""


def combine(seed: int, sections: Iterable[tuple[Section, Section]]) -> Report:
    """Put the sections of several runs with one seed together, in the official order."""
    pairs = list(sections)
    return Report(seed, _merge(mp1 for mp1, _ in pairs), _merge(mp2 for _, mp2 in pairs))


def _merge(sections: Iterable[Section]) -> Section:
    checks = [check for section in sections for check in section.checks]
    return Section.of(sorted(checks, key=lambda check: OFFICIAL_ORDER.index(check.id)))


def _rulings(scenario: Scenario, lines: Sequence[LogLine]) -> list[Ruling]:
    if scenario.single_failure is not None:
        join_tick = JOIN_TICK + delay(scenario)
        return grade_membership(_membership_test(scenario), lines, scenario.peers, join_tick)
    if scenario.crud_test is not None:
        kind = cast(OperationKind, scenario.crud_test.lower())
        return grade_store(kind, lines, scenario.operation_timeout)
    return []


def _membership_test(scenario: Scenario) -> MembershipTest:
    if scenario.drop_messages:
        return "drop"
    return "single" if scenario.single_failure else "multi"


def _as_of(ruling: Ruling, tick: int | None, scenario: Scenario) -> Check:
    last_tick = scenario.ticks + delay(scenario) - 1
    due = last_tick if ruling.decided is None else min(ruling.decided, last_tick)
    if tick is None or tick > due:
        return ruling.check
    scheduled = _scheduled(ruling.check.id, scenario)
    if ruling.decided is None and scheduled is not None and tick <= scheduled:
        due = min(scheduled, last_tick)
    return pending(ruling.check, due)


def _scheduled(check_id: str, scenario: Scenario) -> int | None:
    """Return the tick by which the course's schedule will have decided a check, if any does.

    The rules themselves cannot tell before the operations are in the log.
    """
    test, _, step = check_id.partition(".")
    later = delay(scenario)
    one, two, three, repaired, last = (tick + later for tick in TEST_TICKS)
    end = last + scenario.operation_timeout + 1
    if test in ("read", "update"):
        return {"1": two, "2": three, "3.1": repaired, "3.2": last, "4": end, "5": end}[step]
    tested = {"create": INSERT_TICK + later, "delete": one}.get(test)
    return tested + scenario.operation_timeout + 1 if tested is not None else None
