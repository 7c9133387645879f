"""The store by itself: which operations there are, and that none is lost."""

from dataclasses import replace

import pytest
from tests.benchmarks.conftest import TINY, FakeClock

from ringscope.benchmarks import operations
from ringscope.benchmarks.suite import Bench


def test_a_key_is_created_then_read_then_updated() -> None:
    scenario = operations.operations(6)
    steps = [(one.tick, one.kind, one.key) for one in scenario.timeline]  # type: ignore[attr-defined]
    assert steps == [
        (50, "create", "key0"),
        (50, "create", "key1"),
        (60, "read", "key0"),
        (60, "read", "key1"),
        (70, "update", "key0"),
        (70, "update", "key1"),
    ]
    assert scenario.ticks == 70 + operations.END


def test_every_operation_succeeds_and_is_counted(bench: Bench) -> None:
    bench.clock = FakeClock(step=2.0)
    operations.measure(bench)
    figures = {one.name: one for one in bench.figures}
    assert (figures["store.6"].median, figures["store.12"].median) == (3.0, 6.0)
    assert figures["store.6"].note == figures["store.12"].note == "none lost"
    assert (figures["store.lost"].median, figures["store.lost"].met) == (0, True)
    assert figures["store.linear"].median == 2.0


def test_lost_operations_are_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_timed", lambda bench, scenario: (5, 1.0))
    bench.scale = replace(TINY, operations=(6,))
    operations.measure(bench)
    figures = {one.name: one for one in bench.figures}
    assert figures["store.6"].note == "only 5 succeeded"
    assert (figures["store.lost"].median, figures["store.lost"].met) == (2, False)
