"""The whole data flow: a scenario is stepped to its end and every event shown to the observers."""

from collections.abc import Iterable
from typing import Protocol

from ringscope.events import AnyEvent, Layer
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import Action


class Observer(Protocol):
    """Sees every event once, in order; returns nothing and changes nothing."""

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""


def run(
    scenario: Scenario,
    seed: int | None = None,
    observers: Iterable[Observer] = (),
    actions: Iterable[Action] = (),
    trace: bool = True,
    counted: Layer | None = None,
) -> Cluster:
    """Run ``scenario`` to its end and return the cluster as it then is.

    ``seed`` replaces the scenario's own; ``actions`` were injected by hand; without ``trace`` the
    events about single messages (`MessagesSent`, `MessagesCounted`) are left out, but the messages
    of the layer ``counted`` are counted still.
    """
    cluster = Cluster(scenario, seed=seed, actions=actions, trace=trace, counted=counted)
    watchers = [observer.see for observer in observers]
    while not cluster.finished:
        for event in cluster.step():
            for see in watchers:
                see(event)
    return cluster
