"""Finds and loads the scenarios that a command names."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ringscope.simulation.scenario import COURSE, Scenario, ScenarioError, load_scenario, shipped


def find(conf: str) -> Path:
    """Return the file that ``conf`` names: a path, or the bare name of a shipped scenario."""
    path = Path(conf)
    if path.name == conf and not path.exists():
        return shipped().get(conf, path)
    return path


def load(confs: Sequence[str]) -> list[Scenario]:
    """Load and validate all of them before anything runs; raises `ScenarioError`."""
    return [load_scenario(find(conf)) for conf in confs]


def load_course() -> list[Scenario]:
    """Load the seven scenarios of the course."""
    files = shipped()
    missing = [name for name in COURSE if name not in files]
    if missing:
        raise ScenarioError(
            f"{missing[0]}.conf of the course is not where Ringscope was installed from; "
            "name the .conf files to grade"
        )
    return [load_scenario(files[name]) for name in COURSE]


def must_differ(scenarios: Sequence[Scenario]) -> None:
    """Refuse two scenarios of one name, whose folders would overwrite each other."""
    for name, times in Counter(scenario.name for scenario in scenarios).items():
        if times > 1:
            raise ScenarioError(
                f"{times} of the files are called {name}.conf and would be written to one folder; "
                "rename one or run them with different --out"
            )


def common_seed(scenarios: Sequence[Scenario]) -> int:
    """Return the seed that all scenarios agree on; raises `ScenarioError` if they do not."""
    seeds = {scenario.seed: scenario.name for scenario in scenarios}
    if len(seeds) > 1:
        (one, first), (other, second) = list(seeds.items())[:2]
        raise ScenarioError(
            f"{first}.conf has seed {one} and {second}.conf has seed {other}; "
            "say which one to grade with --seed"
        )
    return next(iter(seeds))
