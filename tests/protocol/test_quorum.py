"""Quorum arithmetic, case by case."""

import pytest

from ringscope.protocol.quorum import Verdict, degrade, tally

PENDING, REACHED, IMPOSSIBLE = Verdict.PENDING, Verdict.REACHED, Verdict.IMPOSSIBLE


@pytest.mark.parametrize(
    ("quorum", "asked", "accepted", "refused", "verdict"),
    [
        (2, 3, 0, 0, PENDING),
        (2, 3, 1, 0, PENDING),
        (2, 3, 1, 1, PENDING),
        (2, 3, 2, 0, REACHED),
        (2, 3, 2, 1, REACHED),
        (2, 3, 0, 2, IMPOSSIBLE),
        (2, 3, 1, 2, IMPOSSIBLE),
        (2, 2, 1, 1, IMPOSSIBLE),
        (1, 1, 1, 0, REACHED),
        (3, 3, 2, 1, IMPOSSIBLE),
    ],
)
def test_tally(quorum: int, asked: int, accepted: int, refused: int, verdict: Verdict) -> None:
    assert tally(quorum, asked, accepted, refused) is verdict


@pytest.mark.parametrize(
    ("quorum", "replicas", "expected"), [(2, 3, 2), (2, 2, 2), (2, 1, 1), (3, 2, 2), (2, 0, 1)]
)
def test_a_quorum_is_never_more_than_the_replicas_there_are(
    quorum: int, replicas: int, expected: int
) -> None:
    assert degrade(quorum, replicas) == expected
