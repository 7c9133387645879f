"""Reads the text of any dbg.log into the lines that rubrics are fed with."""

import re

from ringscope.observers.debug_log import LogLine

_TICK = re.compile(r"\[(\d{1,9})\]")


def read_log(text: str) -> list[LogLine]:
    """Return every line of a log, whoever wrote it, with its number and its bracketed tick.

    A line without one has the tick of the line before, as output without a record's head belongs
    to the record it follows.

    Decode a file with ``data.decode(errors="surrogateescape")``, so that bytes that are no UTF-8
    stay visible; only a newline ends a line, as for grep.
    """
    lines: list[LogLine] = []
    tick = 0
    for number, line in enumerate(text.split("\n"), start=1):
        own = tick_in(line)
        tick = tick if own is None else own
        lines.append(LogLine(number, tick, line))
    return lines[:-1] if lines and not lines[-1].text else lines


def tick_in(line: str) -> int | None:
    """Return the bracketed tick at the beginning of a line, if it has one."""
    found = _TICK.search(line[:200])
    return int(found[1]) if found else None
