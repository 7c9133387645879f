"""Actions: the imperatives that reach a cluster from outside.

A scenario's timeline is made of them, and so is everything a person does by hand: a button on the
page becomes the same `Action` that a line of a ``.conf`` does, and is recorded in the same form,
so an interactive session replays like any scenario.  Every action has one text form,
``AT <tick> VERB ...`` (see ``docs/scenarios.md``), and `str(action)` gives it.

The last classes are what the course's driver does ("crash the tertiary of the first key"): their
victims depend on the state of the run and are drawn when they are due.
"""

import msgspec

from ringscope.events import OperationKind


class Action(msgspec.Struct, frozen=True):
    """Something to do at the start of ``tick``, before any peer takes its turn."""

    tick: int


class Fail(Action, frozen=True):
    """Crash a peer: it loses its memory and falls silent."""

    peer: int

    def __str__(self) -> str:
        return f"AT {self.tick} FAIL {self.peer}"


class Restart(Action, frozen=True):
    """Start a crashed peer again, with empty memory; it has to join."""

    peer: int

    def __str__(self) -> str:
        return f"AT {self.tick} RESTART {self.peer}"


class Leave(Action, frozen=True):
    """Let a peer go gracefully: it says goodbye, hands its keys over and stops."""

    peer: int

    def __str__(self) -> str:
        return f"AT {self.tick} LEAVE {self.peer}"


class Join(Action, frozen=True):
    """Add a peer: one that has left, or the next new number."""

    peer: int

    def __str__(self) -> str:
        return f"AT {self.tick} JOIN {self.peer}"


class Drop(Action, frozen=True):
    """Lose each message sent in ticks ``tick`` to ``until - 1`` with ``probability`` (0 to 1).

    ``until=None``: until the end of the run.
    """

    probability: float
    until: int | None = None

    def __str__(self) -> str:
        probability = repr(self.probability).removesuffix(".0")  # every digit, unlike format's g
        return f"AT {self.tick} DROP {probability}" + _until(self.until)


class Partition(Action, frozen=True):
    """Cut every link between different groups from ``tick`` to ``until - 1``.

    Peers in no group form one more group together.
    """

    groups: tuple[tuple[int, ...], ...]
    until: int | None = None

    def __str__(self) -> str:
        groups = " | ".join(",".join(map(str, group)) for group in self.groups)
        return f"AT {self.tick} PARTITION {groups}" + _until(self.until)


class Heal(Action, frozen=True):
    """End every loss and partition now."""

    def __str__(self) -> str:
        return f"AT {self.tick} HEAL"


class Operate(Action, frozen=True):
    """A client operation.  ``via=None``: a live member drawn at random coordinates it.

    For a read or delete ``value`` is only what the course's driver prints beside the key.
    """

    kind: OperationKind
    key: str
    value: str | None = None
    via: int | None = None

    def __str__(self) -> str:
        value = f" {quote(self.value)}" if self.value is not None else ""
        via = f" VIA {self.via}" if self.via is not None else ""
        return f"AT {self.tick} {self.kind.upper()} {quote(self.key)}{value}{via}"


class FailRandom(Action, frozen=True):
    """Crash one live peer drawn at random (SINGLE_FAILURE: 1)."""

    def __str__(self) -> str:
        return f"AT {self.tick} FAIL RANDOM"


class FailHalf(Action, frozen=True):
    """Crash half of the group, neighbours in number, the last peer spared (SINGLE_FAILURE: 0)."""

    def __str__(self) -> str:
        return f"AT {self.tick} FAIL HALF"


class FailReplicas(Action, frozen=True):
    """Crash the last ``count`` live replicas of ``key``, but never the last live peer."""

    key: str
    count: int

    def __str__(self) -> str:
        return f"AT {self.tick} FAIL REPLICAS {self.count} {quote(self.key)}"


class FailBystander(Action, frozen=True):
    """Crash the lowest-numbered live peer that holds no replica of ``key``."""

    key: str

    def __str__(self) -> str:
        return f"AT {self.tick} FAIL BYSTANDER {quote(self.key)}"


def quote(text: str) -> str:
    """The form of a key or value on a timeline line: bare if it is one plain word, else quoted."""
    plain = text and not any(c.isspace() or c in '"\\#' for c in text) and text.upper() != "VIA"
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _until(until: int | None) -> str:
    return f" UNTIL {until}" if until is not None else ""
