"""What a command says, on stderr, before its first tick: what it will take, and why it is slow."""

import os
from collections.abc import Sequence

import click

from ringscope.simulation.scenario import Scenario, ScenarioError

#: Groups of more peers are announced with the memory they take.
LARGE = 2_000
#: A log of a membership scenario that is kept to be graded, per pair of peers: both of them join,
#: a quarter is removed, and each line takes some 370 bytes, its text and its part in the rules.
GRADED_LOG_BYTES = 450


def announce(scenarios: Sequence[Scenario], at_once: int = 1, graded: bool = False) -> None:
    """Tell what a large group needs, and if kernels are not compiled.

    ``at_once`` processes run a group each; ``graded``: the log is kept in memory.  Raises
    `ScenarioError` if the largest group cannot fit into this machine's memory.
    """
    from ringscope.kernel import uncompiled_notice

    notice = uncompiled_notice()
    if notice is not None:
        click.echo(notice, err=True)
    largest = max(scenarios, key=lambda scenario: scenario.peers)
    if largest.peers > LARGE:
        needed = memory_of(largest, graded) * at_once
        click.echo(demand(largest, needed, physical_memory(), at_once, graded), err=True)


def memory_of(scenario: Scenario, graded: bool) -> int:
    """Return about how many bytes a run of ``scenario`` takes."""
    from ringscope.simulation.course import delay
    from ringscope.simulation.group import memory_needed

    log = GRADED_LOG_BYTES * scenario.peers**2 if graded else 0
    return memory_needed(scenario.peers, scenario.ticks + delay(scenario)) + log


def demand(
    scenario: Scenario, needed: int, there: int | None, at_once: int = 1, graded: bool = False
) -> str:
    """Put into words what ``scenario`` needs in ``at_once`` processes, together ``needed`` bytes.

    ``there``: the bytes of memory that this machine has, None if nobody knows.  Raises
    `ScenarioError` if they are not enough.
    """
    use = "the member lists and the log" if graded else "the member lists"
    if at_once > 1:
        use += f", in {at_once} processes together"
    if there is not None and needed > there:
        fewer = " or --jobs" if at_once > 1 and graded else ""
        raise ScenarioError(
            f"{scenario.name}: {scenario.peers:,} peers need about {_gigabytes(needed)} of memory "
            f"for {use}, and this machine has {_gigabytes(there)}; lower MAX_NNB{fewer}"
        )
    machine = "" if there is None else f"; this machine has {_gigabytes(there)}"
    return f"{scenario.peers:,} peers: about {_gigabytes(needed)} of memory for {use}{machine}"


def physical_memory() -> int | None:
    """Return how many bytes of memory this machine has, None where nobody can tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
