"""What a replay makes of logs that are incomplete, mixed up or hostile."""

import pytest

from ringscope.events import AnyEvent, MembersJoined, PeerStarted, TickEnded
from ringscope.grading.read_log import read_log
from ringscope.grading.records import records_of
from ringscope.observers.history import OperationView
from ringscope.replay.replay import Replay
from ringscope.replay.story import LIMITS, Story, TooLargeError, tell
from ringscope.simulation.snapshot import NOT_LISTED

ASK = " 2.0.0.0:0 [5] CREATE OPERATION KEY: k VALUE: v at time: 5"


def story(*lines: str) -> Story:
    return tell("x", records_of(read_log("\n".join(lines))))


def started(told: Story) -> dict[int, int]:
    """When each peer started."""
    return {event.peer: event.tick for event in told.events if isinstance(event, PeerStarted)}


def operations(*lines: str) -> list[OperationView]:
    return list(Replay(story(*lines)).history.operations)


def answer(role: str, peer: int, tick: int, what: str = "create success", number: str = "7") -> str:
    transaction = f" transID={number}," if number else ""
    return f" {peer}.0.0.0:0 [{tick}] {role}: {what} at time {tick},{transaction} key=k, value=v"


# --- peers ----------------------------------------------------------------------------------------


def test_a_peer_is_there_from_the_first_line_that_is_its_own_or_names_it() -> None:
    told = story(
        " 1.0.0.0:0 [0] APP",
        " 2.0.0.0:0 [0] APP",
        " 1.0.0.0:0 [3] Starting up group...",
        " 1.0.0.0:0 [6] Node 2.0.0.0:0 joined at time 6",
        " 2.0.0.0:0 [9] Trying to join...",
    )
    assert started(told) == {1: 3, 2: 6}
    assert Replay(told).snapshot(1).peers[0].state == "waiting"


def test_who_removes_a_member_had_listed_it_from_the_beginning() -> None:
    told = story(
        " 1.0.0.0:0 [6] Node 2.0.0.0:0 joined at time 6",
        " 3.0.0.0:0 [7] Trying to join...",
        " 3.0.0.0:0 [90] Node 2.0.0.0:0 removed at time 90",
    )
    joined = [event for event in told.events if isinstance(event, MembersJoined)]
    assert [(e.tick, *e.observers, *e.members) for e in joined] == [(6, 1, 2), (7, 3, 2)]
    assert any("listed" in note or "lists them" in note for note in told.notes)
    ages = Replay(told).snapshot(90).ages
    assert ages
    assert [ages[2 * 3 + 1], ages[0 * 3 + 2]] == [0, NOT_LISTED]


def test_a_peer_that_failed_stays_down_until_it_starts_again() -> None:
    lines = [
        " 1.0.0.0:0 [1] Starting up group...",
        " 1.0.0.0:0 [5] Node failed at time=5",
        " 1.0.0.0:0 [6] Node 2.0.0.0:0 joined at time 6",
        " 2.0.0.0:0 [8] Node 1.0.0.0:0 joined at time 8",
    ]
    told = story(*lines)
    assert Replay(told).snapshot(told.ticks).peers[0].state == "failed"
    assert any("had failed" in note for note in told.notes)
    again = story(*lines, " 1.0.0.0:0 [9] Starting up group...")
    assert Replay(again).snapshot(again.ticks).peers[0].state == "member"


def test_ticks_that_go_back_are_put_in_order() -> None:
    told = story(
        " 1.0.0.0:0 [9] Node 2.0.0.0:0 joined at time 9",
        " 1.0.0.0:0 [4] Starting up group...",
    )
    assert started(told) == {1: 4, 2: 9}
    assert any("goes back in time 1 time;" in note for note in told.notes)
    ticks = [event.tick for event in told.events]
    assert ticks == sorted(ticks)
    assert sum(isinstance(event, TickEnded) for event in told.events) == told.ticks == 10


@pytest.mark.parametrize(
    "line",
    [
        " 255.255.255.255:0 [5] Trying to join...",
        " 1.0.0.0:0 [5] Node 0.0.0.0:0 joined at time 5",
        " 1.0.0.0:0 [999999999] Node failed at time=999999999",
        " [5] Node 2.0.0.0:0 removed at time 5",
    ],
)
def test_what_cannot_be_is_left_out_and_counted(line: str) -> None:
    told = story(" 1.0.0.0:0 [1] Starting up group...", line)
    assert (told.peers, told.ticks) == (1, 2)
    assert any("leaves them out" in note for note in told.notes)


