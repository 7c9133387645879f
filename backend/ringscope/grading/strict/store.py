"""The strict rules of the key-value store assignment (MP2): creates and deletes."""

from collections.abc import Iterable, Mapping, Sequence

from ringscope.grading.asked import Asked, Operations
from ringscope.grading.group import Group
from ringscope.grading.records import Record
from ringscope.grading.rubric import count
from ringscope.grading.setting import Setting
from ringscope.grading.strict.answers import coordinator_fault, doubled
from ringscope.grading.strict.rules import Finding, peers, share, some
from ringscope.grading.strict.run import judge_end
from ringscope.grading.strict.steps import judge_steps
from ringscope.simulation.course import INVALID_KEY


def judge_store(
    test: str, group: Group, operations: Operations, setting: Setting
) -> Mapping[str, Finding]:
    """Return the finding of each rule by its name."""
    if test == "create":
        return _judge_creates(group, operations, setting)
    if test == "delete":
        return _judge_deletes(group, operations, setting)
    return judge_steps("read" if test == "read" else "update", group, operations, setting)


def _judge_creates(group: Group, operations: Operations, setting: Setting) -> dict[str, Finding]:
    creates = operations.of("create")
    wanted = min(setting.replicas, group.peers)
    wrong = [
        asked
        for asked in creates
        if len(asked.accepted) != wanted or doubled(asked.servers) or not _all_alive(asked, group)
    ]
    surplus = [answer for answer in operations.surplus if answer.kind == "create"]
    seen = _replicas_seen(creates, wrong)
    if surplus:
        seen += f", and {count(len(surplus), 'line')} about creates that no client asked for"
    return {
        "replicas": Finding(
            int(bool(creates) and not wrong and not surplus),
            f"{count(wanted, 'replica')} of each key, each logging its success once",
            seen,
            [*_lines(wrong), *surplus],
            keys=_keys(wrong),
        ),
        "coordinator": _coordinators(creates, group, setting, 1),
        "end": judge_end("create", group, setting, 1),
    }


def _judge_deletes(group: Group, operations: Operations, setting: Setting) -> dict[str, Finding]:
    deletes = operations.of("delete")
    valid = [asked for asked in deletes if asked.operation.key != INVALID_KEY]
    invalid = [asked for asked in deletes if asked.operation.key == INVALID_KEY]
    wrong = [asked for asked in valid if not _deleted_everywhere(asked, operations, group)]
    return {
        "replicas": Finding(
            share(len(valid) - len(wrong), len(valid), 2),
            "a success line of each replica that stored the key, once each",
            _replicas_seen(valid, wrong),
            _lines(wrong),
            keys=_keys(wrong),
        ),
        "coordinator": _coordinators(valid, group, setting, 1),
        "invalid.replicas": _refused_by_replicas(invalid, group, setting),
        "invalid.coordinator": _refused_by_coordinator(invalid),
        "end": judge_end("delete", group, setting, 1),
    }


def _deleted_everywhere(asked: Asked, operations: Operations, group: Group) -> bool:
    creators = operations.creators(asked.operation.key)
    return (
        bool(creators)
        and asked.accepted == creators
        and not doubled(asked.servers)
        and _all_alive(asked, group)
    )


def _all_alive(asked: Asked, group: Group) -> bool:
    return all(group.alive(answer.peer, answer.tick) for answer in asked.servers)


def _replicas_seen(asked: Sequence[Asked], wrong: Sequence[Asked]) -> str:
    if not asked:
        return "no such operation in the log"
    details = some(f"key {one.operation.key} by {peers(one.accepted)}" for one in wrong)
    return f"that for {len(asked) - len(wrong)} of {len(asked)}" + (
        f" ({details})" if details else ""
    )


def _coordinators(asked: Sequence[Asked], group: Group, setting: Setting, points: int) -> Finding:
    """All of these operations must succeed, and honestly."""
    faults = {}
    for one in asked:
        fault = coordinator_fault(one, group, setting)
        if fault is None and not one.successes:
            fault = "reported no success"
        if fault is not None:
            faults[one.operation.key] = (one, fault)
    details = some(f"for key {key} it {fault}" for key, (_, fault) in faults.items())
    seen = f"that for {len(asked) - len(faults)} of {len(asked)}"
    return Finding(
        points if asked and not faults else 0,
        "one success of the coordinator for each, after a quorum of replicas",
        seen + (f" ({details})" if details else ""),
        _lines(one for one, _ in faults.values()),
        keys=tuple(faults)[:20],
    )


def _refused_by_replicas(asked: Sequence[Asked], group: Group, setting: Setting) -> Finding:
    wanted = min(setting.replicas, group.peers)
    refused = [one for one in asked if len(one.refused) == wanted and not one.accepted]
    honest = [one for one in refused if not doubled(one.servers) and _all_alive(one, group)]
    return Finding(
        2 if asked and len(honest) == len(asked) else 0,
        f"a fail line each of {count(wanted, 'different replica')} and no success",
        some(
            f"fail lines of {peers(one.refused)}, success lines of {peers(one.accepted)}"
            for one in asked
        )
        or "no delete of the invalid key in the log",
        _lines(asked),
        keys=(INVALID_KEY,),
    )


def _refused_by_coordinator(asked: Sequence[Asked]) -> Finding:
    good = [one for one in asked if len(one.failures) == 1 and not one.successes]
    return Finding(
        int(bool(asked) and len(good) == len(asked)),
        "exactly one fail line of the coordinator and no success",
        some(f"{len(one.failures)} fail and {len(one.successes)} success lines" for one in asked)
        or "no delete of the invalid key in the log",
        _lines(asked),
        keys=(INVALID_KEY,),
    )


def _lines(asked: Iterable[Asked]) -> list[Record]:
    return [line for one in asked for line in one.lines()]


def _keys(asked: Sequence[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.operation.key for one in asked))[:20]
