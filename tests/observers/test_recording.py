"""events.jsonl holds every event of a run and can be read back."""

import io
from pathlib import Path

import numpy as np
import pytest

from ringscope.events import AnyEvent, CopyStored, MembersJoined, OperationStarted, RunStarted
from ringscope.observers.recording import Recording, RecordingError, read_recording

START = RunStarted(0, "my", "MAX_NNB: 3\n", 1, 3, 700, "1")
EVENTS: list[AnyEvent] = [
    START,
    MembersJoined(3, [1, 2], [2, 1]),
    OperationStarted(100, 1, "create", 'é"\n', "value", 2, [1, 2, 3], 2),
    CopyStored(101, 1, "key", None, (100, 2, 1), "write"),
]


def record(events: list[AnyEvent]) -> bytes:
    file = io.BytesIO()
    recording = Recording(file)
    for event in events:
        recording.see(event)
    return file.getvalue()


def read(path: Path, content: bytes) -> list[AnyEvent]:
    path.write_bytes(content)
    return list(read_recording(path))


def test_a_recording_is_one_json_object_per_line() -> None:
    lines = record(EVENTS).splitlines()
    assert len(lines) == len(EVENTS)
    assert lines[0].startswith(b'{"event":"RunStarted","tick":0,"name":"my"')


def test_a_recording_reads_back_as_it_was(tmp_path: Path) -> None:
    assert read(tmp_path / "events.jsonl", record(EVENTS)) == EVENTS


def test_arrays_are_recorded_as_lists() -> None:
    column = np.array([1, 2], dtype=np.int32)
    assert record([MembersJoined(3, column, column)]) == record([MembersJoined(3, [1, 2], [1, 2])])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (record(EVENTS)[:-1], "line 4: the recording is cut off here"),
        (record([START]) + b"nonsense\n", "line 2: not an event"),
        (record([START]) + b'{"event":"Unknown","tick":1}\n', "line 2: not an event"),
        (record([START]) + b'{"event":"TickEnded","tick":"x"}\n', "line 2: not an event"),
        (record([START]) + b"\xff\n", "line 2: not an event"),
        (record(EVENTS[1:]), "line 1: a recording has RunStarted as its first event"),
        (record([START, START]), "line 2: a recording has RunStarted as its first event"),
    ],
)
def test_broken_recordings_name_file_and_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read(tmp_path / "events.jsonl", content)
    assert str(caught.value).startswith(str(tmp_path / "events.jsonl"))
    assert words in str(caught.value)
