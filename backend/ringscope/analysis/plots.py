"""Plots: plotly figures of a run's counts over time, for the page and for notebooks alike.

Each function is pure and returns a figure in plotly's own JSON form: the page hands it to
plotly.js, a notebook shows it with ``plotly.graph_objects.Figure(traffic(history))``.  Backgrounds
are transparent and colours chosen to be told apart on light and dark, by the colour-blind too.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ringscope.observers.history import History, Lane, Mark

Figure = dict[str, Any]

BLUE, TEAL, AMBER, RED, GREY = "#3a86d4", "#12a08f", "#d18b00", "#d6493f", "#808890"


def traffic(history: History) -> Figure:
    """Draw messages sent, received and lost in each tick, and changes of the network."""
    series = history.series
    return _figure(
        "Messages per tick",
        "messages",
        [
            _line("sent", series.start, series.sent, BLUE),
            _line("received", series.start, series.received, TEAL, dash="dot"),
            _line("lost", series.start, series.lost, RED, dash="dash"),
        ],
        _moments(history.marks, "network", AMBER),
    )


def members(history: History) -> Figure:
    """Draw how many peers are members and how often others are listed and suspected."""
    series = history.series
    listed_by = _line("listed", series.start, series.listed, BLUE)
    suspected = _line("suspected", series.start, series.suspected, AMBER, dash="dash")
    figure = _figure(
        "Member lists",
        "entries in all live lists",
        [listed_by, suspected],
        _moments(history.marks, "failure", RED),
    )
    live = _line("members", series.start, series.live, TEAL, dash="dot")
    figure["data"].append(live | {"yaxis": "y2"})
    figure["layout"]["yaxis2"] = _axis("peers") | {
        "overlaying": "y",
        "side": "right",
        "rangemode": "tozero",
        "showgrid": False,
        "tickmode": "auto",  # its own whole numbers, not the places of the left axis's ticks
        "tickformat": "d",
        "nticks": 6,
    }
    return figure


def copies(history: History) -> Figure:
    """Draw how many copies of keys live peers hold, and how many are missing."""
    series = history.series
    return _figure(
        "Copies of keys",
        "copies",
        [
            _line("held", series.start, series.copies, TEAL),
            _line("missing", series.start, series.missing, RED, dash="dash"),
        ],
        _moments(history.marks, "failure", RED),
    )


#: Every plot by name.
PLOTS: dict[str, Callable[[History], Figure]] = {
    "traffic": traffic,
    "members": members,
    "copies": copies,
}


def _line(
    name: str, start: int, counts: Sequence[int], colour: str, dash: str = "solid"
) -> dict[str, Any]:
    """Return one line; the kind of dash tells lines apart without colour."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(range(start, start + len(counts))),
        "y": list(counts),
        "line": {"color": colour, "width": 1.5, "dash": dash, "shape": "hv"},
        "hovertemplate": "%{y}",
    }


def _moments(marks: Iterable[Mark], lane: Lane, colour: str) -> list[dict[str, Any]]:
    """Return a thin upright line at every tick with a mark in ``lane``."""
    ticks = sorted({mark.tick for mark in marks if mark.lane == lane})
    line = {"color": colour, "width": 1, "dash": "dot"}
    return [
        {
            "type": "line",
            "x0": tick,
            "x1": tick,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "layer": "below",
            "line": line,
        }
        for tick in ticks
    ]


def _axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title},
        "gridcolor": "rgba(128, 136, 144, 0.25)",
        "zerolinecolor": "rgba(128, 136, 144, 0.5)",
    }


def _figure(
    title: str, unit: str, lines: list[dict[str, Any]], shapes: list[dict[str, Any]]
) -> Figure:
    layout = {
        "title": {"text": title},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"color": GREY},
        "xaxis": _axis("tick"),
        "yaxis": _axis(unit) | {"rangemode": "tozero"},
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": 1.12, "x": 1, "xanchor": "right"},
        "margin": {"l": 56, "r": 56, "t": 48, "b": 40},
        "shapes": shapes,
    }
    return {"data": lines, "layout": layout}
