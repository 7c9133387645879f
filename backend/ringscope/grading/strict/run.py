"""The strict rules about the run as a whole: it ends when it should, and the dead are silent."""

from ringscope.grading.group import Group
from ringscope.grading.records import Operation, Told
from ringscope.grading.rubric import count
from ringscope.grading.setting import Setting
from ringscope.grading.strict.rules import Finding, peers
from ringscope.observers.debug_log import TIME_KEEPER, TIME_LINE_INTERVAL


def judge_silence(group: Group, points: int) -> Finding:
    """Nobody speaks after its failure; without any failure in the log there is nothing to judge."""
    spoken = group.words_of_the_dead()
    seen = f"{count(len(spoken), 'line')} of {peers(record.peer for record in spoken)}"
    if not group.failures:
        seen = "no failure in the log"
    return Finding(
        points if group.failures and not spoken else 0,
        "no line of a peer after its failure",
        "none" if group.failures and not spoken else seen,
        spoken,
        peers=sorted({record.peer for record in spoken}),
    )


def judge_end(group: Group, setting: Setting, points: int) -> Finding:
    """The program ran on after the scenario's last event.

    Peer 1 tells the time every 500 ticks, while it lives and if the log is of the course's logger.
    Where that cannot be, the last line must come after the last failure and the last operation.
    """
    records = group.records
    expected, seen = "a log that goes on to the end", f"the last line at tick {records.last_tick}"
    keeper = setting.ticks > TIME_LINE_INTERVAL and group.alive(TIME_KEEPER, TIME_LINE_INTERVAL)
    if keeper and records.magic:
        expected = f"the time line of peer {TIME_KEEPER} at tick {TIME_LINE_INTERVAL}"
        reached = bool(records.of(Told)) and records.last_tick >= TIME_LINE_INTERVAL
        seen = "it" if reached else f"no such line, {seen}"
    else:
        events = (*group.failures, *records.of(Operation))
        last = max((event.tick for event in events), default=None)
        reached = last is not None and records.last_tick > last
    evidence = records.of(Told)[-1:]
    return Finding(points if reached else 0, expected, seen, evidence)
