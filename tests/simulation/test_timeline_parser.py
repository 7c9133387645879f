"""Timeline lines: `str` of an action and its parser are inverse to each other."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringscope.simulation.scenario import ScenarioError
from ringscope.simulation.timeline import (
    Action,
    Drop,
    Fail,
    FailBystander,
    FailHalf,
    FailRandom,
    FailReplicas,
    Heal,
    Join,
    Leave,
    Operate,
    Partition,
    Restart,
    quote,
)
from ringscope.simulation.timeline_parser import parse_action, parse_timeline_line

PEERS = 12
ticks = st.integers(0, 10**6)
peers = st.integers(1, PEERS)
#: Anything that can be printed on one line.
texts = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20)
tricky = st.sampled_from(
    ["VIA", "via", "UNTIL", "#", "a#b", '"', "\\", '\\"', "a b", " ", "|", "é"]
)
keys = texts.filter(bool) | tricky
values = texts | tricky
probabilities = st.floats(0, 1).map(abs)


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, int | None]:
    tick = draw(ticks)
    return tick, draw(st.none() | st.integers(tick + 1, tick + 1000))


@st.composite
def partitions(draw: st.DrawFn) -> Partition:
    members = draw(st.lists(peers, min_size=1, unique=True))
    groups: list[list[int]] = [[]]
    for member in members:
        if groups[-1] and draw(st.booleans()):
            groups.append([])
        groups[-1].append(member)
    tick, until = draw(windows())
    return Partition(tick, tuple(map(tuple, groups)), until)


writes = st.builds(
    Operate, ticks, st.sampled_from(["create", "update"]), keys, values, st.none() | peers
)
reads = st.builds(
    Operate, ticks, st.sampled_from(["read", "delete"]), keys, st.none() | values, st.none() | peers
)
actions = (
    st.builds(Fail, ticks, peers)
    | st.builds(Restart, ticks, peers)
    | st.builds(Leave, ticks, peers)
    | st.builds(Join, ticks, st.integers(1, PEERS + 1))
    | st.builds(lambda window, p: Drop(window[0], p, window[1]), windows(), probabilities)
    | partitions()
    | st.builds(Heal, ticks)
    | writes
    | reads
    | st.builds(FailRandom, ticks)
    | st.builds(FailHalf, ticks)
    | st.builds(FailReplicas, ticks, keys, peers)
    | st.builds(FailBystander, ticks, keys)
)


@given(actions)
def test_every_action_survives_its_text_form(action: Action) -> None:
    assert parse_timeline_line(str(action), PEERS) == action


@given(actions)
def test_the_tick_may_come_from_elsewhere(action: Action) -> None:
    line = str(action).removeprefix(f"AT {action.tick} ")
    assert parse_action(line, action.tick, PEERS) == action


@given(values)
def test_a_quoted_text_is_one_word_on_one_line(text: str) -> None:
    assert "\n" not in quote(text)
    assert parse_action(f"CREATE key {quote(text)}", 1, PEERS) == Operate(1, "create", "key", text)


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("at 5 fail 3", Fail(5, 3)),
        ("  AT  05   FAIL   +3   # a remark", Fail(5, 3)),
        ("AT 5 fail random", FailRandom(5)),
        ("AT 5 Partition 1, 2 ,3|4,5 until 9", Partition(5, ((1, 2, 3), (4, 5)), 9)),
        ("AT 5 DROP .5", Drop(5, 0.5)),
        ("AT 5 DROP 1e-3 UNTIL 6", Drop(5, 0.001, 6)),
        ("AT 5 READ key via 2", Operate(5, "read", "key", None, 2)),
        ('AT 5 READ key "VIA" VIA 2', Operate(5, "read", "key", "VIA", 2)),
        ("AT 5 CREATE a#b c", Operate(5, "create", "a#b", "c")),
        ('AT 5 CREATE key ""', Operate(5, "create", "key", "")),
        ("AT 5 DELETE until", Operate(5, "delete", "until")),
    ],
)
def test_lines_may_be_written_freely(line: str, action: Action) -> None:
    assert parse_timeline_line(line, PEERS) == action


@pytest.mark.parametrize(
    "line", ["", "FAIL 3", "AT", "AT 5", "AT -5 FAIL 3", 'AT 5 "FAIL" 3', "AT 5 READ VIA 3"]
)
def test_broken_lines_are_refused(line: str) -> None:
    with pytest.raises(ScenarioError):
        parse_timeline_line(line, PEERS)


def test_ticks_are_limited_only_where_the_length_of_the_run_is_known() -> None:
    assert parse_action("FAIL 3", 10**6, PEERS) == Fail(10**6, 3)
    with pytest.raises(ScenarioError, match="ticks 0 to 699"):
        parse_action("FAIL 3", 700, PEERS, ticks=700)


def test_every_line_of_the_manual_can_be_written() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    lines = [line.replace("\\|", "|") for line in re.findall(r"^\| `(AT .*?)` \|", manual, re.M)]
    assert len(lines) > 12
    for line in lines:
        assert str(parse_timeline_line(line, peers=10)) == line
