"""What the README shows works."""

import re
from pathlib import Path

import plotly.graph_objects as go
import pytest

from ringscope.simulation.scenario import parse_scenario

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the blocks of code in that language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def test_the_python_example_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[go.Figure] = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: shown.append(figure))
    monkeypatch.chdir(ROOT)
    [example] = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("40 Expected 1 read fail line")
    assert len(shown) == 1


def test_the_scenario_shown_is_one() -> None:
    [text] = [block for block in blocks("") if block.startswith("#")]
    scenario = parse_scenario(text, "readme")
    assert (scenario.peers, len(scenario.timeline)) == (10, 5)


def test_the_files_it_points_to_are_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).is_file(), target
    for folder in re.findall(r"`((?:backend|frontend)/[a-z/]+)`", README):
        assert (ROOT / folder).is_dir(), folder
