"""The few Unix tools that the course's graders are made of, with the same answers on the same text.

The official rules are two shell scripts; where they are odd (an unquoted variable, a key taken for
a regular expression) they are odd in a way that decides points, so the official rubrics are
written with these tools and not with better ones.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from ringscope.grading.basic_expression import basic_expression
from ringscope.observers.debug_log import LogLine

Matcher = Callable[[str], bool]

#: From so many comparisons of a word with a line on, counting words goes another way.
MANY_TESTS = 1_000_000
#: How many bytes of a file grep looks at in one go.
GREP_BUFFER = 96 * 1024
#: How many bytes an argument of a command may have on Linux.
MAX_ARGUMENT = 128 * 1024 - 1

_PLAIN = re.compile(r"[\w:,=/ ]*")
#: Bytes that are not UTF-8, as Python's ``surrogateescape`` decodes them.
_INVALID = re.compile("[\ud800-\udfff]")
#: The letters beyond ASCII that ``grep -i`` takes for those of our phrases: long s, dotless i.
_ODD_SMALL_LETTERS = {0x17F: "s", 0x131: "i"}
_INTEGER = re.compile(r"\s*[+-]?0*[0-9]{1,19}[ \t]*")
_ESCAPE = re.compile(r"\\(.)")


def grep(pattern: str) -> Matcher:
    """Return the test that ``grep "pattern"`` puts each line to.

    Each line of ``pattern`` is an alternative.  An invalid one, or one that grep would take for an
    option, or one too long for a command line, matches nothing.
    """
    if (pattern.startswith("-") and pattern != "-") or _size(pattern) > MAX_ARGUMENT:
        return _nothing
    if "\n" not in pattern and _PLAIN.fullmatch(pattern):
        return lambda line: pattern in line
    try:
        return _any_of(tuple(basic_expression(part) for part in pattern.split("\n")))
    except re.error:
        return _nothing


def count_matches(patterns: Iterable[str], lines: Sequence[str]) -> dict[str, int]:
    """Return how many lines ``grep`` finds for each pattern.

    Many plain words in many lines are found by looking up every piece of each line instead.
    """
    words = set(patterns)
    plain = {word for word in words if word and word[0] != "-" and _PLAIN.fullmatch(word)}
    counts = {word: sum(map(grep(word), lines)) for word in words - plain}
    if len(words) * len(lines) <= MANY_TESTS:
        return counts | {word: len([1 for line in lines if word in line]) for word in plain}
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
    split = split_words(words)
    return grep(split[0]) if len(split) == 1 else _nothing


def grep_unquoted_inverted(words: str) -> Matcher:
    """Return the test of ``grep -v $words`` in a pipe; a grep that complains prints nothing."""
    found = grep_unquoted(words)
    return _nothing if found is _nothing else lambda line: not found(line)


def grep_file(found: Matcher, lines: Iterable[LogLine]) -> list[LogLine]:
    """Return the lines that ``grep`` prints of a file, in a UTF-8 locale.

    It finds lines that are no valid UTF-8, but takes them for binary data and does not print them.
    ``lines`` come from bytes decoded with Python's ``surrogateescape``.
    """
    return [line for line in lines if found(line.text) and not _INVALID.search(line.text)]


def containing(phrase: str) -> Matcher:
    """Return the test of ``grep -i``; ``phrase`` is plain and in small letters."""
    return lambda line: (
        phrase in (line.lower() if line.isascii() else line.lower().translate(_ODD_SMALL_LETTERS))
    )


def before_binary_data(lines: Sequence[LogLine]) -> Sequence[LogLine]:
    """Return what ``grep`` prints lines of: a file up to its first buffer with a NUL in it.

    Exact where no line of several thousand bytes lies across the end of a buffer.
    """
    first = next((index for index, line in enumerate(lines) if "\0" in line.text), None)
    if first is None:
        return lines
    ends = list(accumulate(_size(line.text) + 1 for line in lines[: first + 1]))
    nul = ends[first] - 1 - _size(lines[first].text[lines[first].text.index("\0") :])
    buffer = nul // GREP_BUFFER * GREP_BUFFER
    return lines[: bisect_right(ends, buffer)]


def split_words(text: str) -> list[str]:
    """Split at blanks, tabs and line ends, as the shell and awk do, and at nothing else."""
    return [word for word in re.split(r"[ \t\n]+", text) if word]


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


def read_lines(lines: Sequence[LogLine]) -> list[tuple[LogLine, str]]:
    """Return what a ``while read`` loop makes of lines: trimmed, backslashes taken as escapes.

    A backslash at the end of a line joins the next one to it; at the end of the last line, the loop
    ends without it.
    """
    read: list[tuple[LogLine, str]] = []
    joined: list[str] = []
    for line in lines:
        joined.append(line.text)
        if _escapes_the_next(line.text):
            joined[-1] = line.text[:-1]
            continue
        read.append((line, _unescaped("".join(joined))))
        joined = []
    return read


def number(text: str | None) -> int | None:
    """Return the integer that ``[ ... -ge ... ]`` sees, or None where it complains instead."""
    if text is None or not _INTEGER.fullmatch(text):
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None


def between(low: int | None, tick: int | None, high: int | None) -> bool:
    """Whether low <= tick < high; a comparison with something that is no number is false."""
    return None not in (low, tick, high) and low <= tick < high  # type: ignore[operator]


def _nothing(line: str) -> bool:
    return False


def _any_of(expressions: tuple[re.Pattern[str], ...]) -> Matcher:
    return lambda line: any(expression.search(line) for expression in expressions)


def _unescaped(text: str) -> str:
    """Trim a text, but for escaped blanks, and take the backslashes out."""
    trimmed = text.strip(" \t")
    if _escapes_the_next(trimmed):
        trimmed += text.lstrip(" \t")[len(trimmed) : len(trimmed) + 1]
    return _ESCAPE.sub(r"\1", trimmed)


def _escapes_the_next(text: str) -> bool:
    """Whether a text ends in a backslash that is not itself escaped."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _size(text: str) -> int:
    return len(text.encode(errors="surrogateescape"))
