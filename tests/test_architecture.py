"""The architecture as a test: who may import whom, and where chance and clocks may live."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ringscope

PACKAGE = Path(ringscope.__file__).parent

#: Each layer may import itself and these.
MAY_IMPORT = {
    "kernel": set(),
    "events": set(),
    "randomness": {"kernel"},
    "protocol": {"events", "kernel", "randomness"},
    "simulation": {"protocol", "events", "kernel", "randomness"},
    "observers": {"events", "simulation"},
    "grading": {"events", "simulation", "observers"},
    "analysis": {"events", "observers", "simulation"},
    "replay": {"events", "grading", "observers", "simulation"},
    "run": {"events", "simulation"},
    "campaign": {"run", "grading", "observers", "simulation"},
    "benchmarks": {
        "campaign", "run", "server", "analysis", "grading", "observers", "simulation", "events",
        "kernel",
    },
    "program": {"analysis", "grading", "observers", "simulation"},
    "server": {
        "campaign", "run", "replay", "analysis", "grading", "observers", "simulation", "protocol",
        "events", "kernel",
    },
}  # fmt: skip

#: Modules that the pure and deterministic layers must not know.
FORBIDDEN = {"time", "random", "secrets", "socket", "threading", "asyncio", "datetime", "uuid"}
PURE = ["kernel", "events", "randomness", "protocol", "simulation", "observers", "run"]


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        layer = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        yield layer, path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("layer", sorted(MAY_IMPORT))
def test_imports_point_one_way(layer: str) -> None:
    found = False
    for name, path, tree in modules():
        if name != layer:
            continue
        found = True
        for module in imported(tree):
            if module.startswith("ringscope."):
                target = module.split(".")[1]
                assert target in MAY_IMPORT[layer] | {layer}, f"{path} imports {module}"
    assert found, f"no module of layer {layer}"


@pytest.mark.parametrize("package", ["benchmarks", "program"])
def test_only_the_command_knows(package: str) -> None:
    users = {
        layer
        for layer, _, tree in modules()
        if any(module.startswith(f"ringscope.{package}") for module in imported(tree))
    }
    assert users == {package, "cli", "command_line"}


def test_what_starts_for_every_strange_program_starts_fast() -> None:
    """The warden runs without site-packages, in a process of its own each time."""
    for name in ("warden", "watching", "linux"):
        tree = ast.parse((PACKAGE / "program" / f"{name}.py").read_text(encoding="utf-8"))
        ours = [module for module in imported(tree) if module.startswith("ringscope.")]
        assert all(module.startswith("ringscope.program") for module in ours), name
        others = {module.split(".")[0] for module in imported(tree)} - {"ringscope"}
        assert others <= set(sys.stdlib_module_names), name


@pytest.mark.parametrize("layer", PURE)
def test_the_simulation_knows_no_clock_no_socket_and_no_other_chance(layer: str) -> None:
    for name, path, tree in modules():
        if name != layer:
            continue
        assert not FORBIDDEN & {module.split(".")[0] for module in imported(tree)}, path
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "hash", f"{path}:{node.lineno} calls hash()"
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("default_rng", "RandomState"), f"{path}:{node.lineno}"


def test_only_the_edge_of_the_server_knows_eventlet() -> None:
    users = [
        path.relative_to(PACKAGE).as_posix()
        for _, path, tree in modules()
        if any(module.split(".")[0] == "eventlet" for module in imported(tree))
    ]
    assert len(users) == 1, users
    assert users[0].startswith("server/")


@pytest.mark.parametrize("module", ["flask", "eventlet", "socketio", "plotly", "numba", "rich"])
def test_the_command_line_starts_without_anything_heavy(module: str) -> None:
    for layer, path, tree in modules():
        if layer == "cli":
            first = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
            names = {name.split(".")[0] for name in imported(ast.Module(first, []))}
            assert module not in names, path
