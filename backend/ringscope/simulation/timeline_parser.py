"""Reads timeline lines: ``AT 120 FAIL 3`` becomes `Fail(120, 3)`, and `str` turns it back.

A `.conf`, the REST interface and the page's buttons all go through here, so a line means the same
wherever it was written.  Verbs and keywords may be written in any case; a key or value that has
blanks, ``"``, ``\\`` or ``#`` in it, or is the word VIA, stands in double quotes.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple, cast

from ringscope.events import OperationKind
from ringscope.simulation.conf import ScenarioError
from ringscope.simulation.timeline import (
    Action,
    Drop,
    Fail,
    FailBystander,
    FailHalf,
    FailRandom,
    FailReplicas,
    Heal,
    Join,
    Leave,
    Operate,
    Partition,
    Restart,
)

#: The longest key or value of a timeline line, in characters.
MAX_TEXT = 4000

_TOKEN = re.compile(r'\s*(?:(#.*)|"((?:[^"\\]|\\.)*)"(?=\s|$)|([^\s"]+)(?=\s|$))', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WHOLE = re.compile(r"[+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_EXAMPLES = {
    "FAIL": "FAIL 3, FAIL RANDOM, FAIL HALF, FAIL REPLICAS 2 key or FAIL BYSTANDER key",
    "RESTART": "RESTART 3",
    "LEAVE": "LEAVE 3",
    "JOIN": "JOIN 3",
    "DROP": "DROP 0.1 or DROP 0.1 UNTIL 300",
    "PARTITION": "PARTITION 1,2,3 | 4,5 UNTIL 300",
    "HEAL": "HEAL",
    "CREATE": "CREATE key value or CREATE key value VIA 3",
    "READ": "READ key or READ key VIA 3",
    "UPDATE": "UPDATE key value or UPDATE key value VIA 3",
    "DELETE": "DELETE key or DELETE key VIA 3",
}


class Token(NamedTuple):
    """One word of a line; a quoted one is never a keyword."""

    text: str
    quoted: bool = False

    def is_word(self, word: str) -> bool:
        """Whether this is the keyword ``word``."""
        return not self.quoted and self.text.upper() == word


def timeline_tick(line: str) -> int:
    """Return the tick of ``AT <tick> ...`` without looking at the rest."""
    words = _tokens(line)
    if not words or not words[0].is_word("AT"):
        raise ScenarioError(f"expected AT <tick> VERB ..., found {line[:80]!r}; see AT 120 FAIL 3")
    if len(words) < 2 or not _WHOLE.fullmatch(words[1].text):
        found = repr(words[1].text) if len(words) > 1 else "nothing"
        raise ScenarioError(f"AT needs a whole number of ticks, found {found}; see AT 120 FAIL 3")
    return int(words[1].text)


def parse_timeline_line(line: str, peers: int, ticks: int | None = None) -> Action:
    """Return the action of ``AT <tick> VERB ...``; see `parse_action` for the rest."""
    return _action(_tokens(line)[2:], timeline_tick(line), peers, ticks)


def parse_action(line: str, tick: int, peers: int, ticks: int | None = None) -> Action:
    """Return the action that ``line``, a timeline line without its ``AT <tick>``, asks for.

    ``peers`` is the highest number of a peer so far; JOIN may also name the next one.  ``ticks``
    is the length of the run, None if any tick will do.  Raises `ScenarioError` with one sentence.
    """
    return _action(_tokens(line), tick, peers, ticks)


def _action(words: list[Token], tick: int, peers: int, ticks: int | None) -> Action:
    if ticks is not None and not 0 <= tick < ticks:
        raise ScenarioError(
            f"tick {tick} is not in this run, which has ticks 0 to {ticks - 1}; "
            "choose an earlier tick or raise TICKS"
        )
    if not words:
        raise ScenarioError(f"expected what to do at tick {tick}; write AT {tick} FAIL 3")
    verb = words[0].text.upper()
    if words[0].quoted or verb not in _PARSERS:
        raise _unknown_verb(words[0].text)
    line = _Line(verb, words[1:], tick, peers, ticks)
    action = _PARSERS[verb](line)
    line.end()
    return action


class _Line:
    """The words of one line after its verb, taken from left to right."""

    def __init__(
        self, verb: str, words: list[Token], tick: int, peers: int, ticks: int | None
    ) -> None:
        self.verb, self.words, self.tick = verb, words, tick
        self.peers, self.ticks = peers, ticks

    def wrong(self, expected: str, found: str | None = None) -> ScenarioError:
        seen = "nothing" if found is None else repr(found)
        return ScenarioError(
            f"{self.verb} needs {expected}, found {seen}; write {_EXAMPLES[self.verb]}"
        )

    def take(self, expected: str) -> Token:
        if not self.words:
            raise self.wrong(expected)
        return self.words.pop(0)

    def keyword(self, word: str) -> bool:
        """Take ``word`` if it comes next."""
        if self.words and self.words[0].is_word(word):
            self.words.pop(0)
            return True
        return False

    def end(self) -> None:
        if self.words:
            raise ScenarioError(
                f"{self.verb} is complete before {self.words[0].text!r}; "
                f"write {_EXAMPLES[self.verb]}"
            )

    def peer(self, known: int | None = None) -> int:
        return self.whole(1, self.peers if known is None else known, "a peer")

    def whole(self, low: int, high: int, what: str) -> int:
        word = self.take(f"{what} from {low} to {high}").text
        if not _WHOLE.fullmatch(word) or not low <= int(word) <= high:
            raise self.wrong(f"{what} from {low} to {high}", word)
        return int(word)

    def probability(self) -> float:
        word = self.take("a probability from 0 to 1").text
        if not _DECIMAL.fullmatch(word) or not 0 <= float(word) <= 1:
            raise self.wrong("a probability from 0 to 1", word)
        return float(word)

    def until(self) -> int | None:
        if not self.keyword("UNTIL"):
            return None
        word = self.take("a tick after UNTIL").text
        if not _WHOLE.fullmatch(word) or int(word) <= self.tick:
            raise self.wrong(f"an UNTIL later than its own tick {self.tick}", word)
        if self.ticks is not None and int(word) > self.ticks:
            raise self.wrong(f"an UNTIL of at most {self.ticks}, the end of the run", word)
        return int(word)

    def via(self) -> int | None:
        return self.peer() if self.keyword("VIA") else None

    def key(self) -> str:
        text = self.text("a key")
        if not text:
            raise self.wrong("a key that is not empty", text)
        return text

    def text(self, what: str) -> str:
        word = self.take(what)
        if word.is_word("VIA"):
            raise self.wrong(f"{what} before VIA", word.text)
        check_text(word.text, f"{what} of {self.verb}")
        return word.text


def check_text(text: str, what: str) -> None:
    """Refuse what no line of a log could show: control characters, line separators, too long."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise ScenarioError(
                f"{what} contains the control character {character!a}; "
                "use printable characters only"
            )
    if len(text) > MAX_TEXT:
        raise ScenarioError(f"{what} has {len(text)} characters; {MAX_TEXT} is the most")


