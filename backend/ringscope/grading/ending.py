"""Whether a program ran to the end of its scenario, as far as its log tells."""

from ringscope.grading.group import Group
from ringscope.grading.records import Failed, Operation, Told
from ringscope.grading.setting import MEMBERSHIP_TESTS, Setting
from ringscope.observers.debug_log import TIME_KEEPER, TIME_LINE_INTERVAL


def stopped_at(test: str, group: Group, setting: Setting) -> int | None:
    """Return the tick at which the program stopped, None if nothing speaks for that.

    The course's driver logs failures and operations when they are due, whatever the peers do, and
    something follows each of them.  Peer 1 tells the time every 500 ticks while it lives, where
    the log is of the course's logger.
    """
    records = group.records
    last = records.last_tick
    if records.of(Told) or last >= setting.ticks - 1:
        return None
    events = [*group.failures, *records.of(Operation)]
    cut_off = last <= max((event.tick for event in events), default=last)
    if cut_off or next_event(test, group, setting) or time_is_due(group, setting):
        return last
    return None


def time_is_due(group: Group, setting: Setting) -> bool:
    """Whether the log of a whole run has a line of peer 1 that tells the time."""
    keeper = group.alive(TIME_KEEPER, TIME_LINE_INTERVAL)
    return group.records.magic and keeper and setting.ticks > TIME_LINE_INTERVAL


def next_event(test: str, group: Group, setting: Setting) -> str | None:
    """Return what the course's driver should have logged after the last line of the log."""
    records = group.records
    last = records.last_tick
    if test in MEMBERSHIP_TESTS:
        missing = not records.of(Failed) and last < setting.crash
        return f"the failure at tick {setting.crash}" if missing else None
    if not records.of(Operation) and last < setting.crash:
        return f"the creates at tick {setting.crash}"
    asked = {record.tick for record in records.of(Operation) if record.kind == test}
    ticks = {"create": (), "delete": setting.steps[:1]}.get(test, setting.steps)
    due = [tick for tick in ticks if tick > last and tick not in asked]
    # A log with as many operations has all of them, at times of its own.
    return f"the {test} at tick {due[0]}" if due and len(asked) < len(ticks) else None
