"""dbg.log is what the course's program would have written, byte by byte."""

import io
from collections.abc import Iterable

import numpy as np
import pytest

from ringscope.events import (
    AnyEvent,
    MembersJoined,
    MembersRemoved,
    OperationEnded,
    OperationStarted,
    Outcome,
    PeerFailed,
    PeerLeaving,
    PeerLeft,
    PeerStarted,
    ReplicaAnswered,
    RunStarted,
    TickEnded,
)
from ringscope.observers.debug_log import DebugLog, DebugLogFile, LogLine, address

START = RunStarted(0, "my", "MAX_NNB: 3", 1, 3, 700, "1")


def log_of(*events: AnyEvent, store: bool = False) -> DebugLog:
    log = DebugLog(store)
    show(log, events)
    return log


def show(log: DebugLog | DebugLogFile, events: Iterable[AnyEvent]) -> None:
    for event in events:
        log.see(event)


def records(*events: AnyEvent) -> list[str]:
    return [line.text for line in log_of(*events).lines]


def test_the_file_opens_as_in_the_course() -> None:
    """A magic line, an empty line, and a first record without an address."""
    assert log_of(START).text() == ("131\n\n [0] APP\n 2.0.0.0:0 [0] APP\n 3.0.0.0:0 [0] APP")
    assert (
        log_of(START, store=True)
        .text()
        .startswith(
            "131\n\n [0] APP\n 1.0.0.0:0 [0] APP MP2\n 2.0.0.0:0 [0] APP\n 2.0.0.0:0 [0] APP MP2\n"
        )
    )


def test_nothing_is_written_before_the_run_starts() -> None:
    assert log_of().text() == ""


def test_lines_are_numbered_as_in_the_file() -> None:
    log = log_of(START, PeerFailed(100, 2, False))
    assert log.lines[0] == LogLine(3, 0, " [0] APP")
    assert log.lines[-1] == LogLine(6, 100, " 2.0.0.0:0 [100] Node failed at time=100")
    in_file = log.text().split("\n")
    assert all(in_file[line.number - 1] == line.text for line in log.lines)


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        (1, "1.0.0.0:0"),
        (127, "127.0.0.0:0"),
        (128, "128.0.0.0:0"),  # a signed character on most machines would give -128
        (255, "255.0.0.0:0"),
        (256, "0.1.0.0:0"),
        (300, "44.1.0.0:0"),
        (1000, "232.3.0.0:0"),
        (70_000, "112.17.1.0:0"),
    ],
)
def test_addresses_are_the_bytes_of_the_number_lowest_first(peer: int, text: str) -> None:
    assert address(peer) == text


def test_a_peer_that_starts_logs_itself_first() -> None:
    assert records(
        MembersJoined(0, [1], [1]), PeerStarted(0, 1, True), PeerStarted(2, 3, False)
    ) == [
        " 1.0.0.0:0 [0] Node 1.0.0.0:0 joined at time 0",
        " 1.0.0.0:0 [0] Starting up group...",
        " 3.0.0.0:0 [2] Node 3.0.0.0:0 joined at time 2",
        " 3.0.0.0:0 [2] Trying to join...",
    ]


@pytest.mark.parametrize("column", [list, tuple, np.array])
def test_membership_changes_are_one_line_each(column: type) -> None:
    assert records(
        MembersJoined(4, column([1, 2]), column([2, 1])),
        MembersRemoved(122, column([1]), column([3])),
    ) == [
        " 1.0.0.0:0 [4] Node 2.0.0.0:0 joined at time 4",
        " 2.0.0.0:0 [4] Node 1.0.0.0:0 joined at time 4",
        " 1.0.0.0:0 [122] Node 3.0.0.0:0 removed at time 122",
    ]


def test_failures_of_half_a_group_are_spelt_with_blanks() -> None:
    assert records(PeerFailed(100, 9, False), PeerFailed(100, 5, True)) == [
        " 9.0.0.0:0 [100] Node failed at time=100",
        " 5.0.0.0:0 [100] Node failed at time = 100",
    ]


def test_a_leaving_peer_says_so() -> None:
    assert records(PeerLeaving(200, 4), PeerLeft(210, 4)) == [
        " 4.0.0.0:0 [200] Leaving the group..."
    ]