def _fail(line: _Line) -> Action:
    if line.keyword("RANDOM"):
        return FailRandom(line.tick)
    if line.keyword("HALF"):
        return FailHalf(line.tick)
    if line.keyword("REPLICAS"):
        count = line.whole(1, line.peers, "a number of replicas")
        return FailReplicas(line.tick, line.key(), count)
    if line.keyword("BYSTANDER"):
        return FailBystander(line.tick, line.key())
    return Fail(line.tick, line.peer())


def _join(line: _Line) -> Action:
    return Join(line.tick, line.peer(line.peers + 1))


def _partition(line: _Line) -> Action:
    words: list[str] = []
    while line.words and not line.words[0].is_word("UNTIL"):
        words.append(line.take("groups").text)
    groups = tuple(_group(line, part) for part in " ".join(words).split("|")) if words else ()
    named = [peer for group in groups for peer in group]
    if not named:
        raise line.wrong("at least one group of peers")
    for peer, times in Counter(named).items():
        if times > 1:
            raise ScenarioError(
                f"PARTITION names peer {peer} twice; a peer can be in one group only, remove one"
            )
    return Partition(line.tick, groups, line.until())


def _group(line: _Line, text: str) -> tuple[int, ...]:
    peers = []
    for word in text.split(","):
        number = word.strip()
        if not _WHOLE.fullmatch(number) or not 1 <= int(number) <= line.peers:
            raise line.wrong(f"groups of peers from 1 to {line.peers}", number)
        peers.append(int(number))
    return tuple(peers)


def _operate(line: _Line) -> Action:
    kind = cast(OperationKind, line.verb.lower())
    key = line.key()
    value = None
    if kind in ("create", "update") or (line.words and not line.words[0].is_word("VIA")):
        value = line.text("a value")
    return Operate(line.tick, kind, key, value, line.via())


_PARSERS: dict[str, Callable[[_Line], Action]] = {
    "FAIL": _fail,
    "RESTART": lambda line: Restart(line.tick, line.peer()),
    "LEAVE": lambda line: Leave(line.tick, line.peer()),
    "JOIN": _join,
    "DROP": lambda line: Drop(line.tick, line.probability(), line.until()),
    "PARTITION": _partition,
    "HEAL": lambda line: Heal(line.tick),
    "CREATE": _operate,
    "READ": _operate,
    "UPDATE": _operate,
    "DELETE": _operate,
}


def _tokens(line: str) -> list[Token]:
    """Split a line at blanks, keeping what is quoted together and leaving out its comment."""
    words: list[Token] = []
    text = line.strip()
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ScenarioError(
                f"a double quote is not closed or stands inside a word in {text[:80]!r}; "
                'write keys and values with blanks as "my key"'
            )
        comment, quoted, bare = found.groups()
        if comment is not None:
            break
        words.append(Token(bare) if quoted is None else Token(_ESCAPE.sub(r"\1", quoted), True))
        position = found.end()
    return words


def _unknown_verb(word: str) -> ScenarioError:
    close = get_close_matches(word.upper(), _PARSERS, n=1, cutoff=0.6)
    advice = f"did you mean {close[0]}?" if close else f"the verbs are {', '.join(_PARSERS)}"
    return ScenarioError(f"unknown verb {word[:40]!r}; {advice}")
