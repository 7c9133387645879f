"""The engine reproduces the analysis of gossip-style failure detection.

Van Renesse, Minsky and Hayden, "A Gossip-Style Failure Detection Service" (1998), section 3: how
likely is it that somebody has not heard of a heartbeat after T rounds?  In a lock-step network
(what is sent in one tick is read in the next) the number of live members that know it is a Markov
chain, computed here exactly, and compared with how heartbeats spread through the engine's messages.
"""

from math import comb, sqrt

import numpy as np
import pytest

from ringscope.protocol.codes import decode
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import Action, Drop, Fail

PEERS = 10
WINDOWS = 400


def miss_probability(dead: int, loss: float, fanout: int, rounds: int, distinct: bool) -> float:
    """Return the chance that some of the live members does not know a heartbeat after ``rounds``.

    Everyone who knows it sends to ``fanout`` of the nine others, dead or not, each round; the
    targets are ``distinct`` (as in the engine) or drawn with replacement (as in the paper).
    """
    live = PEERS - dead
    known = np.zeros(live + 1)
    known[1] = 1.0
    for _ in range(rounds):
        after = np.zeros(live + 1)
        for k in range(1, live + 1):
            silent = live - k
            for new in range(silent + 1):
                after[k + new] += known[k] * sum(
                    comb(silent, new)
                    * (-1) ** j
                    * comb(new, j)
                    * _spared(silent - new + j, loss, fanout, distinct) ** k
                    for j in range(new + 1)
                )
        known = after
    return float(known[:live].sum())


def _spared(size: int, loss: float, fanout: int, distinct: bool) -> float:
    """Return the chance that one sender reaches none of ``size`` given others."""
    others = PEERS - 1
    if not distinct:
        return float((1 - (1 - loss) * size / others) ** fanout)
    return sum(
        comb(size, hits) * comb(others - size, fanout - hits) / comb(others, fanout) * loss**hits
        for hits in range(min(size, fanout) + 1)
        if fanout - hits <= others - size
    )


@pytest.mark.parametrize(
    ("dead", "loss", "fanout", "by_rounds"),
    [
        (1, 0.0, 1, {8: 0.73, 10: 0.12, 15: 1.1e-3, 20: 1.0e-5}),
        (1, 0.0, 2, {5: 0.29, 6: 0.046, 8: 1.1e-3, 10: 2.5e-5}),
        (1, 0.0, 3, {5: 6.8e-3, 6: 4.0e-4, 8: 1.4e-6, 10: 4.9e-9}),
        (1, 0.1, 1, {10: 0.33, 15: 5.3e-3, 20: 7.9e-5}),
        (1, 0.1, 3, {5: 0.026, 6: 2.1e-3, 8: 1.3e-5, 10: 8.4e-8}),
        (5, 0.0, 1, {10: 0.99, 15: 0.15, 20: 0.017}),
        (5, 0.0, 3, {5: 0.24, 6: 0.069, 8: 4.9e-3, 10: 3.2e-4, 15: 2.9e-7}),
        (5, 0.1, 3, {5: 0.42, 6: 0.15, 8: 0.015, 10: 1.4e-3, 15: 2.8e-6}),
    ],
)
def test_the_chain_gives_the_lock_step_table_of_the_paper_s_equations(
    dead: int, loss: float, fanout: int, by_rounds: dict[int, float]
) -> None:
    for rounds, bound in by_rounds.items():
        # the paper's equation 3: everyone may be the one that misses it
        chance = (PEERS - dead) * miss_probability(dead, loss, fanout, rounds, distinct=False)
        assert chance == pytest.approx(bound, rel=0.06), rounds


@pytest.mark.parametrize(
    ("dead", "loss", "fanout", "rounds"),
    [
        (1, 0.0, 1, 8),
        (1, 0.1, 1, 8),
        (1, 0.0, 2, 5),
        (1, 0.0, 3, 3),
        (1, 0.1, 3, 4),
        (5, 0.0, 1, 10),
        (5, 0.0, 3, 5),
        (5, 0.1, 3, 5),
    ],
)
def test_heartbeats_spread_through_the_engine_as_the_chain_says(
    dead: int, loss: float, fanout: int, rounds: int
) -> None:
    expected = miss_probability(dead, loss, fanout, rounds, distinct=True)
    shares = missed_shares(dead, loss, fanout, rounds)
    mean, error = shares.mean(), shares.std(ddof=1) / sqrt(WINDOWS)
    assert 0.003 < expected < 0.9, "a case that could prove nothing"
    assert abs(mean - expected) < 3.5 * error


def missed_shares(dead: int, loss: float, fanout: int, rounds: int) -> np.ndarray:
    """Follow every live peer's heartbeat through the engine, in windows of ``rounds`` ticks.

    Returns for each window the share of heartbeats that did not reach everybody.  T_fail is so long
    that the dead are still believed in, as the chain assumes.
    """
    start = 60
    faults: list[Action] = [Fail(start - 1, peer) for peer in range(1, dead + 1)]
    faults.append(Drop(start - 1, loss))
    ticks = start + WINDOWS * rounds
    scenario = Scenario(
        "spread", "", PEERS, ticks=ticks, fanout=fanout, t_fail=ticks, t_cleanup=2 * ticks,
        timeline=tuple(faults),
    )  # fmt: skip
    cluster = Cluster(scenario, seed=7, trace=False)
    while cluster.tick < start:
        cluster.step()
    shares = []
    for _ in range(WINDOWS):
        informed = np.eye(PEERS, dtype=bool)  # row: whose heartbeat, column: who knows it
        for _ in range(rounds):
            cluster.step()
            network = cluster.network
            _, sources, targets = decode(network.membership_under_way[: network.membership_count])
            before = informed.copy()
            for source, target in zip(sources.tolist(), targets.tolist(), strict=True):
                informed[:, target] |= before[:, source]
        shares.append((~informed[dead:, dead:].all(axis=1)).mean())
    return np.array(shares)


def test_the_default_rules_keep_the_promise() -> None:
    """Five of ten crash under 10 % loss: a false removal in fewer than one run of 10,000.

    At worst, nobody suspects the dead yet.  A survivor is removed falsely only if none of the
    heartbeats of T_cleanup ticks comes through, so if one of them is missed for so long; bounded by
    the heartbeats of all ticks until the dead are gone.
    """
    rules = Scenario("defaults", "", PEERS)
    assert (rules.fanout, rules.t_fail, rules.t_cleanup) == (3, 10, 20)
    missed = miss_probability(5, 0.1, rules.fanout, rules.t_cleanup, distinct=True)
    assert (PEERS - 5) * missed * (rules.t_cleanup + 1) < 1e-4
