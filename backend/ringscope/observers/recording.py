"""events.jsonl: the complete recording of a run, one event per line, `RunStarted` first."""

from collections.abc import Iterator
from os import PathLike
from typing import BinaryIO

import msgspec

from ringscope.events import AnyEvent, RunStarted


class RecordingError(ValueError):
    """A recording that cannot be read, in one sentence with file and line."""


class Recording:
    """Writes every event it sees to ``file`` as one line of JSON."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._encoder = msgspec.json.Encoder(enc_hook=_plain)

    def see(self, event: AnyEvent) -> None:
        """Append ``event``."""
        self._file.write(self._encoder.encode(event) + b"\n")


def read_recording(path: str | PathLike[str]) -> Iterator[AnyEvent]:
    """Yield the events of a recording in order.

    Raises `RecordingError` naming file and line for a broken line, for a recording that does not
    begin with `RunStarted`, and for one cut off in the middle of a line.
    """
    decoder = msgspec.json.Decoder(AnyEvent)
    number = 0
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            place = f"{path}, line {number}"
            if not line.endswith(b"\n"):
                raise RecordingError(f"{place}: the recording is cut off here; record it again")
            try:
                event: AnyEvent = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise RecordingError(f"{place}: not an event ({error})") from None
            if (number == 1) is not isinstance(event, RunStarted):
                raise RecordingError(
                    f"{place}: a recording has RunStarted as its first event and only there, "
                    f"found {type(event).__name__}"
                )
            yield event
    if number == 0:
        raise RecordingError(f"{path}: is empty; a recording begins with RunStarted")


def _plain(value: object) -> object:
    """Columns may be arrays and counts array elements; both know how to become plain."""
    tolist = getattr(value, "tolist", None)
    if tolist is None:
        raise NotImplementedError(f"cannot record {value!r}")
    return tolist()
