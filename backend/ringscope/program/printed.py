"""What strangers' programs print and how they are called, made fit to be shown."""

from contextlib import suppress
from pathlib import Path

_LINES, _CHARACTERS, _TAIL = 15, 300, 1 << 16


def last_lines(printed: Path) -> tuple[str, ...]:
    """Return the last lines of a file, each cut to a length that can be read."""
    with suppress(OSError), open(printed, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        lines = file.read().decode(errors="replace").split("\n")
        return tuple(printable(line)[:_CHARACTERS] for line in lines if line.strip())[-_LINES:]
    return ()


def printable(text: str) -> str:
    """Replace what could do something to a terminal, and what is no character at all."""
    return "".join(one if one.isprintable() else " " for one in text).rstrip()
