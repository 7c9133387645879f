"""The words of a timeline line, and the pieces that its parser puts together."""

import re
import unicodedata
from typing import NamedTuple

from ringscope.simulation.conf import ScenarioError

#: The longest key or value of a timeline line, in characters.
MAX_TEXT = 4000
WHOLE = re.compile(r"[+]?[0-9]{1,18}")

_WORD = re.compile(r'\s*(?:(#.*)|"((?:[^"\\]|\\.)*)"(?=\s|$)|([^\s"]+)(?=\s|$))', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_DECIMAL = re.compile(r"[+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class Word(NamedTuple):
    """One word of a line; a quoted one is never a keyword."""

    text: str
    quoted: bool = False

    def is_word(self, word: str) -> bool:
        """Whether this is the keyword ``word``."""
        return not self.quoted and self.text.upper() == word


EXAMPLES = {
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


class Line:
    """The words of one line after its verb, taken from left to right."""

    def __init__(
        self, verb: str, words: list[Word], tick: int, peers: int, ticks: int | None
    ) -> None:
        self.verb, self.words, self.tick = verb, words, tick
        self.peers, self.ticks = peers, ticks

    def wrong(self, expected: str, found: str | None = None) -> ScenarioError:
        """Return the complaint that ``found`` stands where ``expected`` should."""
        seen = "nothing" if found is None else repr(found)
        return ScenarioError(
            f"{self.verb} needs {expected}, found {seen}; write {EXAMPLES[self.verb]}"
        )

    def take(self, expected: str) -> Word:
        """Take the next word, which should be ``expected``."""
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
        """Refuse what is left over."""
        if self.words:
            raise ScenarioError(
                f"{self.verb} is complete before {self.words[0].text!r}; "
                f"write {EXAMPLES[self.verb]}"
            )

    def peer(self, known: int | None = None) -> int:
        """Take the number of a peer, up to ``known`` or the highest there is."""
        return self.whole(1, self.peers if known is None else known, "a peer")

    def whole(self, low: int, high: int, what: str) -> int:
        """Take a whole number from ``low`` to ``high``."""
        word = self.take(f"{what} from {low} to {high}").text
        if not WHOLE.fullmatch(word) or not low <= int(word) <= high:
            raise self.wrong(f"{what} from {low} to {high}", word)
        return int(word)

    def probability(self) -> float:
        """Take a number from 0 to 1."""
        word = self.take("a probability from 0 to 1").text
        if not _DECIMAL.fullmatch(word) or not 0 <= float(word) <= 1:
            raise self.wrong("a probability from 0 to 1", word)
        return float(word)

    def until(self) -> int | None:
        """Take ``UNTIL <tick>``, if it comes next."""
        if not self.keyword("UNTIL"):
            return None
        word = self.take("a tick after UNTIL").text
        if not WHOLE.fullmatch(word) or int(word) <= self.tick:
            raise self.wrong(f"an UNTIL later than its own tick {self.tick}", word)
        if self.ticks is not None and int(word) > self.ticks:
            raise self.wrong(f"an UNTIL of at most {self.ticks}, the end of the run", word)
        return int(word)

    def via(self) -> int | None:
        """Take ``VIA <peer>``, if it comes next."""
        return self.peer() if self.keyword("VIA") else None

    def key(self) -> str:
        """Take a key."""
        text = self.text("a key")
        if not text:
            raise self.wrong("a key that is not empty", text)
        return text

    def text(self, what: str) -> str:
        """Take a key or value, called ``what``."""
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


def split_line(line: str) -> list[Word]:
    """Split a line at blanks, keeping what is quoted together and leaving out its comment."""
    words: list[Word] = []
    text = line.strip()
    position = 0
    while position < len(text):
        found = _WORD.match(text, position)
        if found is None:
            raise ScenarioError(
                f"a double quote is not closed or stands inside a word in {text[:80]!r}; "
                'write keys and values with blanks as "my key"'
            )
        comment, quoted, bare = found.groups()
        if comment is not None:
            break
        words.append(Word(bare) if quoted is None else Word(_ESCAPE.sub(r"\1", quoted), True))
        position = found.end()
    return words
