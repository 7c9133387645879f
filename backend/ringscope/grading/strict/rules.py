"""The strict rules: their names, points and words, and how a finding becomes a check."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ringscope.grading.records import Record
from ringscope.grading.report import Check, Evidence, Explanation
from ringscope.grading.rubric import MAX_EVIDENCE


class Rule(NamedTuple):
    """A strict rule: the last part of its check's id, its points, a title and a sentence."""

    part: str
    points: int
    title: str
    text: str


class Finding(NamedTuple):
    """What a rule found: points, what was expected and seen, about whom, and the lines for it."""

    points: int
    expected: str
    seen: str
    evidence: Sequence[Record] = ()
    peers: Sequence[int] = ()
    keys: Sequence[str] = ()


def _end(points: int) -> tuple[Rule, Rule]:
    return (
        Rule("silence", 1, "The crashed stay silent", "A peer that failed logs nothing any more."),
        Rule(
            "end",
            points,
            "The run comes to its end",
            "The program runs to the end of the scenario; a log that stops earlier is no pass.",
        ),
    )


_MEMBERSHIP = (
    Rule(
        "join",
        10,
        "Everybody knows everybody before the failures",
        "Before the first failure every peer has logged the join of each other peer of the group, "
        "and of nobody else; points by share of the peers.",
    ),
    Rule(
        "completeness",
        5,
        "Every survivor removes every failed peer",
        "Each surviving peer, counted once, removes each failed peer after its failure; points by "
        "share of these pairs.",
    ),
    Rule(
        "latency",
        2,
        "Failures are noticed in time",
        "Each survivor removes each failed peer within 100 ticks of the failure (five times "
        "T_CLEANUP, where that is more).",
    ),
    Rule(
        "once",
        2,
        "The failed are removed once and for all",
        "No peer removes a failed member twice or takes it back after its failure.",
    ),
    Rule(
        "accuracy",
        8,
        "Nobody alive is removed",
        "Nobody removes a member that has not failed, neither before the failures nor after, nor "
        "do the peers that fail later; each such pair of peers costs two points, or one under "
        "message loss.",
    ),
    *_end(2),
)
_CREATE = (
    Rule(
        "replicas",
        1,
        "Three different replicas of every key",
        "Each create is logged as a success by exactly three different live replicas, once each, "
        "and nothing else is created.",
    ),
    Rule(
        "coordinator",
        1,
        "One honest answer to every create",
        "The coordinator of each create answers exactly once, with success, and not before a "
        "quorum of replicas did.",
    ),
    Rule("end", 1, "The run comes to its end", _end(1)[1].text),
)
_DELETE = (
    Rule(
        "replicas",
        2,
        "Every replica deletes its copy",
        "Each delete is logged as a success by exactly the replicas that stored the key, once "
        "each; points by share of the deletes.",
    ),
    Rule(
        "coordinator",
        1,
        "One honest answer to every delete",
        "The coordinator of each delete answers exactly once, with success, and not before a "
        "quorum of replicas did.",
    ),
    Rule(
        "invalid.replicas",
        2,
        "No replica deletes a key that does not exist",
        "Three different replicas log that they cannot delete the invalid key, and none that it "
        "can.",
    ),
    Rule(
        "invalid.coordinator",
        1,
        "The client hears that there is no such key",
        "The coordinator answers the delete of the invalid key exactly once, with a fail.",
    ),
    Rule("end", 1, "The run comes to its end", _end(1)[1].text),
)


