"""Reads timeline lines: ``AT 120 FAIL 3`` becomes `Fail(120, 3)`, and `str` turns it back.

A `.conf`, the REST interface and the page's buttons all go through here, so a line means the same
wherever it was written.  Verbs and keywords may be written in any case; a key or value that has
blanks, ``"``, ``\\`` or ``#`` in it, or is the word VIA, stands in double quotes.
"""

from collections import Counter
from collections.abc import Callable
from difflib import get_close_matches
from typing import cast

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
from ringscope.simulation.timeline_words import WHOLE, Line, Word, split_line


def timeline_tick(line: str) -> int:
    """Return the tick of ``AT <tick> ...`` without looking at the rest."""
    words = split_line(line)
    if not words or not words[0].is_word("AT"):
        raise ScenarioError(f"expected AT <tick> VERB ..., found {line[:80]!r}; see AT 120 FAIL 3")
    if len(words) < 2 or not WHOLE.fullmatch(words[1].text):
        found = repr(words[1].text) if len(words) > 1 else "nothing"
        raise ScenarioError(f"AT needs a whole number of ticks, found {found}; see AT 120 FAIL 3")
    return int(words[1].text)


def parse_timeline_line(line: str, peers: int, ticks: int | None = None) -> Action:
    """Return the action of ``AT <tick> VERB ...``; see `parse_action` for the rest."""
    return _action(split_line(line)[2:], timeline_tick(line), peers, ticks)


def parse_action(line: str, tick: int, peers: int, ticks: int | None = None) -> Action:
    """Return the action that ``line``, a timeline line without its ``AT <tick>``, asks for.

    ``peers`` is the highest number of a peer so far; JOIN may also name the next one.  ``ticks``
    is the length of the run, None if any tick will do.  Raises `ScenarioError` with one sentence.
    """
    return _action(split_line(line), tick, peers, ticks)


def _action(words: list[Word], tick: int, peers: int, ticks: int | None) -> Action:
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
    line = Line(verb, words[1:], tick, peers, ticks)
    action = _PARSERS[verb](line)
    line.end()
    return action


def _fail(line: Line) -> Action:
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


def _join(line: Line) -> Action:
    return Join(line.tick, line.peer(line.peers + 1))


def _partition(line: Line) -> Action:
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


def _group(line: Line, text: str) -> tuple[int, ...]:
    peers = []
    for word in text.split(","):
        number = word.strip()
        if not WHOLE.fullmatch(number) or not 1 <= int(number) <= line.peers:
            raise line.wrong(f"groups of peers from 1 to {line.peers}", number)
        peers.append(int(number))
    return tuple(peers)


def _operate(line: Line) -> Action:
    kind = cast(OperationKind, line.verb.lower())
    key = line.key()
    value = None
    if kind in ("create", "update") or (line.words and not line.words[0].is_word("VIA")):
        value = line.text("a value")
    return Operate(line.tick, kind, key, value, line.via())


_PARSERS: dict[str, Callable[[Line], Action]] = {
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


def _unknown_verb(word: str) -> ScenarioError:
    close = get_close_matches(word.upper(), _PARSERS, n=1, cutoff=0.6)
    advice = f"did you mean {close[0]}?" if close else f"the verbs are {', '.join(_PARSERS)}"
    return ScenarioError(f"unknown verb {word[:40]!r}; {advice}")
