"""The outer form of a `.conf`: `KEY: value` pairs and `AT` lines, each with its line number.

The course's program reads its five keys with formatted scans, so the form is free: any white space
(none, tabs, line ends of any system) may follow the colon, a value may stand on the next line, and
``MAX_NNB: 10CRUD_TEST: READ`` is two pairs.  All of that is kept.  On top of it come any order of
keys, ``#`` comments, blank lines, a byte order mark, and lines that begin with ``AT``.

The course's program never looks at what follows the word after ``CRUD_TEST:``.  We do, because
our own keys may stand there; but in a file written for the course (its keys, in its order) what
follows and does not look like a key or an ``AT`` line is passed over, as it always was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

#: The keys of the course, in the order in which its program looks for them.
COURSE_KEYS = ("MAX_NNB", "SINGLE_FAILURE", "DROP_MSG", "MSG_DROP_PROB", "CRUD_TEST")
EXTENSION_KEYS = (
    "SEED",
    "TICKS",
    "STARTS_PER_TICK",
    "FANOUT",
    "T_FAIL",
    "T_CLEANUP",
    "REPLICAS",
    "READ_QUORUM",
    "WRITE_QUORUM",
    "KEYS",
    "OPERATION_TIMEOUT",
)
KEYS = COURSE_KEYS + EXTENSION_KEYS

#: Spellings of the assignment's text that its program does not understand.
_MISPRINTS = {"MSG_DROP": "MSG_DROP_PROB"}

_KEY_NAMES = "|".join(sorted(KEYS, key=len, reverse=True))
_KEY = re.compile(rf"({_KEY_NAMES})\s*:")
_VALUE = re.compile(rf"\S+?(?=(?:{_KEY_NAMES})\s*:)|\S+")
_GAP = re.compile(r"(?:\s+|#[^\n]*)*")
_KEYLIKE = re.compile(r"([^\s:]{1,60}(?:[ \t]+[^\s:]{1,60}){0,3})[ \t]*:")
_TIMELINE = re.compile(r"(?:AT(?=\s|$)|[Aa][Tt](?=[ \t]+\d))[^\n]*")
_WORD = re.compile(r"\S+")


class ScenarioError(ValueError):
    """Bad input, in one sentence with file, line, what was expected and what to do."""

    def at(self, source: str, line: int | None = None) -> "ScenarioError":
        """Return the same complaint with the place where the input stands."""
        place = source if line is None else f"{source}, line {line}"
        return ScenarioError(f"{place}: {self}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One pair, or with ``key`` None a whole ``AT`` line; ``line`` counts from 1."""

    key: str | None
    value: str
    line: int


def entries(text: str, source: str) -> Iterator[Entry]:
    """Split the text of a `.conf` into its pairs and ``AT`` lines, in the order of the file.

    ``source`` is the file's name for messages.  Raises `ScenarioError` for anything that is
    neither, for a key without value, and for a key given twice.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first_lines: dict[str, int] = {}
    course_style = True
    position, line = 0, 1
    while True:
        before, position = position, _skip_gap(text, position)
        line += text.count("\n", before, position)
        if position == len(text):
            return
        if timeline := _TIMELINE.match(text, position):
            course_style = False
            yield Entry(None, timeline[0].rstrip(), line)
            position = timeline.end()
        elif key := _KEY.match(text, position):
            name = key[1]
            if name in first_lines:
                raise _given_twice(name, first_lines[name]).at(source, line)
            course_style = course_style and _comes_next(name, first_lines)
            first_lines[name] = line
            value = _value(text, key)
            if value is None:
                raise _without_value(name).at(source, line)
            yield Entry(name, value[0], line)
            line += text.count("\n", position, value.end())
            position = value.end()
        elif course_style and "CRUD_TEST" in first_lines and _is_remark(text, position):
            position = _end_of_word(text, position)
        else:
            raise _stray(text, position).at(source, line)


def suggestion(name: str, known: tuple[str, ...] = KEYS) -> str:
    """Return the known word that ``name`` was most likely meant to be, or an empty string."""
    plain = re.sub(r"[\s-]+", "_", name.strip()).upper()
    plain = _MISPRINTS.get(plain, plain) if known is KEYS else plain
    close = get_close_matches(plain, known, n=1, cutoff=0.7)
    return close[0] if close else ""


def _skip_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position


def _end_of_word(text: str, position: int) -> int:
    word = _WORD.match(text, position)
    return word.end() if word else position


def _value(text: str, key: re.Match[str]) -> re.Match[str] | None:
    position = _skip_gap(text, key.end())
    return None if _KEY.match(text, position) else _VALUE.match(text, position)


def _comes_next(name: str, seen: dict[str, int]) -> bool:
    """Whether the course's program, which never looks back, would still find this key."""
    if name not in COURSE_KEYS:
        return False
    return all(COURSE_KEYS.index(name) > COURSE_KEYS.index(key) for key in seen)


def _is_remark(text: str, position: int) -> bool:
    """Whether the next word is none that somebody could have meant as a key."""
    keylike = _KEYLIKE.match(text, position)
    if keylike and (keylike[1].isupper() or suggestion(keylike[1])):
        return False
    word = _WORD.match(text, position)
    return word is None or word[0].strip(":").upper() not in KEYS


def _given_twice(name: str, first_line: int) -> ScenarioError:
    return ScenarioError(
        f"{name} was already given on line {first_line}; every key may appear once, remove one"
    )


def _without_value(name: str) -> ScenarioError:
    return ScenarioError(
        f"{name} has no value; write it after the colon, as in {name}: {_example(name)}"
    )


def _stray(text: str, position: int) -> ScenarioError:
    """Say what is wrong with text that is neither a pair nor an ``AT`` line."""
    keylike = _KEYLIKE.match(text, position)
    word = text[position : _end_of_word(text, position)]
    if word in KEYS and not (keylike and suggestion(keylike[1])):
        return ScenarioError(
            f"{word} has no colon; write a key and its value as in {word}: {_example(word)}"
        )
    if keylike is None:
        return ScenarioError(
            f"expected KEY: value or AT <tick> ..., found {_shown(word)}; "
            "a remark must begin with #"
        )
    name = keylike[1]
    if name not in KEYS and len(name.split()) > 1 and name.split()[-1] in KEYS:
        return ScenarioError(
            f"expected a key, found {_shown(word)} before {name.split()[-1]}; "
            "give each key one value and begin remarks with #"
        )
    meant = suggestion(name)
    if meant and name.upper() == meant:
        return ScenarioError(f"unknown key {name}; keys are written in capitals: {meant}")
    advice = f"did you mean {meant}?" if meant else f"the keys are {', '.join(KEYS)}"
    return ScenarioError(f"unknown key {_shown(name)}; {advice}")


def _example(name: str) -> str:
    return {
        "MSG_DROP_PROB": "0.1",
        "CRUD_TEST": "READ",
        "SINGLE_FAILURE": "1",
        "DROP_MSG": "0",
    }.get(name, "10")


def _shown(word: str) -> str:
    """Quote user input for a message, at a bearable length."""
    return repr(word if len(word) <= 40 else word[:40] + "…")
