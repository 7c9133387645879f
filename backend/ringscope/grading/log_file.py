"""Reads a dbg.log of any size and of any bytes, and keeps the lines that a rule may look at.

A log with a hundred megabytes of debugging output has a thousand such lines.  They are found in
large blocks of bytes; the rest is counted, and a few lines of it are shown.  What is kept gives the
same grade as the whole text.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ringscope.grading.read_log import tick_in
from ringscope.grading.rubric import count
from ringscope.grading.shell import GREP_BUFFER
from ringscope.observers.debug_log import MAGIC, LogLine

_MEMBERSHIP_WORDS = (b"joined", b"removed")
_STORE_WORDS = (b"operation", b"success", b"fail")
#: What else the course's framework writes.
_OTHER_WORDS = (
    b"] app",
    b"starting",
    b"trying",
    b"leaving",
    b"unable to join",
    b"could not f",
    b"@@",
)
_KEPT_WORDS = (*_MEMBERSHIP_WORDS, *_STORE_WORDS, *_OTHER_WORDS)
#: Letters that ``grep -i`` takes for an s and an i.
_ODD_LETTERS = ("ſ".encode(), "ı".encode())

BLOCK = 1 << 20
#: How many bytes of one line are looked at.
MAX_LINE = 1 << 20
#: How many lines of a log are kept at most, and how many bytes; a run of the course has a thousand.
MAX_LINES = 2_000_000
MAX_BYTES = 256 << 20
#: From so many kept lines on, repeated lines about members are dropped: all rules count them once.
FLOOD = 20_000
SAMPLES = 3
SAMPLE_LENGTH = 100


class LogTooLargeError(ValueError):
    """A log has so many lines that count that it is none of the course's scenarios."""


class LogText(NamedTuple):
    """What a rubric needs to know of a log.

    ``lines``: those that a rule may look at.  ``printed``: how many of them lie before the first
    binary data, where ``grep`` stops printing; the official rubric knows no others.  ``total``: all
    lines of the file.  ``notes``: what is odd in it, to be put behind its name.
    """

    lines: list[LogLine]
    printed: int
    total: int
    notes: tuple[str, ...]


def read_log_file(file: BinaryIO) -> LogText:
    """Read a log to its end; raises `LogTooLargeError`, and what ``file`` raises."""
    reader = _Reader()
    while data := file.read(BLOCK):
        reader.feed(data)
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self._kept: list[LogLine] = []
        self._texts: dict[str, str] = {}
        self._ends: list[int] = []  # where in the file the line after each of them begins
        self._kept_bytes = self._repeated = 0
        self._seen: set[bytes] = set()
        self._last: tuple[LogLine, int] | None = None  # that is not empty, and its end
        self._offset = self._count = self._tick = 0
        self._line = b""  # the last one, whose end has not come
        self._left_out = 0  # how many of its bytes were too many
        self._odd = _Oddities()

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        self._odd.see_raw(data, self._offset + len(self._line) + self._left_out)
        end = data.rfind(b"\n") + 1
        if end:
            first = data.find(b"\n")
            self._extend(data[:first])
            self._take(self._line + data[first:end])
        self._extend(data[end:])

    def finish(self) -> LogText:
        """Return what the file had in it."""
        if self._line:
            self._take(self._line)
        if self._last is not None and self._kept[-1:] < [self._last[0]]:
            self._kept.append(self._last[0])
            self._ends.append(self._last[1])
        printed = len(self._kept)
        if self._odd.first_nul is not None:
            buffer = self._odd.first_nul // GREP_BUFFER * GREP_BUFFER
            printed = sum(1 for end in self._ends if end <= buffer)
        kept = len(self._kept) + self._repeated
        notes = self._odd.notes(self._count, kept, printed)
        return LogText(self._kept, printed, self._count, tuple(notes))

    def _extend(self, data: bytes) -> None:
        room = MAX_LINE - len(self._line)
        self._line += data[:room]
        self._left_out += max(0, len(data) - room)

    def _take(self, block: bytes) -> None:
        """Look at whole lines; what was left out belongs to the first of them."""
        number, position = self._count, 0
        places = _kept_places(block)
        if self._count == 0 and _is_magic(block[: block.find(b"\n")]):
            places.insert(0, (0, block.index(b"\n")))
        for start, end in places:
            line = block[start:end]
            if len(self._kept) >= FLOOD and self._is_repeated(line):
                continue
            number += block.count(b"\n", position, start)
            text = line.decode(errors="surrogateescape")
            text = self._texts.setdefault(text, text)  # lines that recur take room once
            tick = tick_in(text)
            if tick is None:
                tick = _last_tick(block, position, start, self._tick)
            self._kept.append(LogLine(number + 1, tick, text))
            self._ends.append(self._offset + self._left_out + end + 1)
            self._kept_bytes += end - start
            self._tick, position = tick, start
        self._tick = _last_tick(block, position, len(block), self._tick)
        self._remember_last(block)
        self._odd.see_lines(block, self._count, {start for start, _ in places}, self._left_out)
        self._count += block.count(b"\n") + (not block.endswith(b"\n"))
        self._offset += len(block) + self._left_out
        self._line, self._left_out = b"", 0
        if len(self._kept) > MAX_LINES or self._kept_bytes > MAX_BYTES:
            raise LogTooLargeError(
                f"has {len(self._kept):,} lines about members and operations up to line "
                f"{self._count:,}, where a run of the course has about 1,000; it is not graded"
            )

    def _remember_last(self, block: bytes) -> None:
        """Note the last line with something in it, which tells how far the run came."""
        written = len(block.rstrip())
        if written:
            start = block.rfind(b"\n", 0, written) + 1
            end = block.find(b"\n", written)
            end = len(block) if end < 0 else end
            number = self._count + block.count(b"\n", 0, start) + 1
            text = block[start:end].decode(errors="surrogateescape")
            line = LogLine(number, self._tick, text)
            self._last = line, self._offset + self._left_out + end + 1

    def _is_repeated(self, line: bytes) -> bool:
        if line in self._seen:
            self._repeated += 1
            return True
        lower = line.lower()
        if not any(word in lower for word in (*_STORE_WORDS, *_ODD_LETTERS)):
            self._seen.add(line)
        return False