def test_operations_show_the_key_and_what_is_known_of_the_value() -> None:
    assert records(
        OperationStarted(100, 1, "create", "0DRJK", "value19", 1, (1, 2, 3), 2),
        OperationStarted(150, 2, "read", "0DRJK", "value19", 7, (1, 2, 3), 2),
        OperationStarted(285, 3, "read", "invalidKey", None, 8, (1, 2, 3), 2),
        OperationStarted(285, 4, "update", "invalidKey", "invalidValue", 2, (1, 2, 3), 2),
        OperationStarted(150, 5, "delete", "0LK0e", "value81", 7, (1, 2, 3), 2),
    ) == [
        " 1.0.0.0:0 [100] CREATE OPERATION KEY: 0DRJK VALUE: value19 at time: 100",
        " 7.0.0.0:0 [150] READ OPERATION KEY: 0DRJK VALUE: value19 at time: 150",
        " 8.0.0.0:0 [285] READ OPERATION KEY: invalidKey at time: 285",
        " 2.0.0.0:0 [285] UPDATE OPERATION KEY: invalidKey VALUE: invalidValue at time: 285",
        " 7.0.0.0:0 [150] DELETE OPERATION KEY: 0LK0e VALUE: value81 at time: 150",
    ]


@pytest.mark.parametrize(
    ("kind", "ok", "line"),
    [
        ("create", True, "create success at time 151, transID=101, key=0DRJK, value=value19"),
        ("read", True, "read success at time 151, transID=101, key=0DRJK, value=value19"),
        ("update", True, "update success at time 151, transID=101, key=0DRJK, value=value19"),
        ("delete", True, "delete success at time 151, transID=101, key=0DRJK"),
        ("create", False, "create fail at time 151, transID=101, key=0DRJK, value=value19"),
        ("read", False, "read fail at time 151, transID=101, key=0DRJK"),
        ("update", False, "update fail at time 151, transID=101, key=0DRJK, value=value19"),
        ("delete", False, "delete fail at time 151, transID=101, key=0DRJK"),
    ],
)
def test_results_of_replicas_and_coordinators(kind: str, ok: bool, line: str) -> None:
    outcome: Outcome = "success" if ok else "failure"
    assert records(
        ReplicaAnswered(151, 101, kind, "0DRJK", "value19", 6, ok),
        OperationEnded(151, 101, kind, "0DRJK", "value19", 7, outcome, 2, 2),
    ) == [f" 6.0.0.0:0 [151] server: {line}", f" 7.0.0.0:0 [151] coordinator: {line}"]


def test_a_timeout_is_a_fail_and_a_lost_operation_is_silent() -> None:
    assert records(
        OperationEnded(235, 139, "read", "0DRJK", None, 10, "timeout", 1, 1),
        OperationEnded(235, 140, "read", "0DRJK", None, 10, "lost", 1, 1),
    ) == [" 10.0.0.0:0 [235] coordinator: read fail at time 235, transID=139, key=0DRJK"]


def test_percent_signs_are_only_characters() -> None:
    [line] = records(OperationStarted(100, 1, "create", "%d", "100%s%n", 1, (1,), 1))
    assert line.endswith("CREATE OPERATION KEY: %d VALUE: 100%s%n at time: 100")


def test_peer_1_tells_the_time_every_500_ticks_before_the_stores_turn() -> None:
    operation = OperationStarted(500, 9, "read", "key", None, 2, (1, 2, 3), 2)
    lines = records(
        PeerStarted(0, 1, True),
        TickEnded(0, 0, 0, 0),
        TickEnded(499, 0, 0, 0),
        MembersRemoved(500, [2], [3]),
        operation,
        TickEnded(500, 0, 0, 0),
        TickEnded(1000, 0, 0, 0),
    )
    assert lines[2:] == [
        " 2.0.0.0:0 [500] Node 3.0.0.0:0 removed at time 500",
        " 1.0.0.0:0 [500] @@time=500",
        " 2.0.0.0:0 [500] READ OPERATION KEY: key at time: 500",
        " 1.0.0.0:0 [1000] @@time=1000",
    ]


@pytest.mark.parametrize("end", [PeerFailed(100, 1, False), PeerLeft(100, 1)])
def test_a_peer_1_that_is_gone_tells_no_time(end: AnyEvent) -> None:
    gone = (PeerStarted(0, 1, True), end, TickEnded(500, 0, 0, 0))
    assert not any("@@time" in line for line in records(*gone))
    back = (*gone, PeerStarted(600, 1, False), TickEnded(1000, 0, 0, 0))
    assert records(*back)[-1] == " 1.0.0.0:0 [1000] @@time=1000"


def test_a_log_written_to_a_file_is_the_same() -> None:
    events = [START, PeerStarted(0, 1, True), MembersJoined(3, [1], [2]), TickEnded(500, 0, 0, 0)]
    file = io.StringIO()
    show(DebugLogFile(True, file), events)
    assert file.getvalue() == log_of(*events, store=True).text()
