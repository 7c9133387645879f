"""What the tolerant parser understands, and what it only counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringscope.grading.read_log import read_log
from ringscope.grading.records import (
    UNNAMED,
    Answer,
    AnyRecord,
    Created,
    Failed,
    GaveUp,
    Joined,
    Left,
    Operation,
    Record,
    Records,
    Removed,
    Started,
    Told,
    peer_of,
    record_of,
    records_of,
)
from ringscope.observers.debug_log import LogLine, address
from ringscope.simulation.scenario import COURSE

from .conftest import Lines


def parse(text: str) -> AnyRecord | None:
    [line] = read_log(text)
    return record_of(line)


def told(record: AnyRecord | None) -> tuple[object, ...]:
    """Type, tick and all fields but the line."""
    assert record is not None
    fields = [getattr(record, name) for name in type(record).__struct_fields__ if name != "line"]
    return (type(record), record.tick, *fields)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" [0] APP", (Created, 0, 1, False)),
        (" 2.0.0.0:0 [0] APP MP2", (Created, 0, 2, True)),
        (" 1.0.0.0:0 [0] Starting up group...", (Started, 0, 1, True)),
        (" 4.0.0.0:0 [1] Trying to join...", (Started, 1, 4, False)),
        (" 1.0.0.0:0 [3] Node 9.0.0.0:0 joined at time 3", (Joined, 3, 1, 9)),
        (" 1.0.0.0:0 [99] Node 9.0.0.0:0 removed at time 99", (Removed, 99, 1, 9)),
        (" 9.0.0.0:0 [100] Node failed at time=100", (Failed, 100, 9, False)),
        (" 9.0.0.0:0 [100] Node failed at time = 100", (Failed, 100, 9, True)),
        (" 9.0.0.0:0 [7] Leaving the group...", (Left, 7, 9)),
        (" 1.0.0.0:0 [500] @@time=500", (Told, 500, 1, 500)),
        (
            " 7.0.0.0:0 [150] READ OPERATION KEY: 0DRJK VALUE: value19 at time: 150",
            (Operation, 150, 7, "read", "0DRJK", "value19"),
        ),
        (
            " 3.0.0.0:0 [150] DELETE OPERATION KEY: invalidKey at time: 150",
            (Operation, 150, 3, "delete", "invalidKey", None),
        ),
        (
            " 6.0.0.0:0 [151] server: read success at time 151, transID=101, key=0DRJK, value=v",
            (Answer, 151, 6, "server", "read", True, 101, "0DRJK", "v"),
        ),
        (
            " 10.0.0.0:0 [235] coordinator: delete fail at time 235, transID=-1, key=0DRJK",
            (Answer, 235, 10, "coordinator", "delete", False, -1, "0DRJK", None),
        ),
        (
            " 2.0.0.0:0 [285] Could not fail a node(non-replica)",
            (GaveUp, 285, 2, "Could not fail a node(non-replica)"),
        ),
    ],
)
def test_the_framework_s_own_spelling(text: str, expected: tuple[object, ...]) -> None:
    assert told(parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0.0.0:0 [3]  node  9.0.0.0:0   JOINED at time: 3 ", (Joined, 3, 1, 9)),
        (" 1.0.0.0:8001 [0] Node 2.0.0.0:8001 joined at time 0", (Joined, 0, 1, 2)),
        (" 1:0 [5] Node 4:0 removed", (Removed, 5, 1, 4)),
        (" 1.0.0.0:0 [6] Node 10.0.0.0:0 joined at time 6\x7f\x02", (Joined, 6, 1, 10)),
        (" 1.0.0.0:0 [6] Node 10.0.0.0:0 joined at time 6\r", (Joined, 6, 1, 10)),
        ("\t1.0.0.0:0 [ 6 ] Node 10.0.0.0:0 joined at time 6", (Joined, 6, 1, 10)),
        (" -126.0.0.0:0 [6] Node -128.0.0.0:0 joined at time 6", (Joined, 6, 130, 128)),
        (" 44.1.0.0:0 [6] Node 1.0.0.0:0 joined at time 6", (Joined, 6, 300, 1)),
        (" [6] Node 10.0.0.0:0 joined at time 6", (Joined, 6, UNNAMED, 10)),
        (" 1.0.0.0:0 Node 2.0.0.0:0 removed at time 122", (Removed, 122, 1, 2)),
        (" 1.0.0.0:0 [122] Node 2.0.0.0:0 removed at time 9", (Removed, 122, 1, 2)),
        ("Node 2.0.0.0:0 removed at time 122", (Removed, 122, UNNAMED, 2)),
        (
            " 1.0.0.0:0 [9] Coordinator : Create Success at time 9 , key = a , value = b\r",
            (Answer, 9, 1, "coordinator", "create", True, None, "a", "b"),
        ),
        (
            " 1.0.0.0:0 [9] server: read success at time 9, transID=1, key=a, b, value=c, value=d",
            (Answer, 9, 1, "server", "read", True, 1, "a, b", "c, value=d"),
        ),
        (
            " 1.0.0.0:0 [9] CREATE OPERATION KEY: a b VALUE: at time: it at time: 9",
            (Operation, 9, 1, "create", "a b", "at time: it"),
        ),
    ],
)
def test_other_spellings(text: str, expected: tuple[object, ...]) -> None:
    assert told(parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        " 3.0.0.0:0 [300] stale entry removed",
        " 3.0.0.0:0 [300] Node 4:0 removed from the list of suspects",
        " 1.0.0.0:0 [600] DEBUG: Create Success rate 100 percent",
        " 1.0.0.0:0 [600] create success",
        " 1.0.0.0:0 [6] Node 10.0.0.0:0 joi",
        " 1.0.0.0:0 [151] server: read success at time 151, transID=101, k",
        " 1.0.0.0:0 [150] READ OPERATION KEY: abc VALUE: v",
        "\ud800\udfff",
        "Node",
        "[",
    ],
)
def test_everything_else_is_no_record(text: str) -> None:
    assert parse(text) is None


def test_what_is_not_understood_is_counted_and_shown() -> None:
    text = "131\n\n [0] APP\n" + "what\n" * 7 + " 2.0.0.0:0 [9] Trying to join...\nthe end"
    records = records_of(read_log(text))
    assert (records.lines, records.unknown) == (12, 8)
    assert [line.number for line in records.samples] == [4, 5, 6, 7, 8]
    assert records.magic
    assert records.last is not None
    assert (records.last.number, records.last_tick) == (12, 9)


def test_an_empty_log_has_nothing() -> None:
    records = records_of([])
    assert (records.lines, records.last, records.last_tick, records.magic) == (0, None, 0, False)
    assert list(records) == []


@pytest.mark.parametrize("name", COURSE)
def test_every_record_of_our_own_runs_is_understood(name: str, perfect: dict[str, Lines]) -> None:
    records = records_of(read_log("\n".join(perfect[name])))
    assert records.unknown == 0
    assert records.magic
    assert len(list(records)) == len(perfect[name]) - 2  # without the magic line and an empty one
    numbers = [record.line.number for record in records]
    assert numbers == sorted(numbers)


KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="\x7f"))
KEYS = KEYS.filter(lambda key: bool(key) and ", value" not in key.lower())


@given(
    peer=st.integers(1, 2**31),
    tick=st.integers(0, 999_999_999),
    transaction=st.integers(-(2**63), 2**63),
    kind=st.sampled_from(["create", "read", "update", "delete"]),
    role=st.sampled_from(["server", "coordinator"]),
    ok=st.booleans(),
    key=KEYS,
    value=KEYS,
)
def test_answers_come_back_as_they_were_printed(
    peer: int, tick: int, transaction: int, kind: str, role: str, ok: bool, key: str, value: str
) -> None:
    address = ".".join(str(peer >> shift & 255) for shift in (0, 8, 16, 24)) + ":0"
    said = f"{role}: {kind} {'success' if ok else 'fail'} at time {tick}, transID={transaction}"
    line = LogLine(7, tick, f" {address} [{tick}] {said}, key={key}, value={value}")
    expected = (Answer, tick, peer, role, kind, ok, transaction, key, value)
    assert told(record_of(line)) == expected


@given(st.text(max_size=200))
def test_no_line_is_fatal(text: str) -> None:
    records = Records()
    for line in read_log(text):
        records.add(line)
    assert records.lines == len(read_log(text))


@pytest.mark.parametrize(
    "start",
    [
        "", " ", " 1.0.0.0:0", "[", "server", "server:", " 1.0.0.0:0 [1] server: read success",
        " 1.0.0.0:0 [1] Node 1.0.0.0:0 joined", " 1.0.0.0:0 [1] Node 1.0.0.0:0 joined at time",
        " 1.0.0.0:0 [1] Trying to join", "READ OPERATION KEY:", "READ OPERATION KEY: a at time:",
        " 1.0.0.0:0 [1] APP", "@@time=", "Node failed at time=",
    ],
)  # fmt: skip
@pytest.mark.parametrize("filling", [" ", ".", ", value ", "1", " at time", "\x01"])
def test_long_lines_take_no_longer_than_their_length(start: str, filling: str) -> None:
    # Were anything quadratic in there, this would take minutes.
    line = LogLine(1, 0, start + filling * (300_000 // len(filling)) + "x")
    record = record_of(line)
    assert record is None or isinstance(record, Operation | GaveUp | Answer)


def test_addresses() -> None:
    addresses = ("1.0.0.0:0", "1.0.0.0", "1:0", "-1.0.0.0:0", "0.1.0.0:0", None)
    assert [peer_of(address) for address in addresses] == [1, 1, 1, 255, 256, UNNAMED]


def printed(record: Record) -> str:
    """The line of a record in the framework's own spelling."""
    tick = record.tick
    head = f" {address(record.peer)} [{tick}]"
    match record:
        case Created(line=LogLine(number=3)):
            return f" [{tick}] APP"  # the very first record has no address
        case Created(store=store):
            return f"{head} APP{' MP2' if store else ''}"
        case Started(starts_group=starts_group):
            return f"{head} {'Starting up group...' if starts_group else 'Trying to join...'}"
        case Joined(member=member):
            return f"{head} Node {address(member)} joined at time {tick}"
        case Removed(member=member):
            return f"{head} Node {address(member)} removed at time {tick}"
        case Failed(group=group):
            return f"{head} Node failed at time{' = ' if group else '='}{tick}"
        case Told(time=time):
            return f"{head} @@time={time}"
        case Operation(kind=kind, key=key, value=value):
            shown = "" if value is None else f" VALUE: {value}"
            return f"{head} {kind.upper()} OPERATION KEY: {key}{shown} at time: {tick}"
        case Answer(role=role, kind=kind, ok=ok, transaction=transaction, key=key, value=value):
            shown = "" if value is None else f", value={value}"
            verdict = "success" if ok else "fail"
            said = f"{role}: {kind} {verdict} at time {tick}, transID={transaction}"
            return f"{head} {said}, key={key}{shown}"
    raise AssertionError(record)


@pytest.mark.parametrize("name", COURSE)
def test_our_own_records_can_be_printed_again(name: str, perfect: dict[str, Lines]) -> None:
    records = records_of(read_log("\n".join(perfect[name])))
    assert [printed(record) for record in records] == perfect[name][2:]
