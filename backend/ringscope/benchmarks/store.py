"""The store against the reference's: the cost of 9,000 creates beyond the first 100.

Both run create.conf with 10 peers and 700 ticks, once with 100 creates and once with 9,000, all
handed in at one tick; the difference is what the operations cost, whatever starting, gossiping and
ending take.  The reference's number of creates is a constant of its source, so it is built again,
or given with ``--reference-9000``.
"""

from collections.abc import Callable

from ringscope.benchmarks.measure import Pair, nothing_collected
from ringscope.benchmarks.rebuilt import rebuild
from ringscope.benchmarks.reference import INSERTS, Reference, ReferenceFailedError
from ringscope.benchmarks.scenario import timed_play, timed_reference
from ringscope.benchmarks.suite import Bench

PEERS = 10


def measure(bench: Bench) -> None:
    """Time the creates of both sides turn by turn; without a reference there is nothing to do."""
    if bench.reference is None:
        return
    try:
        _versus(bench, *_programs(bench, bench.reference))
    except ReferenceFailedError as failure:
        bench.miss(f"ratio.store.{bench.scale.inserts}", str(failure))


def _versus(bench: Bench, few: Reference, many: Reference) -> None:
    numbers = (INSERTS, bench.scale.inserts)
    keys = ((bench.folder(f"store-{number}"), f"KEYS: {number}\n") for number in numbers)
    ours = [timed_play(bench, PEERS, *both) for both in keys]
    theirs = [timed_reference(bench, one, PEERS) for one in (few, many)]
    for warm_up in (*ours, *theirs):
        warm_up()
    done = many.created(bench.scratch / f"reference-{many.inserts}-{PEERS}")
    more = bench.scale.inserts - INSERTS
    with nothing_collected():
        turns = [
            Pair(_difference(ours) / more, _difference(theirs) / max(1, done - INSERTS))
            for _ in range(bench.scale.turns)
        ]
    _report(bench, turns, done)


def _programs(bench: Bench, reference: Reference) -> tuple[Reference, Reference]:
    if bench.reference_9000 is not None:
        return reference, bench.reference_9000
    few, many = rebuild(
        reference.program, (INSERTS, bench.scale.inserts), bench.scratch / "rebuilt"
    )
    return few, many


def _difference(few_and_many: list[Callable[[], float]]) -> float:
    few, many = (run() for run in few_and_many)
    return many - few


def _report(bench: Bench, turns: list[Pair], done: int) -> None:
    many = bench.scale.inserts
    name = f"store.{many}"
    sound = [turn for turn in turns if turn.ours > 0 and turn.theirs > 0]
    if not sound:
        why = f"the machine was too noisy: {many} creates took no longer than {INSERTS}"
        bench.miss(f"ratio.{name}", why)
        return
    lost = f"{many - done} of {many} were lost" if done < many else f"all {many} succeeded"
    bench.add(f"{name}.rate", "op/s", [1 / turn.ours for turn in sound], "creates, logged")
    bench.add(f"reference.{name}.rate", "op/s", [1 / turn.theirs for turn in sound], lost)
    bench.add_ratio(name, [turn.ratio for turn in sound], f"the reference: {lost}")
