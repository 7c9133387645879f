"""Reading a log of any size and any bytes gives the grade of the whole text."""

import random
from io import BytesIO
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringscope.events import OperationKind
from ringscope.grading import log_file
from ringscope.grading.explain import explained
from ringscope.grading.log_file import LogText, LogTooLargeError, read_log_file
from ringscope.grading.log_set import KIND_OF, TESTS
from ringscope.grading.membership import MembershipTest, grade_membership
from ringscope.grading.read_log import read_log
from ringscope.grading.records import records_of
from ringscope.grading.report import Section
from ringscope.grading.shell import before_binary_data
from ringscope.grading.store import grade_store
from ringscope.grading.strict import grade_strict
from ringscope.observers.debug_log import LogLine
from ringscope.simulation.scenario import COURSE

from .conftest import Lines


def read(data: bytes) -> LogText:
    return read_log_file(BytesIO(data))


def official(name: str, lines: list[LogLine]) -> Section:
    test = TESTS[KIND_OF[name]][name]
    if KIND_OF[name] == "mp1":
        rulings = grade_membership(cast(MembershipTest, test), lines)
    else:
        rulings = grade_store(cast(OperationKind, test), lines)
    return Section.of([ruling.check for ruling in rulings])


#: Pieces of which logs are made odd: what rules look for, and bytes that no text has.
ODD_LINES = [
    b"", b"\r", b"\0", b" 1.0.0.0:0 [7] debug", b" 3.0.0.0:0 [300] stale entry removed",
    b" 3.0.0.0:0 [50] Node 0.0.0.0:0 joined at time 50", b" 9.0.0.0:0 [1] Create Success rate",
    " 9.0.0.0:0 [1] create \u017fuccess".encode(), " 9.0.0.0:0 [1] update fa\u0131l".encode(),
    b" 2.0.0.0:0 [160] server: read success at time 160, transID=1, key=\x9d\xff, value=\x80",
    b" 5.0.0.0:0 [9] Node failed at time=9", b"joined", b"REMOVED", b"@@time=500", b"131",
    b" 4.0.0.0:0 [226] server: read fail at time 226, transID=1, key=k", b"\xff\xfe1\0",
    b" 4.0.0.0:0 [5] DELETE OPERATION KEY: invalidKey at time: 5",
    b" 1.0.0.0:0 [3] Received gossip " + b"x" * 500,
]  # fmt: skip


def odd(lines: Lines, chance: random.Random, changes: int) -> bytes:
    """A log with some lines left out, repeated, cut, joined or replaced by odd ones."""
    log = [line.encode() for line in lines]
    for _ in range(changes):
        place = chance.randrange(len(log))
        match chance.randrange(5):
            case 0:
                del log[place : place + chance.randrange(1, 4)]
                log = log or [b""]
            case 1:
                log.insert(place, chance.choice(log))
            case 2:
                log[place] = log[place][: chance.randrange(60)]
            case 3:
                log[place] += chance.choice([b"\r", b"\0", b"\x85", b"\xe2\x80\xa8", b"\x9d"])
            case _:
                log.insert(place, chance.choice(ODD_LINES))
    return b"\n".join(log) + chance.choice([b"", b"\n"])


