"""Results in a document: tables between marks, plots beside it."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ringscope.benchmarks import document, images
from ringscope.benchmarks.chromium import NoBrowserError
from ringscope.benchmarks.document import rewritten
from ringscope.benchmarks.figures import Machine, Missing, Results, figure
from ringscope.benchmarks.plots import PLOTS, growth, memory, ratios

MACHINE = Machine(2, 25.3, "a processor", "Linux", "3.11.7", "2.4.6", compiled=True)
FIGURES = [
    figure("ratio.scenario.10", "times", [3.0, 2.5, 4.0]),
    figure("ratio.scenario.100", "times", [20.0], "one turn"),
    figure("membership.10.default", "ms", [0.01]),
    figure("membership.100.default", "ms", [0.04, 0.05]),
    figure("membership.1000.default", "ms", [1.0]),
    figure("membership.1000.fanout1", "ms", [0.5]),
    figure("membership.1000.memory", "GB", [0.008]),
    figure("membership.10000.memory", "GB", [0.8]),
]
RESULTS = Results(
    {"scenario.10": 3.0}, FIGURES, MACHINE, [Missing("page", "no browser")], False, "0.1.0"
)
NOTHING = Results({}, [], MACHINE, [], True, "0.1.0")

TEXT = """Before.
<!-- figures: ratio.* -->
old
<!-- end -->
Between.
<!-- machine -->
<!-- end -->
<!-- missing -->
old
<!-- end -->
After.
"""


def test_what_stands_between_the_marks_is_replaced() -> None:
    assert rewritten(TEXT, RESULTS) == (
        "Before.\n<!-- figures: ratio.* -->\n"
        "| Figure | Median | Lowest to highest | Target | Met | What |\n"
        "| --- | ---: | --- | --- | --- | --- |\n"
        "| `ratio.scenario.10` | 3 times | 2.5 to 4, 3 times | at least 2 | yes |  |\n"
        "| `ratio.scenario.100` | 20 times | once | at least 30 | **no** | one turn |\n"
        "<!-- end -->\nBetween.\n<!-- machine -->\n"
        "Measured with Ringscope 0.1.0 on 2 cores (a processor, Linux), 25.3 GB of memory, Python "
        "3.11.7, numpy 2.4.6, compiled kernels; a full run.\n"
        "<!-- end -->\n<!-- missing -->\n- `page`: no browser\n<!-- end -->\nAfter.\n"
    )


def test_rewriting_again_changes_nothing() -> None:
    once = rewritten(TEXT, RESULTS)
    assert rewritten(once, RESULTS) == once


def test_a_quick_run_is_called_one() -> None:
    text = rewritten(TEXT, NOTHING)
    assert "a quick run, little to rely on." in text
    assert "Nothing is missing." in text
    assert "<!-- figures: ratio.* -->\nThese were not measured in this run.\n<!-- end -->" in text


def test_stages_have_a_column_for_each_size() -> None:
    figures = [
        figure("cpu.10", "s", [0.05]),
        figure("stage.10.store", "%", [60.0]),
        figure("stage.10.network", "%", [40.4]),
        figure("cpu.1000", "s", [4.9]),
        figure("stage.1000.store", "%", [99.6]),
    ]
    results = Results({}, figures, MACHINE, [], False, "0.1.0")
    assert rewritten("<!-- stages -->\n<!-- end -->", results).splitlines()[1:-1] == [
        "| part | 10 peers | 1,000 peers |",
        "|---|---:|---:|",
        "| store | 60 % | 100 % |",
        "| network | 40 % | 0 % |",
        "| CPU time | 0.05 s | 4.9 s |",
    ]


def test_growth_shows_both_fanouts_and_what_a_square_would_be() -> None:
    plot = growth(RESULTS)
    assert plot is not None
    square, default, single = plot["data"]
    assert default["x"] == [10, 100, 1_000]
    assert default["y"] == [0.01, 0.045, 1.0]
    assert default["error_y"]["array"][1] == pytest.approx(0.005)
    assert single["x"] == [1_000]
    assert (square["x"], square["y"]) == ([100, 1_000], pytest.approx([0.01, 1.0]))


def test_ratios_stand_beside_their_targets() -> None:
    plot = ratios(RESULTS)
    assert plot is not None
    measured, target = plot["data"]
    assert dict(zip(measured["y"], measured["x"], strict=True)) == {
        "scenario.10": 3.0,
        "scenario.100": 20.0,
    }
    assert target["x"] == [2, 30]


def test_memory_is_drawn_over_the_size() -> None:
    plot = memory(RESULTS)
    assert plot is not None
    assert (plot["data"][0]["x"], plot["data"][0]["y"]) == ([1_000, 10_000], [0.008, 0.8])


def test_plots_stand_on_a_light_ground() -> None:
    for plot in PLOTS.values():
        drawn = plot(RESULTS)
        assert drawn is not None
        assert drawn["layout"]["paper_bgcolor"] == "#ffffff"


def test_where_there_is_little_to_draw_there_is_no_plot() -> None:
    assert [plot(NOTHING) for plot in PLOTS.values()] == [None] * len(PLOTS)


@contextmanager
def no_browser() -> Any:
    raise NoBrowserError("none")
    yield


def test_without_a_browser_plots_are_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "browsing", no_browser)
    files = images.draw(RESULTS, tmp_path / "plots")
    assert [file.name for file in files] == [f"{name}.html" for name in PLOTS]
    assert "A tick of a settled group" in files[0].read_text(encoding="utf-8")


def test_one_call_renews_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Path] = []
    monkeypatch.setattr(document, "draw", lambda results, folder: drawn.append(folder))
    (tmp_path / "results.json").write_bytes(msgspec.json.encode(RESULTS))
    (tmp_path / "performance.md").write_text(TEXT, encoding="utf-8")
    document.main(str(tmp_path / "results.json"), str(tmp_path / "performance.md"))
    assert "`ratio.scenario.10`" in (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert drawn == [tmp_path]
