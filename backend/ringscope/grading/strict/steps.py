"""The strict rules of the key-value store assignment (MP2): reads and updates, step by step."""

from collections.abc import Mapping, Sequence

from ringscope.events import OperationKind
from ringscope.grading.asked import (
    Asked,
    Operations,
    Steps,
    is_copy,
    needless_copies,
    stale_answers,
)
from ringscope.grading.group import Group
from ringscope.grading.records import Record
from ringscope.grading.rubric import count
from ringscope.grading.setting import Setting
from ringscope.grading.strict.answers import coordinator_fault, doubled
from ringscope.grading.strict.rules import Finding, peers, rules_of, share, some
from ringscope.grading.strict.run import judge_end, judge_silence
from ringscope.simulation.course import INVALID_KEY

#: The steps that must succeed, those before the repair and those after it.
BEFORE, AFTER = ("1", "2"), ("3.2", "4")


def judge_steps(
    kind: OperationKind, group: Group, operations: Operations, setting: Setting
) -> Mapping[str, Finding]:
    """Return the finding of each rule by its name."""
    points = {rule.part: rule.points for rule in rules_of(kind)}
    judge = _Steps(kind, group, operations, setting)
    findings = {
        "value": judge.value(points["value"]),
        "replicas": judge.replicas(),
        "repair": judge.repair(),
        "coordinator": judge.coordinator(),
        "must-fail": judge.must_fail(points["must-fail"]),
        "stabilisation": judge.stabilisation(points["stabilisation"]),
        "invalid": judge.invalid(),
        "silence": judge_silence(group, 1),
        "end": judge_end(kind, group, setting, 2),
    }
    if kind == "update":
        findings["stored"] = judge.stored()
    return findings


