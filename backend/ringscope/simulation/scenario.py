"""Scenario: what a `.conf` says, validated once and frozen."""

from dataclasses import dataclass

from ringscope.simulation.timeline import Action

DEFAULT_SEED = 425


class ScenarioError(ValueError):
    """Bad input, in one sentence with file, line, what was expected and what to do."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One validated scenario; times are ticks, peers are numbered from 1.

    ``text`` is the `.conf` it came from, so that a recording can carry its own scenario.
    """

    name: str
    text: str
    peers: int
    single_failure: bool | None = None
    drop_messages: bool = False
    drop_probability: float = 0.0
    crud_test: str | None = None
    seed: int = DEFAULT_SEED
    ticks: int = 700
    fanout: int = 3
    t_fail: int = 10
    t_cleanup: int = 20
    replicas: int = 3
    read_quorum: int = 2
    write_quorum: int = 2
    keys: int = 100
    operation_timeout: int = 10
    timeline: tuple[Action, ...] = ()