def _stepped(value: int, must_fail: int, stabilisation: int) -> tuple[Rule, ...]:
    return (
        Rule(
            "value",
            value,
            "{Kind}s answer with the right value",
            "Steps 1, 2, 3.2 and 4 succeed, and every success line of theirs carries exactly the "
            "value that was written; a quarter of the points for each.",
        ),
        Rule(
            "replicas",
            4,
            "The replicas that hold the key answer",
            "In step 1 exactly the three replicas that stored the key answer, once each; in step "
            "2 those of them that are alive, and at most one that was repaired since.",
        ),
        Rule(
            "repair",
            6,
            "There are three replicas again",
            "In steps 3.2 and 4 exactly three different live replicas answer, once each, and none "
            "of those asked lacks the key.",
        ),
        Rule(
            "coordinator",
            6,
            "One honest answer to every {kind}",
            "The coordinator of each step answers exactly once: success only after a quorum of "
            "replicas said yes, fail only without one.",
        ),
        Rule(
            "must-fail",
            must_fail,
            "Without a quorum the {kind} fails",
            "In step 3.1 only one replica is left, so the coordinator must answer with a fail and "
            "never with success.",
        ),
        Rule(
            "stabilisation",
            stabilisation,
            "No more copies are made than were missing",
            "Stabilisation makes exactly the missing copies; points by the share of the logged "
            "copies that were needed.",
        ),
        Rule(
            "invalid",
            3,
            "A key that does not exist is refused",
            "At least a quorum of different replicas and, exactly once, the coordinator answer "
            "step 5 with a fail, and nobody with success.",
        ),
        *_end(2),
    )


_STORED = Rule(
    "stored",
    4,
    "Updates stay",
    "After a successful update no copy or read of the key shows an older value, as far as the log "
    "tells.",
)
_READ = _stepped(8, 7, 3)
_UPDATE = _stepped(6, 6, 2)
_RULES = {
    "singlefailure": _MEMBERSHIP,
    "multifailure": _MEMBERSHIP,
    "msgdropsinglefailure": _MEMBERSHIP,
    "create": _CREATE,
    "delete": _DELETE,
    "read": _READ,
    "update": (_UPDATE[0], _STORED, *_UPDATE[1:]),
}
#: How checks call the membership tests, here as in the official rubric.
SHORT_NAMES = {"singlefailure": "single", "multifailure": "multi", "msgdropsinglefailure": "drop"}


def rules_of(test: str) -> tuple[Rule, ...]:
    """Return the strict rules of one of the course's seven tests, in their order."""
    return _RULES[test]


def judged(test: str, rule: Rule, finding: Finding) -> Check:
    """Return the check that a finding amounts to."""
    shown = tuple(Evidence(*record.line) for record in finding.evidence[:MAX_EVIDENCE])
    passed = finding.points >= rule.points
    more = max(0, len(finding.evidence) - MAX_EVIDENCE)
    explanation = Explanation(
        rule.text.format(kind=test),
        finding.expected,
        finding.seen,
        finding.peers,
        finding.keys,
        more=more,
    )
    return Check(
        id=f"strict.{SHORT_NAMES.get(test, test)}.{rule.part}",
        title=rule.title.format(kind=test, Kind=test.capitalize()),
        points=min(finding.points, rule.points),
        max=rule.points,
        passed=passed,
        reason=f"Expected {finding.expected}; saw {finding.seen}.",
        evidence=shown,
        tick=shown[0].tick if shown else None,
        explanation=None if passed else explanation,
    )


def share(good: int, total: int, points: int) -> int:
    """Return a share of the points, rounded down; nothing of nothing is nothing."""
    return points * good // total if total > 0 else 0


def some(names: Iterable[object], most: int = 3) -> str:
    """Name the first few and count the rest: ``1, 2, 3 and 4 more``."""
    words = [str(name) for name in names]
    rest = len(words) - most
    return ", ".join(words[:most]) + (f" and {rest} more" if rest > 0 else "")


def peers(numbers: Iterable[int], most: int = 3) -> str:
    """Return ``peer 4`` or ``peers 4, 5``; ``nobody`` for none."""
    known = sorted(set(numbers))
    if not known:
        return "nobody"
    return f"{'peer' if len(known) == 1 else 'peers'} {some(known, most)}"