class _Steps:
    """The six steps of a read or update test, and the rules about them."""

    def __init__(
        self, kind: OperationKind, group: Group, operations: Operations, setting: Setting
    ) -> None:
        self.group, self.operations, self.setting = group, operations, setting
        self.kind = kind
        self.steps = Steps(kind, operations, setting)
        self.copies = min(setting.replicas, group.peers)

    def value(self, points: int) -> Finding:
        """Each of the four steps succeeds with exactly the value written."""
        faults = {step: self._value_fault(self.steps[step]) for step in BEFORE + AFTER}
        return self._stepwise(points, faults, "success with exactly the value written")

    def _value_fault(self, asked: Asked | None) -> str | None:
        if asked is None:
            return "is not in the log"
        if not asked.successes:
            return "has no success line of the coordinator"
        written = asked.operation.value
        said = [answer for answer in (*asked.servers, *asked.coordinator) if answer.ok]
        wrong = [answer for answer in said if answer.value != written]
        if wrong:
            return f"shows {wrong[0].value!r} instead of {written!r} at peer {wrong[0].peer}"
        return None

    def replicas(self) -> Finding:
        """Those who stored the key answer as long as they live."""
        faults = {step: self._replica_fault(step, self.steps[step]) for step in BEFORE}
        return self._stepwise(4, faults, "an answer of each live replica that stored the key")

    def _replica_fault(self, step: str, asked: Asked | None) -> str | None:
        if asked is None:
            return "is not in the log"
        creators = self.operations.creators(asked.operation.key)
        if len(creators) != self.copies:
            return f"is about a key that {peers(creators)} stored"
        holders = {peer for peer in creators if self.group.alive(peer, asked.tick + 1)}
        most = self.copies if step != "1" else len(holders)
        seen = asked.accepted
        if not holders <= seen or len(seen) > most:
            return f"was answered by {peers(seen)}, but {peers(holders)} held the key"
        return self._answer_fault(asked)

    def repair(self) -> Finding:
        """Three live replicas answer, and nobody is asked who lacks the key."""
        faults = {step: self._repair_fault(self.steps[step]) for step in AFTER}
        expected = f"success lines of exactly {count(self.copies, 'different live replica')}"
        return self._stepwise(6, faults, expected)

    def _repair_fault(self, asked: Asked | None) -> str | None:
        if asked is None:
            return "is not in the log"
        if len(asked.accepted) != self.copies or asked.refused:
            lacking = f", {peers(asked.refused)} lacked it" if asked.refused else ""
            return f"was answered by {peers(asked.accepted)}{lacking}"
        return self._answer_fault(asked)

    def _answer_fault(self, asked: Asked) -> str | None:
        if doubled(asked.servers):
            return "has more than one server line of a peer"
        dead = [a.peer for a in asked.servers if not self.group.alive(a.peer, a.tick)]
        return f"has lines of {peers(dead)}, long failed" if dead else None

    def coordinator(self) -> Finding:
        """One honest answer to each of the six."""
        faults = {}
        for step, asked in self.steps.by_name.items():
            fault = "is not in the log"
            faults[step] = (
                fault if asked is None else coordinator_fault(asked, self.group, self.setting)
            )
        return self._stepwise(6, faults, "one answer of its coordinator that the replicas bear out")

    def must_fail(self, points: int) -> Finding:
        """Exactly one fail of the coordinator, whatever the replica that is left says."""
        asked = self.steps["3.1"]
        expected = "exactly one fail line of the coordinator and no success"
        if asked is None:
            return Finding(0, expected, "no such operation in the log")
        failed, succeeded = len(asked.failures), len(asked.successes)
        return Finding(
            points if failed == 1 and not succeeded else 0,
            expected,
            f"{count(failed, 'fail line')} and {count(succeeded, 'success line')}",
            asked.lines(),
            [asked.operation.peer],
            [asked.operation.key],
        )

    def stabilisation(self, points: int) -> Finding:
        """The share of the logged copies that were needed; no repair at all is worth nothing."""
        lost, needless = needless_copies(self.operations, self.group, self.setting.replicas)
        made = [a for a in self.operations.surplus if is_copy(a)]
        needed = len(made) - len(needless)
        repaired = any(self._repair_fault(self.steps[step]) is None for step in AFTER)
        earned = points if repaired and not made else share(needed, len(made), points)
        seen = (
            f"{count(len(made), 'logged copy').replace('copys', 'copies')}, {needed} of them needed"
        )
        if not made:
            seen = "no logged copies and " + ("repaired replicas" if repaired else "no repair")
        return Finding(
            earned if lost else 0,
            f"no copies beyond the {lost} that the failures destroyed",
            seen,
            needless,
            sorted({answer.peer for answer in needless}),
            tuple(dict.fromkeys(answer.key for answer in needless))[:20],
        )

    def invalid(self) -> Finding:
        """Refused by a quorum of replicas at least, and by the coordinator."""
        asked = self.steps["5"]
        expected = "fail lines of a quorum of replicas, one of the coordinator, and no success"
        if asked is None:
            return Finding(0, expected, "no such operation in the log", keys=(INVALID_KEY,))
        wanted = min(self.setting.quorum(self.kind), self.group.peers)
        good = (
            len(asked.refused) >= wanted
            and len(asked.failures) == 1
            and not asked.successes
            and not asked.accepted
        )
        seen = (
            f"fail lines of {peers(asked.refused)} as replicas, {len(asked.failures)} of the "
            f"coordinator, {count(len(asked.successes) + len(asked.accepted), 'success line')}"
        )
        return Finding(3 * good, expected, seen, asked.lines(), keys=(INVALID_KEY,))

    def stored(self) -> Finding:
        """No line shows an older value after a successful update of a key."""
        updated = any(asked.successes for asked in self.operations.of("update"))
        stale = [answer for _, answer in stale_answers(self.operations)]
        seen = f"{count(len(stale), 'line')} with an older value"
        return Finding(
            4 if updated and not stale else 0,
            "only the new value of a key after a successful update",
            seen if updated else "no successful update",
            stale,
            sorted({answer.peer for answer in stale}),
            tuple(dict.fromkeys(answer.key for answer in stale))[:20],
        )

    def _stepwise(self, points: int, faults: Mapping[str, str | None], expected: str) -> Finding:
        """Points by step; what is wrong with the others is seen."""
        wrong = {step: fault for step, fault in faults.items() if fault is not None}
        asked = [one for one in (self.steps[step] for step in wrong) if one is not None]
        evidence: list[Record] = [line for one in asked for line in one.lines()]
        details = some((f"step {step} {fault}" for step, fault in wrong.items()), 6)
        good = len(faults) - len(wrong)
        return Finding(
            share(good, len(faults), points),
            f"in {_named(faults)} {expected}",
            f"that in {good} of {len(faults)}" + (f": {details}" if details else ""),
            evidence,
            sorted({one.operation.peer for one in asked}),
            tuple(dict.fromkeys(one.operation.key for one in asked)),
        )


def _named(steps: Mapping[str, object] | Sequence[str]) -> str:
    *most, last = steps
    return f"steps {', '.join(most)} and {last}"
