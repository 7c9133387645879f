"""Scenario: what a `.conf` says, validated once and frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ringscope.simulation.conf import Entry, ScenarioError, entries
from ringscope.simulation.conf_values import FIELDS, Value, read_value
from ringscope.simulation.timeline import Action
from ringscope.simulation.timeline_check import (
    STARTS_PER_TICK,
    Placed,
    TimelineCheck,
    settling_delay,
)
from ringscope.simulation.timeline_parser import parse_timeline_line, timeline_tick

__all__ = ["COURSE", "DEFAULT_SEED", "Scenario", "ScenarioError", "load_scenario"]
__all__ += ["parse_scenario", "shipped"]

DEFAULT_SEED = 425
#: The largest file that is read, in bytes.
MAX_FILE = 1_000_000
#: The seven scenarios of the course, in the order of its graders.
COURSE = (
    "singlefailure",
    "multifailure",
    "msgdropsinglefailure",
    "create",
    "delete",
    "read",
    "update",
)
_TESTCASES = Path(__file__).parents[3] / "testcases"


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
    starts_per_tick: int = STARTS_PER_TICK
    fanout: int = 3
    t_fail: int = 10
    t_cleanup: int = 20
    replicas: int = 3
    read_quorum: int = 2
    write_quorum: int = 2
    keys: int = 100
    operation_timeout: int = 10
    timeline: tuple[Action, ...] = ()


def shipped() -> dict[str, Path]:
    """Return the files of the scenarios that come with Ringscope by name, the course's first."""
    files = {path.stem: path for path in sorted(_TESTCASES.glob("*.conf"))}
    return {name: files[name] for name in sorted(files, key=_course_first)}


def load_scenario(path: Path | str) -> Scenario:
    """Read and validate the `.conf` at ``path``; its stem becomes the scenario's name.

    Raises `ScenarioError` for a file that cannot be read and for everything wrong in it.
    """
    path = Path(path)
    source = path.name or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise ScenarioError(f"{path}: is a directory; name a .conf file in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(f"{path}: cannot be read ({reason}); name a readable .conf") from None
    if len(content) > MAX_FILE:
        raise ScenarioError(f"{source}: is larger than {MAX_FILE} bytes; is it really a .conf?")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    return parse_scenario(text, path.stem, source)


def parse_scenario(text: str, name: str, source: str | None = None) -> Scenario:
    """Validate the text of a `.conf`; ``source`` is how messages call it, ``<name>.conf`` if None.

    Raises `ScenarioError`: one sentence with file, line, what was expected and what to do.
    """
    source = f"{name}.conf" if source is None else source
    if "\0" in text:
        raise ScenarioError(f"{source}: is not plain text; save it as plain text in UTF-8")
    if not text.removeprefix("\ufeff").strip():
        raise ScenarioError(f"{source}: is empty; it needs at least a line such as MAX_NNB: 10")
    found = list(entries(text, source))
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    for entry in found:
        if entry.key is not None:
            field = FIELDS[entry.key]
            with _Place(source, entry.line):
                values[field] = read_value(entry.key, entry.value)
            lines[field] = entry.line
    if "peers" not in values:
        raise ScenarioError(f"{source}: MAX_NNB is missing; add a line such as MAX_NNB: 10")
    _fill_quorums(values)
    # `read_value` gives each field its type.
    scenario = Scenario(name, text, **values)  # type: ignore[arg-type]
    _check_relations(scenario, lines, source)
    timeline = _timeline([entry for entry in found if entry.key is None], scenario, source)
    return Scenario(name, text, **values, timeline=timeline)  # type: ignore[arg-type]


class _Place:
    """Adds file and line to any complaint raised inside."""

    def __init__(self, source: str, line: int) -> None:
        self.source, self.line = source, line

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ScenarioError):
            raise error.at(self.source, self.line) from None


def _missing(path: Path) -> ScenarioError:
    close = get_close_matches(path.stem, list(shipped()), n=1)
    neighbours = [other.name for other in path.parent.glob("*.conf")] if path.name else []
    near = get_close_matches(path.name, neighbours, n=1)
    if near:
        return ScenarioError(f"{path}: does not exist; did you mean {path.parent / near[0]}?")
    advice = f"did you mean testcases/{close[0]}.conf?" if close else "check the path"
    return ScenarioError(f"{path}: does not exist; {advice}")


def _course_first(name: str) -> tuple[int, str]:
    return (COURSE.index(name) if name in COURSE else len(COURSE), name)


def _fill_quorums(values: dict[str, Value]) -> None:
    """Without a line of their own quorums are a majority of REPLICAS."""
    if "replicas" in values:
        majority = int(values["replicas"]) // 2 + 1
        values.setdefault("read_quorum", majority)
        values.setdefault("write_quorum", majority)


def _check_relations(scenario: Scenario, lines: dict[str, int], source: str) -> None:
    if scenario.t_cleanup <= scenario.t_fail:
        at_line = max(lines.get("t_fail", 0), lines.get("t_cleanup", 0))
        raise ScenarioError(
            f"T_CLEANUP must be more than T_FAIL, found {scenario.t_cleanup} and "
            f"{scenario.t_fail}; write for example T_CLEANUP: {2 * scenario.t_fail}"
        ).at(source, at_line)
    for key, quorum in (
        ("READ_QUORUM", scenario.read_quorum),
        ("WRITE_QUORUM", scenario.write_quorum),
    ):
        if quorum > scenario.replicas:
            at_line = max(lines.get("replicas", 0), lines.get(key.lower(), 0))
            raise ScenarioError(
                f"{key} must be at most REPLICAS, found {quorum} and {scenario.replicas}; "
                f"write for example {key}: {scenario.replicas // 2 + 1}"
            ).at(source, at_line)


def _timeline(found: Sequence[Entry], scenario: Scenario, source: str) -> tuple[Action, ...]:
    """Parse the ``AT`` lines in order of tick and check that they fit together.

    Which peers there are at a line depends on the JOINs before it, hence the order.
    """
    length = scenario.ticks + settling_delay(scenario.peers, scenario.starts_per_tick)
    ticks = []
    for entry in found:
        with _Place(source, entry.line):
            ticks.append(timeline_tick(entry.value))
    schedule_fails = scenario.single_failure is not None or scenario.crud_test in ("READ", "UPDATE")
    check = TimelineCheck(scenario.peers, schedule_fails, scenario.starts_per_tick)
    actions = []
    for _, entry in sorted(zip(ticks, found, strict=True), key=lambda pair: pair[0]):
        with _Place(source, entry.line):
            action = parse_timeline_line(entry.value, check.peers, length)
            check.see(Placed(action, entry.line))
        actions.append(action)
    return tuple(actions)