@pytest.mark.parametrize("name", COURSE)
@given(seed=st.integers(0, 2**32), changes=st.integers(0, 30), block=st.sampled_from([37, 4096]))
@settings(max_examples=25)
def test_any_log_gets_the_grade_of_its_whole_text(
    name: str, seed: int, changes: int, block: int, perfect: dict[str, Lines]
) -> None:
    data = odd(perfect[name], random.Random(seed), changes)
    whole = read_log(data.decode(errors="surrogateescape"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_file, "BLOCK", block)
        text = read(data)
    assert text.total == len(whole)
    assert set(text.lines) <= set(whole)
    printed = text.lines[: text.printed]
    records, all_records = records_of(text.lines), records_of(whole)
    section = official(name, whole)
    assert official(name, printed) == section
    assert grade_strict(name, records) == grade_strict(name, all_records)
    if len(printed) == len(text.lines):
        told = explained(section, name, printed, records)
        assert told == explained(section, name, whole, all_records)


@pytest.mark.parametrize("before", [0, 500, 1800, 4000])
def test_nothing_is_printed_from_the_block_with_a_nul_in_it_on(
    before: int, perfect: dict[str, Lines]
) -> None:
    debug = [" 1.0.0.0:0 [7] " + "x" * 85] * before
    lines = [*perfect["create"][:20], *debug, *perfect["create"][20:], "a\0b"]
    whole = read_log("\n".join(lines))
    text = read("\n".join(lines).encode())
    printed = text.lines[: text.printed]
    assert official("create", printed) == official("create", whole)
    assert printed == [line for line in before_binary_data(whole) if line in set(text.lines)]
    assert any("NUL" in note for note in text.notes)
    assert len(text.lines) > 400


def test_a_line_without_a_tick_has_that_of_the_line_before_though_it_was_not_kept() -> None:
    log = b" 1.0.0.0:0 [5] joined\n 1.0.0.0:0 [7] debug\njoined\nremoved\n 1.0.0.0:0 [9] x\nend"
    assert [(line.number, line.tick, line.text) for line in read(log).lines] == [
        (1, 5, " 1.0.0.0:0 [5] joined"), (3, 7, "joined"), (4, 7, "removed"), (6, 9, "end"),
    ]  # fmt: skip


def test_what_no_rule_looks_at_is_counted_and_shown() -> None:
    debug = b"".join(b" 1.0.0.0:0 [%d] gossip %d\n" % (n, n) for n in range(1200))
    text = read(b"131\n\n [0] APP\n" + debug + b" 1.0.0.0:0 [9] Node 2.0.0.0:0 joined at time 9")
    assert len(text.lines) == 3
    assert text.total == 1204
    assert text.notes == (
        "has 1200 lines that no rule looks at, such as 1.0.0.0:0 [0] gossip 0; "
        "1.0.0.0:0 [1] gossip 1; 1.0.0.0:0 [2] gossip 2",
    )


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"", "is empty"),
        (b"131\r\n\r\n joined\r\n", "has a carriage return at the end of 3 lines"),
        (b"131\n\n key=\x9d success", "is not UTF-8 in line 3; grep does not print such lines"),
        ("131\n joined".encode("utf-16"), "is UTF-16, in which the course's graders find nothing"),
        (b"joined\0", "the official rules see 0 of the 1 lines that count"),
    ],
)
def test_oddities_are_told(data: bytes, note: str) -> None:
    assert any(note in one for one in read(data).notes)


def test_an_ordinary_log_has_nothing_odd(perfect: dict[str, Lines]) -> None:
    for lines in perfect.values():
        assert read("\n".join(lines).encode()).notes == ()


def test_a_gigantic_line_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "BLOCK", 10)
    monkeypatch.setattr(log_file, "MAX_LINE", 32)
    text = read(b"joined " + b"x" * 1000 + b"\n 1.0.0.0:0 [4] removed\n" + b"y" * 50 + b" joined")
    assert [(line.number, line.tick, len(line.text)) for line in text.lines] == [
        (1, 0, 32), (2, 4, 22), (3, 4, 32),
    ]  # fmt: skip
    assert "has 2 lines of more than 32 bytes, cut off there" in text.notes


def test_a_nul_behind_a_gigantic_line_is_found_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MAX_LINE", 64)
    text = read(b"joined\n" + b"x" * 200_000 + b"\nremoved\n\0\n")
    assert [line.text for line in text.lines[: text.printed]] == ["joined"]


class Repeated:
    """A file that is one piece over and over and was never whole in memory."""

    def __init__(self, piece: bytes, times: int) -> None:
        self.piece, self.times = piece, times

    def read(self, size: int = -1) -> bytes:
        self.times -= 1
        return self.piece if self.times >= 0 else b""


def flooded(piece: bytes, times: int) -> LogText:
    return read_log_file(cast(BinaryIO, Repeated(piece, times)))


def test_a_flood_of_repeated_joins_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "FLOOD", 100)
    joins = b"".join(
        b" %d.0.0.0:0 [3] Node %d.0.0.0:0 joined at time 3\n" % (one, other)
        for one in range(1, 11)
        for other in range(1, 11)
    )
    text = flooded(joins, 300)
    assert text.total == 30_000
    assert len(text.lines) == 201  # the last line of the file is kept, whatever it is
    assert official("singlefailure", text.lines).checks[0].passed


def test_a_flood_of_different_operations_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MAX_LINES", 1000)
    with pytest.raises(LogTooLargeError, match="where a run of the course has about 1,000"):
        flooded(b" 1.0.0.0:0 [3] server: create success at time 3, transID=1, key=k\n" * 10, 200)
