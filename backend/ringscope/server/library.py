"""The library of scenarios: those that ship with Ringscope, and uploaded ones."""

import re
from functools import lru_cache

from ringscope.server.limits import Limits
from ringscope.server.problems import bad_request, conflict, invalid, not_found, too_many
from ringscope.server.storage import Storage
from ringscope.server.wire import ScenarioInfo
from ringscope.simulation.scenario import Scenario, ScenarioError, parse_scenario, shipped

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Library:
    """Finds, lists and keeps scenarios."""

    def __init__(self, storage: Storage, limits: Limits) -> None:
        self._storage = storage
        self._limits = limits
        self._shipped = {name: path.read_text(encoding="utf-8") for name, path in shipped().items()}

    def all(self) -> list[ScenarioInfo]:
        """Return every scenario, shipped ones first."""
        texts = [(name, text, True) for name, text in self._shipped.items()]
        texts += [(name, text, False) for name, text in self._storage.scenarios().items()]
        return [ScenarioInfo(name, text, ours, _summary(name, text)) for name, text, ours in texts]

    def find(self, name: str) -> ScenarioInfo:
        """Return the scenario called ``name``; raises `RefusedError` if there is none."""
        shipped = self._shipped.get(name)
        text = self._storage.scenario(name) if shipped is None else shipped
        if text is None:
            raise not_found(f"there is no scenario called {name[:64]!r}")
        return ScenarioInfo(name, text, shipped is not None, _summary(name, text))

    def keep(self, name: str, text: str) -> ScenarioInfo:
        """Check and store an uploaded scenario, in place of an earlier one of that name."""
        name = name.removesuffix(".conf")
        self.check_name(name)
        if name in self._shipped:
            raise conflict(f"{name} is a scenario that ships with Ringscope; choose another name")
        self.check(text, name)
        stored = self._storage.scenarios()
        if name not in stored and len(stored) >= self._limits.stored_scenarios:
            raise too_many(
                f"{len(stored)} scenarios are stored, which is the most; delete one first"
            )
        self._storage.keep_scenario(name, text)
        return ScenarioInfo(name, text, False, _summary(name, text))

    def drop(self, name: str) -> None:
        """Forget an uploaded scenario; raises `RefusedError` for a shipped or unknown one."""
        if self.find(name).shipped:
            raise conflict(f"{name} ships with Ringscope and cannot be deleted")
        self._storage.drop_scenario(name)

    def check_name(self, name: str) -> None:
        """Raise `RefusedError` if ``name`` cannot be the name of a scenario."""
        if not _NAME.fullmatch(name):
            raise bad_request(
                f"{name[:64]!r} cannot be the name of a scenario; use up to 64 letters, digits, "
                "- and _"
            )

    def check(self, text: str, name: str) -> Scenario:
        """Return the scenario that ``text`` says; raises `RefusedError` if it will not do."""
        if len(text) > self._limits.upload:
            raise invalid(f"{name}.conf has more than {self._limits.upload} characters")
        self._limits.check_timeline(text, name)
        try:
            scenario = parse_scenario(text, name)
        except ScenarioError as error:
            raise invalid(str(error)) from None
        self._limits.check(scenario)
        return scenario


@lru_cache(maxsize=128)
def _summary(name: str, text: str) -> str:
    """Say what the scenario is about: its opening comment, or a sentence made from its keys."""
    comment = []
    for line in text.removeprefix("\ufeff").splitlines():
        if not line.strip().startswith("#"):
            break
        comment.append(line.strip().lstrip("# ").rstrip())
    if comment:
        return " ".join(filter(None, comment))
    try:
        return _sentence(parse_scenario(text, name))
    except ScenarioError as error:
        return str(error)


def _sentence(scenario: Scenario) -> str:
    parts = [f"{scenario.peers} peers" if scenario.peers != 1 else "1 peer"]
    if scenario.single_failure is not None:
        parts.append("one of them fails" if scenario.single_failure else "half of them fail")
    if scenario.crud_test:
        parts.append(f"the course's {scenario.crud_test.lower()} test")
    if scenario.drop_messages and scenario.drop_probability:
        parts.append(f"{100 * scenario.drop_probability:g} % of messages are lost")
    if scenario.timeline:
        parts.append(f"{len(scenario.timeline)} actions on the timeline")
    return ", ".join(parts) + "."
