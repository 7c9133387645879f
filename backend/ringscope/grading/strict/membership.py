"""The strict rules of the membership assignment (MP1)."""

from collections.abc import Container, Mapping
from itertools import islice

from ringscope.grading.group import Group
from ringscope.grading.records import Joined, Record, Removed
from ringscope.grading.rubric import count
from ringscope.grading.setting import Setting
from ringscope.grading.strict.rules import Finding, peers, share, some
from ringscope.grading.strict.run import judge_end, judge_silence

#: What a false removal costs; the assignment wants none without loss and few with it.
PRICE, PRICE_UNDER_LOSS = 2, 1
#: How many peers or pairs a finding names.
MOST_NAMED = 20


def judge_membership(test: str, group: Group, setting: Setting) -> Mapping[str, Finding]:
    """Return the finding of each rule by its name."""
    expected = group.peers // 2 if test == "multifailure" else 1
    price = PRICE_UNDER_LOSS if test == "msgdropsinglefailure" else PRICE
    return {
        "join": _join(group, setting),
        "completeness": _completeness(group, expected),
        "latency": _latency(group, expected, setting),
        "once": _once(group),
        "accuracy": _accuracy(group, price),
        "silence": judge_silence(group, 1),
        "end": judge_end(test, group, setting, 2),
    }


def _join(group: Group, setting: Setting) -> Finding:
    """A point's share for each peer that knew all others, and nobody else, when it mattered."""
    first = setting.crash if group.first_failure is None else group.first_failure
    if not group.members:
        expected = f"peers that log the joins of all others by tick {first}"
        return Finding(0, expected, "no peers in the log", ())
    incomplete: list[int] = []
    strangers: list[Joined] = []
    for peer in group.members:
        known = [joined for joined in group.joins.get(peer, {}).values() if joined.tick <= first]
        strange = [joined for joined in known if joined.member not in group.members]
        others = sum(1 for joined in known if joined.member != peer) - len(strange)
        strangers += strange
        if others < group.peers - 1 or strange:
            incomplete.append(peer)
    good = group.peers - len(incomplete)
    return Finding(
        share(good, group.peers, 10),
        f"{count(group.peers, 'peer')} that logged the joins of the {group.peers - 1} others, and "
        f"of nobody else, by tick {first}",
        f"{good} such" + (f", but not {peers(incomplete, 5)}" if incomplete else ""),
        strangers or group.records.of(Joined)[-5:],
        peers=tuple(incomplete[:MOST_NAMED]),
    )


def _removed_in_time(group: Group) -> dict[tuple[int, int], Removed]:
    """The first removal of each failed peer by each survivor, after its failure."""
    failed = group.failed
    survivors = set(group.survivors)
    found: dict[tuple[int, int], Removed] = {}
    for removed in group.records.of(Removed):
        failure = failed.get(removed.member)
        if failure is not None and removed.peer in survivors and removed.tick >= failure.tick:
            found.setdefault((removed.peer, removed.member), removed)
    return found


def _missing(group: Group, found: Container[tuple[int, int]]) -> list[tuple[int, int]]:
    """The first few pairs of a survivor and a failed peer that it did not remove."""
    failed = sorted(group.failed)
    pairs = ((peer, member) for peer in group.survivors for member in failed)
    return list(islice((pair for pair in pairs if pair not in found), MOST_NAMED))


def _completeness(group: Group, expected: int) -> Finding:
    found = _removed_in_time(group)
    wanted = max(expected, len(group.failed)) * len(group.survivors)
    missing = _missing(group, found)
    if not group.failed:
        return Finding(
            0, f"{count(expected, 'failed peer')} to be removed", "no failure in the log"
        )
    seen = f"{len(found)} of {wanted}"
    if missing:
        names = some(f"peer {peer} never removed {member}" for peer, member in missing[:3])
        seen += f" ({names}{', for example' if len(missing) > 3 else ''})"
    return Finding(
        share(len(found), wanted, 5),
        f"{count(wanted, 'pair')} of a survivor and a failed peer that it removed after that",
        seen,
        [*group.failed.values(), *found.values()],
        peers=sorted({peer for pair in missing for peer in pair}),
    )


def _latency(group: Group, expected: int, setting: Setting) -> Finding:
    found = _removed_in_time(group)
    wanted = max(expected, len(group.failed)) * len(group.survivors)
    delays = {pair: removed.tick - group.failed[pair[1]].tick for pair, removed in found.items()}
    late = [pair for pair, delay in delays.items() if delay > setting.detection]
    good = len(found) - len(late)
    seen = f"{good} of {wanted} in time"
    if delays:
        seen += f", the slowest after {max(delays.values())} ticks"
    return Finding(
        2 if good == wanted and good else 0,
        f"every survivor to remove every failed peer within {setting.detection} ticks",
        seen,
        [found[pair] for pair in late],
        peers=sorted({peer for pair in late for peer in pair}),
    )


def _once(group: Group) -> Finding:
    """Neither a second removal nor a return; somebody must have been removed at all."""
    first = _removed_in_time(group)
    failed = group.failed
    again: list[Record] = []
    changes: list[Removed | Joined] = [*group.records.of(Removed), *group.records.of(Joined)]
    for record in changes:
        failure = failed.get(record.member)
        if failure is None or record.tick <= failure.tick:
            continue
        if isinstance(record, Joined) or first.get((record.peer, record.member), record) != record:
            again.append(record)
    again.sort(key=lambda record: record.line)
    seen = f"{count(len(again), 'line')} that remove one again or take it back"
    if not first:
        seen = "nobody removed"
    return Finding(
        2 if first and not again else 0,
        "each failed peer to be removed once by each survivor and never to come back",
        seen,
        again,
        peers=sorted({record.peer for record in again}),
    )


def _accuracy(group: Group, price: int) -> Finding:
    false = group.false_removals
    pairs = {(removed.peer, removed.member) for removed in false}
    expected = "no removal of a member that has not failed"
    if not group.failures:
        return Finding(0, expected, "no failure in the log, so nobody could be removed rightly")
    seen = "none"
    if false:
        first = false[0]
        seen = (
            f"{count(len(pairs), 'such pair')} of peers, first peer {first.peer} removing "
            f"{first.member} at tick {first.tick}"
        )
    return Finding(
        max(0, 8 - price * len(pairs)),
        expected,
        seen,
        false,
        peers=sorted({member for _, member in pairs}),
    )