def test_a_log_without_records_is_a_story_without_peers() -> None:
    told = story("hello", "")
    assert (told.peers, told.ticks) == (0, 0)
    assert Replay(told).snapshot(0).peers == []


# --- operations -----------------------------------------------------------------------------------


def test_an_operation_without_an_answer_stays_open() -> None:
    [asked] = operations(ASK, answer("server", 3, 6), " 1.0.0.0:0 [90] Trying to join...")
    assert (asked.ended, asked.outcome) == (None, None)
    assert [(a.peer, a.ok) for a in asked.answers] == [(3, True)]


def test_an_operation_whose_coordinator_fails_is_lost() -> None:
    [asked] = operations(ASK, " 2.0.0.0:0 [6] Node failed at time=6")
    assert (asked.ended, asked.outcome) == (6, "lost")


@pytest.mark.parametrize("number", ["", "-4", "0", "99999999999999999999"])
def test_odd_transactions_still_belong_to_their_operation(number: str) -> None:
    [asked] = operations(
        ASK,
        *(answer("server", peer, 6, number=number) for peer in (3, 4, 5)),
        answer("coordinator", 2, 7, number=number),
    )
    assert asked.transaction == 1
    assert [a.peer for a in asked.answers] == [3, 4, 5]
    assert (asked.ended, asked.outcome) == (7, "success")


def test_a_coordinator_that_mixes_up_transactions_answers_for_itself() -> None:
    [asked] = operations(ASK, answer("server", 3, 6), answer("coordinator", 2, 7, number="8"))
    assert asked.outcome == "success"


def test_a_second_attempt_is_an_operation_of_its_own() -> None:
    first, second = operations(
        ASK,
        answer("server", 3, 6, number="1"),
        ASK.replace("[5]", "[90]").replace("time: 5", "time: 90"),
        answer("server", 4, 91, number="2"),
        answer("coordinator", 2, 92, "create fail", number="2"),
    )
    assert (first.outcome, second.outcome) == (None, "failure")
    assert [a.peer for a in second.answers] == [4]


def test_what_nobody_asked_for_is_stabilisation() -> None:
    told = story(ASK, answer("server", 3, 6), answer("server", 4, 40, number="70"))
    [asked] = Replay(told).history.operations
    assert [a.peer for a in asked.answers] == [3]
    [key] = Replay(told).snapshot(told.ticks).keys or []
    assert list(key.holders) == [3, 4]


def test_a_replica_that_answers_an_old_value_is_stale() -> None:
    told = story(
        ASK,
        answer("server", 3, 6),
        " 2.0.0.0:0 [9] READ OPERATION KEY: k VALUE: v at time: 9",
        answer("server", 4, 10, "read success", "8").replace("value=v", "value=old"),
    )
    [key] = Replay(told).snapshot(told.ticks).keys or []
    assert (key.value, list(key.holders), list(key.stale)) == ("v", [3], [4])


def test_bytes_that_are_no_text_can_be_shown() -> None:
    told = story(ASK.replace("KEY: k", "KEY: \udc9d\udcff"))
    [asked] = Replay(told).history.operations
    assert asked.key == "\\x9d\\xff"


# --- size -----------------------------------------------------------------------------------------


def test_a_log_with_too_many_records_is_no_replay() -> None:
    with pytest.raises(TooLargeError, match="at most 3"):
        tell("x", records_of(read_log("\n".join([ASK] * 4))), limits=LIMITS._replace(records=3))


def test_a_log_that_would_take_for_ever_is_no_replay() -> None:
    lines = [f" 1.0.0.0:0 [{t}] Node {1 + t % 2}.3.0.0:0 joined at time {t}" for t in range(900)]
    with pytest.raises(TooLargeError, match="comings and goings"):
        tell("x", records_of(read_log("\n".join(lines))), limits=LIMITS._replace(work=100_000))


def test_looks_begin_where_the_world_was_kept() -> None:
    """In a log of many events, a late look folds the last of them only."""
    lines = [
        f" {1 + n % 9}.0.0.0:0 [{n // 20}] Node {1 + (n // 9) % 9}.0.0.0:0 "
        f"{('joined', 'removed')[n // 81 % 2]} at time {n // 20}"
        for n in range(9_000)
    ]
    told = story(*lines)
    replay = Replay(told)
    plain: list[AnyEvent] = [event for event in told.events if event.tick < 440]
    assert replay.snapshot(440) == Replay(_of(told, plain, 440)).snapshot(440)


def _of(told: Story, events: list[AnyEvent], ticks: int) -> Story:
    return Story("x", told.peers, ticks, 3, 2, 2, events, ())
