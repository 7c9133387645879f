"""Whole runs in full fidelity: dbg.log written and messages counted, as the reference does."""

from pathlib import Path

from ringscope.benchmarks.reference import conf
from ringscope.observers.debug_log import DebugLogFile
from ringscope.observers.message_counts import MessageCounts
from ringscope.run import Audience
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario, parse_scenario

SEED = 425
#: The reference sends one gossip message per peer and tick.
ONE_GOSSIP = "FANOUT: 1\n"


def create_scenario(peers: int, extra: str = ONE_GOSSIP) -> Scenario:
    """Return create.conf for a group of this size; ``extra`` are further lines."""
    return parse_scenario(conf(peers) + extra, "create")


def play(scenario: Scenario, folder: Path, ticks: int | None = None, seed: int = SEED) -> Cluster:
    """Run ``scenario``, or its first ``ticks``; leave dbg.log and msgcount.log in ``folder``."""
    counts = MessageCounts(store=True)
    cluster = Cluster(scenario, seed=seed, trace=False, counted=counts.layer)
    end = cluster.ticks if ticks is None else ticks
    with open(folder / "dbg.log", "w", encoding="utf-8", newline="\n") as file:
        audience = Audience((DebugLogFile(True, file), counts))
        while cluster.tick < end:
            for event in cluster.step():
                for see in audience[type(event)]:
                    see(event)
    (folder / "stats.log").write_bytes(b"")
    (folder / "msgcount.log").write_text(counts.text(), encoding="utf-8", newline="\n")
    return cluster