class _Oddities:
    """What a reader of a log should know about it beside the lines that count."""

    def __init__(self) -> None:
        self.first_nul: int | None = None  # its place in the file
        self._first_bytes = b""
        self._not_utf8: int | None = None  # the number of the first such line
        self._carriage_returns = self._blank = self._cut_off = 0
        self._samples: list[str] = []

    def see_raw(self, data: bytes, offset: int) -> None:
        """Take notice of the next bytes of the file."""
        self._first_bytes = self._first_bytes or data[:2]
        if self.first_nul is None and b"\0" in data:
            self.first_nul = offset + data.index(b"\0")

    def see_lines(self, block: bytes, before: int, kept: set[int], left_out: int) -> None:
        """Take notice of whole lines; ``kept``: where in the block those begin that count."""
        lines = block.removesuffix(b"\n").split(b"\n")
        self._blank += lines.count(b"") + lines.count(b"\r")
        self._carriage_returns += block.count(b"\r\n")
        self._cut_off += left_out > 0
        if self._not_utf8 is None and not block.isascii():
            try:
                block.decode()
            except UnicodeDecodeError as error:
                self._not_utf8 = before + block.count(b"\n", 0, error.start) + 1
        position = 0
        for line in lines if len(self._samples) < SAMPLES else ():
            if position not in kept and line.strip():
                shown = line[:SAMPLE_LENGTH].strip()
                self._samples = [*self._samples, shown.decode(errors="backslashreplace")][:SAMPLES]
            position += len(line) + 1

    def notes(self, lines: int, kept: int, printed: int) -> Iterator[str]:
        """Yield what is worth telling."""
        if not lines:
            yield "is empty"
        if self._first_bytes in (b"\xff\xfe", b"\xfe\xff"):
            yield "is UTF-16, in which the course's graders find nothing; save it as UTF-8"
        if self.first_nul is not None:
            yield (
                "has NUL bytes, which grep takes for binary data: the official rules see "
                f"{printed} of the {kept} lines that count"
            )
        if self._not_utf8 is not None:
            yield f"is not UTF-8 in line {self._not_utf8}; grep does not print such lines"
        if self._carriage_returns:
            yield f"has a carriage return at the end of {count(self._carriage_returns, 'line')}"
        if self._cut_off:
            long = count(self._cut_off, "line")
            yield f"has {long} of more than {MAX_LINE:,} bytes, cut off there"
        others = lines - self._blank - kept
        if others:
            examples = "; ".join(self._samples)
            yield f"has {count(others, 'line')} that no rule looks at, such as {examples}"


def _kept_places(block: bytes) -> list[tuple[int, int]]:
    """Where the lines begin and end that a rule may look at."""
    lower = block.lower()
    words = _KEPT_WORDS if block.isascii() else (*_KEPT_WORDS, *_ODD_LETTERS)
    places: dict[int, int] = {}
    for word in words:
        found = lower.find(word)
        while found >= 0:
            end = lower.find(b"\n", found)
            end = len(block) if end < 0 else end
            places[lower.rfind(b"\n", 0, found) + 1] = end
            found = lower.find(word, end)
    return sorted(places.items())


def _last_tick(block: bytes, low: int, high: int, otherwise: int) -> int:
    """The tick of the last line in a part of a block that has one."""
    while high > low:
        start = max(low, block.rfind(b"\n", low, high - 1) + 1)
        tick = tick_in(block[start : min(high, start + 800)].decode(errors="surrogateescape"))
        if tick is not None:
            return tick
        high = start
    return otherwise


def _is_magic(line: bytes) -> bool:
    return line.strip() == MAGIC.encode()
