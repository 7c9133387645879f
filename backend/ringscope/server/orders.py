"""What a server says to the process that computes a run, and what that answers.

Everything travels as MessagePack.  Each order is answered once, in turn, but `Act`, which is not.
"""

from collections.abc import Sequence

import msgspec

from ringscope.server.recipe import WrittenRecipe
from ringscope.server.wire import RunState


class Begin(msgspec.Struct, frozen=True, tag=True):
    """The first order: be the engine of this run."""

    recipe: WrittenRecipe
    run: str
    remember: bool


class Advance(msgspec.Struct, frozen=True, tag=True):
    """Compute so many ticks."""

    ticks: int


class Act(msgspec.Struct, frozen=True, tag=True):
    """Do what this timeline line says in the next tick."""

    line: str


class Draw(msgspec.Struct, frozen=True, tag=True):
    """Answer with what changed and, if wanted, with the whole picture."""

    state: RunState
    whole: bool


class Still(msgspec.Struct, frozen=True, tag=True):
    """Answer with the picture of this tick."""

    state: RunState


class Look(msgspec.Struct, frozen=True, tag=True):
    """Answer with the snapshot of this tick."""


class Recall(msgspec.Struct, frozen=True, tag=True):
    """Answer with the history so far."""


class Judge(msgspec.Struct, frozen=True, tag=True):
    """Answer with the grade after so many ticks."""

    tick: int


Order = Begin | Advance | Act | Draw | Still | Look | Recall | Judge


class Answer(msgspec.Struct, frozen=True):
    """``values``: what was asked for, as JSON; ``tick``: ticks computed by now; ``seconds``: of
    work that it took; ``error``: why the last tick could not be computed."""

    tick: int
    seconds: float
    values: Sequence[bytes | None] = ()
    error: str | None = None


encode = msgspec.msgpack.Encoder().encode
read_order = msgspec.msgpack.Decoder(Order).decode
read_answer = msgspec.msgpack.Decoder(Answer).decode
