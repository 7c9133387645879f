"""The contract between server and page: every value that travels over Socket.IO or REST.

`frontend/src/wire.ts` is generated from these types (``make types``) and a test keeps it fresh.

Socket.IO, page to server (each answered by an acknowledgement: the value, or a `Problem`):
    ``watch``  {run}            -> `Frame`, complete; from now on its ``frame`` events arrive
    ``unwatch`` {run}           -> {}
    ``seek``   {run, tick}      -> `Frame`, complete, of that past tick (the run itself goes on)
    ``control`` {run, command, value} -> `RunInfo`; command: pause, resume, step, speed
    ``act``    {run, line}      -> `RunInfo`; a timeline line without its ``AT <tick>``
Server to page:
    ``frame``  `Frame`          at most 20 to 30 a second per run, latest wins
    ``run``    `RunInfo`        something about the run changed (paused, finished, ...)
    ``grade``  `RunGrade`       graded again: when the run ends and now and then before
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from ringscope.events import OperationKind, Outcome
from ringscope.grading.report import Section
from ringscope.simulation.snapshot import Snapshot

RunState = Literal["running", "paused", "finished", "broken"]
Lane = Literal["failure", "detection", "operation", "network", "peer"]


class Problem(msgspec.Struct, frozen=True):
    """What went wrong, in the form of RFC 9457 (application/problem+json)."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


class ScenarioInfo(msgspec.Struct, frozen=True):
    """A stored scenario.  ``shipped``: one of ours, cannot be overwritten.  ``summary``: its
    opening comment, or a sentence made from its keys."""

    name: str
    text: str
    shipped: bool
    summary: str


class RunInfo(msgspec.Struct, frozen=True):
    """One run.  ``tick``: the live tick; ``ticks``: its length; ``speed``: ticks per second, 0 for
    as fast as it goes.  ``actions``: lines injected by hand so far, with their ticks."""

    id: str
    name: str
    scenario: str
    seed: int
    peers: int
    tick: int
    ticks: int
    state: RunState
    speed: float
    fanout: int
    t_fail: int
    t_cleanup: int
    replicas: int
    read_quorum: int
    write_quorum: int
    actions: Sequence[str]
    created: str
    error: str | None = None


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A replica's answer to an operation."""

    tick: int
    peer: int
    ok: bool


class OperationView(msgspec.Struct, frozen=True, gc=False):
    """A client operation as far as it has got; ``ended`` and ``outcome`` are None while it runs."""

    transaction: int
    kind: OperationKind
    key: str
    value: str | None
    coordinator: int
    replicas: Sequence[int]
    quorum: int
    started: int
    answers: Sequence[Answer]
    ended: int | None
    outcome: Outcome | None


class Mark(msgspec.Struct, frozen=True, gc=False):
    """Something worth a mark on the timeline, with the sentence that explains it."""

    tick: int
    lane: Lane
    peer: int | None
    text: str


class Series(msgspec.Struct, frozen=True, gc=False):
    """Counts per tick, equally long columns, the first for tick ``start``.

    ``sent``, ``received``, ``lost``: messages; ``live``: peers that are members; ``listed``:
    entries in all live member lists; ``suspected``: those of them under suspicion; ``copies``: live
    copies of keys held; ``missing``: copies that replica sets lack.
    """

    start: int
    sent: Sequence[int]
    received: Sequence[int]
    lost: Sequence[int]
    live: Sequence[int]
    listed: Sequence[int]
    suspected: Sequence[int]
    copies: Sequence[int]
    missing: Sequence[int]


class History(msgspec.Struct, frozen=True, gc=False):
    """What has happened.  In a complete frame: everything up to the live tick; else only what is
    new or changed since the frame before (operations are replaced by transaction number)."""

    operations: Sequence[OperationView]
    marks: Sequence[Mark]
    series: Series


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One picture.  ``number`` counts the frames of a run; a page that misses one watches again.

    ``complete``: stands alone; else ``history`` is what changed since frame ``number - 1`` and
    ``snapshot.keys`` may be None (unchanged).  A seek's frame has no history.
    """

    run: str
    number: int
    complete: bool
    state: RunState
    snapshot: Snapshot
    history: History | None


class RunGrade(msgspec.Struct, frozen=True):
    """The grade of a run as of ``tick``; ``final`` once the run has ended.

    Sections: ``mp1`` (membership) and ``mp2`` (store); the one that does not apply has no checks.
    """

    run: str
    tick: int
    final: bool
    mp1: Section
    mp2: Section
    note: str = ""
