"""The strict rules about the run as a whole: it ends when it should, and the dead are silent."""

from ringscope.grading.ending import stopped_at, time_is_due
from ringscope.grading.group import Group
from ringscope.grading.records import Told
from ringscope.grading.rubric import count
from ringscope.grading.setting import Setting
from ringscope.grading.strict.rules import Finding, peers
from ringscope.observers.debug_log import TIME_KEEPER, TIME_LINE_INTERVAL


def judge_silence(group: Group, points: int) -> Finding:
    """Nobody speaks after its failure; without any failure in the log there is nothing to judge."""
    spoken = group.words_of_the_dead
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


def judge_end(test: str, group: Group, setting: Setting, points: int) -> Finding:
    """The program ran to its end, and did something."""
    records = group.records
    stopped = stopped_at(test, group, setting)
    expected, seen = "a log that goes on to the end of the run", f"its last line at tick {stopped}"
    if stopped is None:
        seen = "that"
    elif time_is_due(group, setting):
        expected = f"the time line of peer {TIME_KEEPER} at tick {TIME_LINE_INTERVAL}"
        seen = f"no such line; the log ends at tick {stopped}"
    evidence = records.of(Told)[-1:]
    return Finding(points if stopped is None else 0, expected, seen, evidence)
