"""The few Unix tools that the course's graders are made of, with the same answers on the same text.

The official rules are two shell scripts; where they are odd (an unquoted variable, a key taken for
a regular expression) they are odd in a way that decides points, so the official rubrics are
written with these tools and not with better ones.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

Matcher = Callable[[str], bool]

#: From so many comparisons of a word with a line on, counting words goes another way.
MANY_TESTS = 1_000_000

_PLAIN = re.compile(r"[\w:,=/ ]*")
_GNU_ESCAPES = {"w": r"\w", "W": r"\W", "b": r"\b", "B": r"\B", "s": r"\s", "S": r"\S"}
_GNU_ESCAPES |= {"<": r"\b(?=\w)", ">": r"\b(?<=\w)"}


def grep(pattern: str) -> Matcher:
    """Return the test that ``grep "pattern"`` puts each line to.

    Each line of ``pattern`` is an alternative.  An invalid one, or one that grep would take for an
    option, matches nothing.
    """
    if pattern.startswith("-"):
        return _nothing
    if "\n" not in pattern and _PLAIN.fullmatch(pattern):
        return lambda line: pattern in line
    try:
        return _any_of(tuple(_basic_expression(part) for part in pattern.split("\n")))
    except re.error:
        return _nothing


def count_matches(patterns: Iterable[str], lines: Sequence[str]) -> dict[str, int]:
    """Return how many lines ``grep`` finds for each pattern.

    Many plain words in many lines are found by looking up every piece of each line instead.
    """
    words = set(patterns)
    plain: set[str] = set()
    if len(words) * len(lines) > MANY_TESTS:
        plain = {word for word in words if word and word[0] != "-" and _PLAIN.fullmatch(word)}
    counts = {word: sum(map(grep(word), lines)) for word in words - plain}
    counts |= dict.fromkeys(plain, 0)
    for length in {len(word) for word in plain}:
        for line in lines:
            pieces = {line[start : start + length] for start in range(len(line) - length + 1)}
            for word in pieces & plain:
                counts[word] += 1
    return counts


def grep_unquoted(words: str) -> Matcher:
    """Return the test of ``grep $words`` in a pipe: words after the first are names of files.

    No such files exist, so only exactly one word finds anything.
    """
    split = words.split()
    return grep(split[0]) if len(split) == 1 else _nothing


def cut(line: str, field: int) -> str:
    """Return what ``cut -d" " -f<field>`` leaves of a line: all of one without any blank."""
    if " " not in line:
        return line
    fields = line.split(" ", field)
    return fields[field - 1] if len(fields) >= field else ""


def cut_fields(line: str, fields: Sequence[int]) -> str:
    """Return what ``cut -d" "`` leaves of a line when it keeps several fields."""
    if " " not in line:
        return line
    parts = line.split(" ")
    return " ".join(parts[field - 1] for field in fields if field <= len(parts))


def without_brackets(text: str) -> str:
    """Turn brackets into single blanks, as two ``tr -s`` do."""
    return re.sub(r"[\[ ]+", " ", re.sub(r"[\] ]+", " ", text))


def read_line(line: str) -> str:
    """Return what ``read`` makes of a line: trimmed, backslashes taken as escapes."""
    return re.sub(r"\\(.?)", r"\1", line.strip(" \t"))


def number(text: str | None) -> int | None:
    """Return the integer that ``[ ... -ge ... ]`` sees, or None where it complains instead."""
    if text is None or not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
        return None
    return int(text)


def between(low: int | None, tick: int | None, high: int | None) -> bool:
    """Whether low <= tick < high; a comparison with something that is no number is false."""
    return None not in (low, tick, high) and low <= tick < high  # type: ignore[operator]


def _nothing(line: str) -> bool:
    return False


def _any_of(expressions: tuple[re.Pattern[str], ...]) -> Matcher:
    return lambda line: any(expression.search(line) for expression in expressions)


@lru_cache(maxsize=4096)
def _basic_expression(pattern: str) -> re.Pattern[str]:
    """Translate a POSIX basic regular expression, with GNU's additions."""
    out: list[str] = []
    position = 0
    while position < len(pattern):
        taken, piece = _piece(pattern, position, at_start=not out or out[-1] in ("(", "|", "^"))
        out.append(piece)
        position += taken
    return re.compile("".join(out))


def _piece(pattern: str, position: int, at_start: bool) -> tuple[int, str]:
    """Return how many characters the next element takes and what it means."""
    character, rest = pattern[position], pattern[position + 1 :]
    if character == "\\" and rest:
        escaped = rest[0] if rest[0] in "(){}|+?" else _GNU_ESCAPES.get(rest[0], re.escape(rest[0]))
        return 2, escaped
    if character == "[":
        inside = re.match(r"\^?\]?(?:\[:\w+:\]|[^\]])*\]", rest)
        if inside is None:
            raise re.error("unmatched [")
        return 1 + inside.end(), "[" + inside[0].replace("\\", "\\\\").replace("[:", r"\[:")
    if character == "." or (character == "*" and not at_start):
        return 1, character
    if (character == "^" and at_start) or (character == "$" and not rest):
        return 1, character
    return 1, re.escape(character)
