"""POSIX basic regular expressions, as GNU grep has them, in terms of Python's."""

import re
from collections.abc import Sequence
from functools import lru_cache

_GNU_ESCAPES = {"w": r"\w", "W": r"\W", "b": r"\b", "B": r"\B", "s": r"\s", "S": r"\S"}
_GNU_ESCAPES |= {"<": r"\b(?=\w)", ">": r"\b(?<=\w)"}
_REPEATS = ("*", "+", "?")
#: What means nothing in a set of characters to grep, but does, or will, to Python.
_SPECIAL_IN_SETS = re.compile(r"[\\\[&~|]|-(?=-)")


@lru_cache(maxsize=4096)
def basic_expression(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of grep; raises ``re.error`` where grep would complain."""
    out: list[str] = []
    position = 0
    while position < len(pattern):
        taken, piece = _piece(pattern, position, out)
        if piece not in _REPEATS or not out or out[-1] not in _REPEATS:
            out.append(piece)
        elif piece != out[-1]:
            out[-1] = "*"  # two repetitions of the same thing are one
        position += taken
    return re.compile("".join(out))


def _piece(pattern: str, position: int, before: Sequence[str]) -> tuple[int, str]:
    """Return how many characters the next element takes and what it means."""
    character, rest = pattern[position], pattern[position + 1 :]
    opening = not before or before[-1] in ("(", "|")
    repeatable = not opening and before[-1] != "^"
    if character == "\\":
        if not rest:
            raise re.error("trailing backslash")
        return _escaped(rest, repeatable)
    if character == "[":
        inside = re.match(r"\^?\]?(?:\[:\w+:\]|[^\]])*\]", rest)
        if inside is None:
            raise re.error("unmatched [")
        return 1 + inside.end(), "[" + _SPECIAL_IN_SETS.sub(r"\\\g<0>", inside[0])
    if character == "." or (character == "*" and repeatable):
        return 1, character
    if character == "^" and opening:
        return 1, character
    if character == "$" and (not rest or rest.startswith((r"\)", r"\|"))):
        return 1, r"\Z"
    return 1, re.escape(character)


def _escaped(rest: str, repeatable: bool) -> tuple[int, str]:
    """Return the meaning of a backslash and what follows it."""
    if rest[0] in "+?{" and not repeatable:
        return 2, re.escape(rest[0])
    if rest[0] in "+?":
        return 2, rest[0]
    if rest[0] == "{":
        interval = re.match(r"(\d*)(,?)(\d*)\\\}", rest[1:])
        if interval is None or not (interval[1] or interval[2]):
            raise re.error("invalid interval")
        low, comma, high = interval.groups()
        return 2 + interval.end(), "{" + (low or "0") + comma + high + "}"
    if rest[0] in "()|" or rest[0] in "123456789":
        return 2, rest[0] if rest[0] in "()|" else f"(?:\\{rest[0]})"
    return 2, _GNU_ESCAPES.get(rest[0], re.escape(rest[0]))
