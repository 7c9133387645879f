"""What makes the answers to one operation right, whatever the operation is."""

from collections.abc import Sequence

from ringscope.grading.asked import ANSWER_DUE, Asked
from ringscope.grading.group import Group
from ringscope.grading.records import Answer
from ringscope.grading.setting import Setting


def doubled(answers: Sequence[Answer]) -> bool:
    """Whether a peer answered more than once."""
    return len({answer.peer for answer in answers}) < len(answers)


def coordinator_fault(asked: Asked, group: Group, setting: Setting) -> str | None:
    """Say what is wrong with what the coordinator said, None if nothing is.

    It answers once, itself; a success needs a quorum of replicas that had succeeded by then, and a
    fail must not come after one (where messages are lost, that may happen).  A coordinator that
    crashed before it could answer owes nothing.
    """
    said = asked.coordinator
    if not said:
        crashed = not group.alive(asked.operation.peer, asked.tick + ANSWER_DUE)
        return None if crashed else "never answered"
    if len(said) > 1:
        return f"answered {len(said)} times"
    [answer] = said
    if answer.peer != asked.operation.peer:
        return f"was peer {asked.operation.peer}, but peer {answer.peer} answered"
    quorum = setting.quorum(answer.kind)
    if answer.ok:
        yes = len(asked.accepted_before(answer.tick))
        if yes < min(quorum, group.peers):
            return f"reported success at tick {answer.tick} after {yes} of {quorum} replicas"
    elif setting.calm and len(asked.accepted_before(answer.tick - 1)) >= quorum:
        return f"reported a fail at tick {answer.tick} although a quorum had succeeded"
    return None
