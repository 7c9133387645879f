"""Quorum arithmetic."""

from enum import Enum


class Verdict(Enum):
    """How a vote stands."""

    PENDING = "pending"
    REACHED = "reached"
    IMPOSSIBLE = "impossible"


def tally(quorum: int, asked: int, accepted: int, refused: int) -> Verdict:
    """Say how a vote of ``asked`` replicas stands of which ``quorum`` have to accept."""
    if accepted >= quorum:
        return Verdict.REACHED
    if asked - refused < quorum:
        return Verdict.IMPOSSIBLE
    return Verdict.PENDING


def degrade(quorum: int, replicas: int) -> int:
    """Return the quorum among ``replicas`` peers: with fewer than wanted, all that there are."""
    return min(quorum, max(replicas, 1))
