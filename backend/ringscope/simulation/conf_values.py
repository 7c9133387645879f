"""The values of a `.conf`: what each key accepts and which field of the scenario it fills."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from ringscope.simulation.conf import ScenarioError

Value = int | float | bool | str

MAX_PEERS = 30_000
MAX_TICKS = 100_000
MAX_KEYS = 1_000_000
MAX_REPLICAS = 100
MAX_SEED = 2**63 - 1
CRUD_TESTS = ("CREATE", "READ", "UPDATE", "DELETE")

_WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_HEX = "[0-9a-fA-F]"
#: Nobody writes a probability like this, but the course's program takes it.
_HEXADECIMAL = re.compile(
    rf"[+-]?0[xX]({_HEX}{{1,16}}\.?{_HEX}{{0,16}}|\.{_HEX}{{1,16}})([pP][+-]?\d\d?)?", re.ASCII
)


def read_value(key: str, word: str) -> Value:
    """Return what ``word`` means as the value of ``key``; raises `ScenarioError` if it may not."""
    try:
        return _READERS[key](word)
    except _WrongError as wrong:
        found = word if len(word) <= 40 else word[:40] + "…"
        raise ScenarioError(
            f"{key} must be {wrong.expected}, found {found!r}; "
            f"write for example {key}: {wrong.example}"
        ) from None


class _WrongError(ValueError):
    def __init__(self, expected: str, example: object) -> None:
        self.expected, self.example = expected, example


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(word: str) -> int:
        if _WHOLE.fullmatch(word) and low <= int(word) <= high:
            return int(word)
        number = re.match(r"[+-]?[0-9]{1,18}", word)
        meant = int(number[0]) if number else 10
        raise _WrongError(f"a whole number from {low} to {high}", min(max(meant, low), high))

    return read


def _flag(word: str) -> bool:
    if _WHOLE.fullmatch(word) and int(word) in (0, 1):
        return int(word) == 1
    yes = word.lower() in ("true", "yes", "on") or word.strip("0") > "0"
    raise _WrongError("0 (no) or 1 (yes)", int(yes))


def _probability(word: str) -> float:
    if _DECIMAL.fullmatch(word) and 0 <= float(word) <= 1:
        return float(word)
    if _HEXADECIMAL.fullmatch(word) and 0 <= float.fromhex(word) <= 1:
        return float.fromhex(word)
    percent = re.fullmatch(r"([0-9]{1,2})%?", word)
    raise _WrongError("a probability from 0 to 1", int(percent[1]) / 100 if percent else 0.1)


def _crud_test(word: str) -> str:
    if word in CRUD_TESTS:
        return word
    close = get_close_matches(word.upper(), CRUD_TESTS, n=1)
    raise _WrongError(f"one of {', '.join(CRUD_TESTS)}", close[0] if close else "READ")


_READERS: dict[str, Callable[[str], Value]] = {
    "MAX_NNB": _whole(1, MAX_PEERS),
    "SINGLE_FAILURE": _flag,
    "DROP_MSG": _flag,
    "MSG_DROP_PROB": _probability,
    "CRUD_TEST": _crud_test,
    "SEED": _whole(0, MAX_SEED),
    "TICKS": _whole(1, MAX_TICKS),
    "STARTS_PER_TICK": _whole(1, MAX_PEERS),
    "FANOUT": _whole(1, MAX_PEERS),
    "T_FAIL": _whole(1, MAX_TICKS),
    "T_CLEANUP": _whole(2, MAX_TICKS),
    "REPLICAS": _whole(1, MAX_REPLICAS),
    "READ_QUORUM": _whole(1, MAX_REPLICAS),
    "WRITE_QUORUM": _whole(1, MAX_REPLICAS),
    "KEYS": _whole(1, MAX_KEYS),
    "OPERATION_TIMEOUT": _whole(2, MAX_TICKS),
}
#: Keys whose field is not just the key in small letters.
_OTHER_NAMES = {
    "MAX_NNB": "peers",
    "DROP_MSG": "drop_messages",
    "MSG_DROP_PROB": "drop_probability",
}
#: The field of `Scenario` that each key fills.
FIELDS = {key: _OTHER_NAMES.get(key, key.lower()) for key in _READERS}
