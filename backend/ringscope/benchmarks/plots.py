"""Plots of benchmark results, as figures in plotly's JSON form.

The background is light and opaque, so that a document may be read in the dark, too.
"""

import re
from collections.abc import Callable
from typing import Any

from ringscope.benchmarks.figures import TARGETS, Figure, Results

Plot = dict[str, Any]

BLUE, AMBER, GREY, INK = "#1f6fbf", "#b36b00", "#808890", "#24292f"
_FONT = {"family": "Helvetica, Arial, sans-serif", "size": 13, "color": INK}

_DOTTED = {"color": GREY, "dash": "dot", "width": 1.5}


def growth(results: Results) -> Plot | None:
    """Draw the time of a tick against the size of the group, and what N² would be."""
    default = _by_peers(results, r"membership\.(\d+)\.default")
    single = _by_peers(results, r"membership\.(\d+)\.fanout1")
    large = {peers: one for peers, one in default.items() if peers >= 100}
    if len(large) < 2:
        return None
    anchor = max(large)
    sizes = sorted(large)
    square = [large[anchor].median * (peers / anchor) ** 2 for peers in sizes]
    ideal = {
        "type": "scatter", "mode": "lines", "name": "growing as N²", "x": sizes, "y": square,
        "line": _DOTTED,
    }  # fmt: skip
    data = [ideal, _points("3 messages", default, BLUE, "circle")]
    data.append(_points("1 message", single, AMBER, "square"))
    title = "A tick of a settled group, by messages sent per peer"
    return _plot(title, data, _log("peers"), _log("milliseconds"))


def memory(results: Results) -> Plot | None:
    """Draw what a group needs in memory against its size."""
    points = _by_peers(results, r"membership\.(\d+)\.memory")
    if len(points) < 2:
        return None
    data = [_points("at its peak", points, BLUE, "circle")]
    return _plot("Memory of a settled group", data, _log("peers"), _log("GB"))


def ratios(results: Results) -> Plot | None:
    """Draw how many times as fast as the reference we are, and how fast we are to be."""
    found = [one for one in results.figures if one.name.startswith("ratio.")]
    if not found:
        return None
    names = [one.name.removeprefix("ratio.") for one in found]
    measured = {
        "type": "scatter", "mode": "markers+text", "name": "measured",
        "x": [one.median for one in found], "y": names, "error_x": _spread(found),
        "text": [f"{one.median:.3g}" for one in found], "textposition": "top center",
        "marker": {"color": BLUE, "size": 10},
    }  # fmt: skip
    aims = {name: TARGETS[f"ratio.{name}"] for name in names if f"ratio.{name}" in TARGETS}
    upright = {"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": AMBER}}
    wanted = {
        "type": "scatter", "mode": "markers", "name": "target", "marker": upright,
        "x": [aim.bound for aim in aims.values()], "y": list(aims),
    }  # fmt: skip
    same = {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": _DOTTED}
    across = _log("times as fast as the reference (1: the same)")
    plot = _plot("Against the C++ reference, turn by turn", [measured, wanted], across, {})
    plot["layout"] |= {"shapes": [same]}
    plot["layout"]["yaxis"] |= {"type": "category", "autorange": "reversed"}
    plot["layout"]["margin"]["l"] = 150
    return plot


#: Every plot by the name of its file; None where there are too few figures for it.
PLOTS: dict[str, Callable[[Results], Plot | None]] = {
    "performance-growth": growth,
    "performance-memory": memory,
    "performance-ratios": ratios,
}


def _by_peers(results: Results, pattern: str) -> dict[int, Figure]:
    found = ((re.fullmatch(pattern, one.name), one) for one in results.figures)
    return {int(match[1]): one for match, one in found if match}


def _points(name: str, points: dict[int, Figure], colour: str, symbol: str) -> dict[str, Any]:
    """Points at the medians, with bars from the lowest to the highest value."""
    figures = list(points.values())
    return {
        "type": "scatter", "mode": "markers+lines", "name": name,
        "x": list(points), "y": [one.median for one in figures], "error_y": _spread(figures),
        "marker": {"color": colour, "size": 8, "symbol": symbol},
        "line": {"color": colour, "width": 1},
    }  # fmt: skip


def _spread(figures: list[Figure]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [one.high - one.median for one in figures],
        "arrayminus": [one.median - one.low for one in figures],
        "thickness": 1,
    }


def _log(title: str) -> dict[str, Any]:
    return {"type": "log", "title": {"text": title}, "dtick": 1, "exponentformat": "none"}


def _plot(
    title: str, data: list[dict[str, Any]], across: dict[str, Any], upwards: dict[str, Any]
) -> Plot:
    layout = {
        "title": {"text": title},
        "font": _FONT,
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "xaxis": {"gridcolor": "#e4e7ea", "linecolor": GREY} | across,
        "yaxis": {"gridcolor": "#e4e7ea", "linecolor": GREY} | upwards,
        "legend": {"orientation": "h", "y": 1.1, "x": 1, "xanchor": "right"},
        "margin": {"l": 80, "r": 30, "t": 80, "b": 60},
    }
    return {"data": data, "layout": layout}
