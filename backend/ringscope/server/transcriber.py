"""The process that writes a log of a large run: ``python -m ringscope.server.transcriber``.

It gets one `Request` over the socket that is its standard input and answers with messages: pieces
of the text (`PIECE`), and at the end `END`, or what is wrong with the request (`PROBLEM`).
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

import msgspec

from ringscope.server import logs
from ringscope.server.children import orders_of_parent
from ringscope.server.limits import Limits
from ringscope.server.pacing import Turn
from ringscope.server.problems import RefusedError
from ringscope.server.recipe import Recipe, WrittenRecipe

Kind = Literal["debug_log", "recording", "events"]

PIECE, END, PROBLEM = b"+", b".", b"!"
#: Bytes in a piece.
_SIZE = 1 << 18


class Request(msgspec.Struct, frozen=True):
    """What is wanted of the ticks before ``until``; from ``first`` on, if events are."""

    recipe: WrittenRecipe
    kind: Kind
    until: int
    first: int
    trace: bool
    events: int
    facts: int


def main() -> None:
    """Answer the request, unless the server hangs up before."""
    channel = orders_of_parent()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        request = msgspec.msgpack.decode(channel.receive(), type=Request)
        try:
            for text in _texts(request):
                for first in range(0, len(text), _SIZE):
                    channel.send(PIECE + text[first : first + _SIZE])
            channel.send(END)
        except RefusedError as refusal:
            channel.send(PROBLEM + msgspec.json.encode(refusal.problem))


def _texts(request: Request) -> Iterator[bytes]:
    recipe = Recipe.read(request.recipe)
    turn = Turn(time.monotonic, lambda _: None)
    if request.kind == "debug_log":
        yield from logs.debug_log(recipe, request.until, turn)
    elif request.kind == "recording":
        yield from logs.recording(recipe, request.until, turn)
    else:
        limits = Limits(events=request.events, facts=request.facts)
        page = logs.events_page(recipe, request.first, request.until, request.trace, limits, turn)
        yield msgspec.json.encode(page, enc_hook=logs.plain)


if __name__ == "__main__":
    main()
