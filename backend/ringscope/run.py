"""The whole data flow: a scenario is stepped to its end and every event shown to the observers."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from ringscope.events import AnyEvent, Layer
from ringscope.simulation.cluster import Cluster
from ringscope.simulation.scenario import Scenario
from ringscope.simulation.timeline import Action


class Observer(Protocol):
    """Sees every event once, in order; returns nothing and changes nothing.

    One with ``handlers`` by type of event is shown those events only.
    """

    def see(self, event: AnyEvent) -> None:
        """Take notice of ``event``."""


class Audience(dict[type, tuple[Callable[[Any], object], ...]]):
    """Who is to be told of events of a type."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)

    def __missing__(self, kind: type) -> tuple[Callable[[Any], object], ...]:
        handlers = [_handler(observer, kind) for observer in self._observers]
        found = self[kind] = tuple(handler for handler in handlers if handler is not None)
        return found


def _handler(observer: Observer, kind: type) -> Callable[[Any], object] | None:
    handlers: dict[type, Callable[[Any], object]] | None = getattr(observer, "handlers", None)
    return observer.see if handlers is None else handlers.get(kind)


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
    audience = Audience(observers)
    while not cluster.finished:
        for event in cluster.step():
            for see in audience[type(event)]:
                see(event)
    return cluster
