"""Figures: medians with their spread, and targets met or missed."""

import pytest

from ringscope.benchmarks.figures import TARGETS, Target, figure, number


def test_a_figure_is_the_median_with_the_extremes() -> None:
    one = figure("store.10000", "op/s", [3.0, 1.0, 2.0, 10.0], "creates")
    assert (one.median, one.low, one.high, one.repeats) == (2.5, 1.0, 10.0, 4)
    assert (one.target, one.met, one.note) == (None, None, "creates")


def test_more_digits_than_a_clock_deserves_are_dropped() -> None:
    assert figure("x", "s", [0.0123456789]).median == 0.01235


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01234567, "0.01235"), (12.345, "12.35"), (999.96, "1000"), (123456.7, "123,457"), (0, "0")],
)
def test_numbers_are_written_as_people_do(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(2, "at least"), 2.0, True),
        (Target(2, "at least"), 1.99, False),
        (Target(3), 3.0, True),
        (Target(3), 3.01, False),
    ],
)
def test_targets_are_reached_from_one_side(target: Target, value: float, met: bool) -> None:
    assert target.met(value) is met


def test_a_figure_knows_the_target_of_its_name() -> None:
    one = figure("ratio.scenario.100", "times", [29.0, 31.0, 40.0])
    assert (one.target, one.met) == ("at least 30", True)
    assert figure("help.cold", "s", [0.3]).met is False


def test_the_targets_of_the_comparison_are_set() -> None:
    ratios = {name: str(aim) for name, aim in TARGETS.items() if name.startswith("ratio.")}
    assert ratios == {
        "ratio.scenario.10": "at least 2",
        "ratio.scenario.100": "at least 30",
        "ratio.scenario.160": "at least 50",
        "ratio.store.9000": "at least 2",
        "ratio.campaign": "at least 3",
    }
