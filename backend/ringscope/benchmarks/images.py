"""Draws results into files: SVG if there is a browser to draw them in, else a page to open.

plotly's own exporter is a package that we do not need for anything else; the browser that the tests
use draws the very same picture.
"""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from ringscope.benchmarks.chromium import NoBrowserError, browsing
from ringscope.benchmarks.figures import Results
from ringscope.benchmarks.plots import PLOTS

SIZE = {"width": 760, "height": 440}
_DRAW = """([figure, size]) => Plotly.toImage(figure, {format: 'svg', ...size})
  .then(address => decodeURIComponent(address.slice(address.indexOf(',') + 1)))"""


def draw(results: Results, folder: Path) -> list[Path]:
    """Write every plot that there are figures for; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {name: plot(results) for name, plot in PLOTS.items()}
    figures = {name: figure for name, figure in drawn.items() if figure is not None}
    try:
        return _as_svg(figures, folder)
    except NoBrowserError:
        return _as_html(figures, folder)


def _as_svg(figures: dict[str, dict[str, Any]], folder: Path) -> list[Path]:
    files = []
    with browsing() as browser:
        page = browser.new_page()
        page.add_script_tag(content=get_plotlyjs())
        for name, figure in figures.items():
            path = folder / f"{name}.svg"
            path.write_text(page.evaluate(_DRAW, [figure, SIZE]), encoding="utf-8")
            files.append(path)
    return files


def _as_html(figures: dict[str, dict[str, Any]], folder: Path) -> list[Path]:
    files = []
    for name, figure in figures.items():
        path = folder / f"{name}.html"
        go.Figure(figure).write_html(path)
        files.append(path)
    return files
