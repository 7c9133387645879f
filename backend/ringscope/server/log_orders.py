"""What a server says to the process that grades uploaded logs, and what that answers.

Everything travels as MessagePack: one `Order`, then a `KeptLog` for each log, and at the end
`Graded`, or `Refused` if nothing of the upload can be used.
"""

from collections.abc import Sequence

import msgspec

from ringscope.grading.log_grade import Rubric
from ringscope.replay.story import Story
from ringscope.server.wire import Problem, RunGrade


class Part(msgspec.Struct, frozen=True):
    """An uploaded file: what it is called, and where it lies now."""

    name: str
    path: str


class Order(msgspec.Struct, frozen=True):
    """Grade ``parts``.

    ``conf``: name and text of the scenario of logs that do not say it.  ``seconds``: how long all
    may take, and ``patience`` one set.  The other limits are those of `limits.Limits`.
    """

    id: str
    created: str
    parts: Sequence[Part]
    conf: tuple[str, str] | None
    rubric: Rubric
    seconds: float
    patience: float
    sets: int
    unpacked: int
    lines_of: int
    kept: int


class Shown(msgspec.Struct, frozen=True):
    """What a replay shows, beside the lines of its log."""

    created: str
    grading: str
    story: Story
    grade: RunGrade


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """So many ``lines`` of a log from number ``first`` on; ``data``: their bytes, compressed."""

    first: int
    lines: int
    data: bytes


class KeptLog(msgspec.Struct, frozen=True, tag=True):
    """A log to be kept.  ``shown``: a `Shown`, compressed."""

    id: str
    shown: bytes
    pieces: Sequence[Piece]


class Graded(msgspec.Struct, frozen=True, tag=True):
    """The end.  ``grading``: a `LogGrading` as JSON, packed by gzip."""

    grading: bytes


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Nothing can be graded, and why."""

    problem: Problem


encode = msgspec.msgpack.Encoder().encode
read_order = msgspec.msgpack.Decoder(Order).decode
read_answer = msgspec.msgpack.Decoder(KeptLog | Graded | Refused).decode
read_shown = msgspec.msgpack.Decoder(Shown).decode
