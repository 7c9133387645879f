"""Logs and recordings of large runs, written by processes of their own."""

from collections.abc import Iterator

import msgspec
import pytest
from tests.server.conftest import Ear, VirtualTime, session_of, stored

from ringscope.server.limits import Limits
from ringscope.server.problems import RefusedError
from ringscope.server.session import Session
from ringscope.server.transcripts import Transcripts

TEXT = "MAX_NNB: 8\nTICKS: 60\nCRUD_TEST: CREATE\nSTARTS_PER_TICK: 8\nAT 20 CREATE k v\n"


def run_of(time: VirtualTime) -> Session:
    session = session_of(stored(TEXT), time.runtime, Ear())
    session.step(40)
    session.act("FAIL 3", Limits())
    session.step(10)
    return session


@pytest.fixture
def near(time: VirtualTime) -> Session:
    return run_of(time)


@pytest.fixture
def far(time: VirtualTime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr("ringscope.server.remote.LOCAL_PEERS", 5)
    session = run_of(time)
    assert session.large
    yield session
    session.close()


def test_they_say_what_those_of_small_runs_say(
    near: Session, far: Session, time: VirtualTime
) -> None:
    transcripts = Transcripts(Limits(), time.runtime)
    for write in (transcripts.debug_log, transcripts.recording):
        assert b"".join(write(far)) == b"".join(write(near)) != b""
    for first, until, trace in ((0, 50, True), (30, 45, False), (50, 50, True)):
        page = transcripts.events(far, first, until, trace)
        assert page == transcripts.events(near, first, until, trace)


def test_events_come_in_pages_of_whole_ticks(near: Session, time: VirtualTime) -> None:
    transcripts = Transcripts(Limits(events=20, facts=60), time.runtime)
    first: int | None = 0
    ticks: list[int] = []
    while first is not None:
        page = msgspec.json.decode(transcripts.events(near, first, 50, False))
        assert page["from"] == first
        ticks += [event["tick"] for event in page["events"]]
        first = page["next"]
    assert sorted(set(ticks)) == list(range(50))
    assert ticks.count(0) == ticks.index(1), "no tick came twice"


def test_a_tick_with_too_many_facts_is_refused(
    near: Session, far: Session, time: VirtualTime
) -> None:
    transcripts = Transcripts(Limits(facts=3), time.runtime)
    for session in (near, far):
        with pytest.raises(RefusedError, match=r"In tick \d+ alone .* at most 3; events.jsonl"):
            transcripts.events(session, 0, 50, True)


def test_so_many_at_once_and_no_more(far: Session, time: VirtualTime) -> None:
    transcripts = Transcripts(Limits(transcripts=1), time.runtime)
    reading = transcripts.debug_log(far)
    with pytest.raises(RefusedError, match="1 logs of large runs are being written already"):
        transcripts.recording(far)
    assert b"".join(reading)
    transcripts.recording(far)
    transcripts.close()
    assert b"".join(transcripts.debug_log(far)), "there is room again"


def test_who_stops_reading_ends_the_writing(far: Session, time: VirtualTime) -> None:
    transcripts = Transcripts(Limits(transcripts=1), time.runtime)
    for _ in range(3):
        reading = transcripts.debug_log(far)
        next(iter(reading))
        reading.close()  # type: ignore[attr-defined]
