import json

import plotly.graph_objects as go
import pytest

from ringscope.analysis.plots import PLOTS, copies, members, traffic
from ringscope.observers.history import History, Mark, Series

HISTORY = History(
    operations=(),
    marks=(
        Mark(11, "failure", 3, "Peer 3 fails."),
        Mark(11, "failure", 4, "Peer 4 fails."),
        Mark(12, "network", None, "From here on 10 % of all messages are lost."),
    ),
    series=Series(
        start=10,
        sent=(30, 31, 32),
        received=(29, 30, 31),
        lost=(0, 0, 4),
        live=(10, 8, 8),
        listed=(90, 72, 72),
        suspected=(0, 0, 2),
        copies=(300, 240, 240),
        missing=(0, 60, 60),
    ),
)


@pytest.mark.parametrize("name", PLOTS)
def test_plotly_accepts_the_figure_as_it_is(name: str) -> None:
    figure = PLOTS[name](HISTORY)
    accepted = json.loads(go.Figure(figure).to_json())
    assert [line["name"] for line in accepted["data"]] == [line["name"] for line in figure["data"]]
    assert accepted["layout"]["title"]["text"] == figure["layout"]["title"]["text"]


@pytest.mark.parametrize("name", PLOTS)
def test_lines_begin_at_the_first_tick_and_differ_without_colour(name: str) -> None:
    lines = PLOTS[name](HISTORY)["data"]
    assert all(line["x"] == [10, 11, 12] for line in lines)
    assert len({line["line"]["dash"] for line in lines}) == len(lines)


@pytest.mark.parametrize("name", PLOTS)
def test_backgrounds_are_transparent(name: str) -> None:
    layout = PLOTS[name](HISTORY)["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0, 0, 0, 0)"


def test_each_plot_shows_its_columns() -> None:
    shown = {
        line["name"]: tuple(line["y"])
        for plot in (traffic, members, copies)
        for line in plot(HISTORY)["data"]
    }
    assert shown == {
        "sent": (30, 31, 32),
        "received": (29, 30, 31),
        "lost": (0, 0, 4),
        "listed": (90, 72, 72),
        "suspected": (0, 0, 2),
        "members": (10, 8, 8),
        "held": (300, 240, 240),
        "missing": (0, 60, 60),
    }


def test_marks_become_upright_lines_once_a_tick() -> None:
    assert [shape["x0"] for shape in copies(HISTORY)["layout"]["shapes"]] == [11]
    assert [shape["x0"] for shape in traffic(HISTORY)["layout"]["shapes"]] == [12]
