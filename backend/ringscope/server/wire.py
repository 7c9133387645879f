"""The contract between server and page: every value that travels over Socket.IO or REST.

`frontend/src/wire.ts` is generated from these types (``make types``) and a test keeps it fresh.

Socket.IO, page to server (each answered by an acknowledgement: the value, or a `Problem`):
    ``watch``  {run}            -> `Frame`, complete; from now on its ``frame`` events arrive
    ``unwatch`` {run}           -> {} (`Done`)
    ``seek``   {run, tick}      -> `Frame`, complete, of that past tick (the run itself goes on)
    ``control`` {run, command, value} -> `RunInfo`; command: pause, resume, step, speed
    ``act``    {run, line}      -> `RunInfo`; a timeline line without its ``AT <tick>``
Server to page:
    ``frame``  `Frame`          at most 20 to 30 a second per run, latest wins
    ``run``    `RunInfo`        something about the run changed (paused, finished, ...)
    ``grade``  `RunGrade`       graded again: when the run ends and now and then before
    ``gone``   `Problem`        a run that was watched is watched no longer, and why

Bytes (``Snapshot.ages``) travel as base64.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from ringscope.grading.log_set import Kind
from ringscope.grading.report import Report, Section
from ringscope.observers.history import Answer, History, Lane, Mark, OperationView, Series
from ringscope.simulation.snapshot import Snapshot

__all__ = [
    "CLIENT_EVENTS", "SERVER_EVENTS", "Act", "Answer", "Control", "Done", "Frame", "Grading",
    "GradingState", "History", "Lane", "LogGrading", "LogLines", "LogOf", "LogSetGrade", "Mark",
    "OperationView", "Problem", "RunGrade", "RunInfo", "RunOrigin", "RunState", "ScenarioInfo",
    "Seek", "Series", "Unwatch", "Watch",
]  # fmt: skip

RunState = Literal["running", "paused", "finished", "broken"]
RunOrigin = Literal["run", "log"]
GradingState = Literal["running", "done", "failed", "cancelled"]


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
    as fast as it goes.  ``actions``: lines injected by hand so far, with their ticks.

    ``scenario``: its text; empty in the list of all runs, which would be too long with it.
    ``origin``: ``log`` for the replay of a log that ``grading`` has graded.  It has come to its end
    and can only be looked at; nobody knows its ``seed``, ``fanout``, ``t_fail`` and ``t_cleanup``,
    which are 0, nor its ``scenario``, which is empty.
    """

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
    origin: RunOrigin = "run"
    grading: str | None = None


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


class Grading(msgspec.Struct, frozen=True):
    """Scenarios graded without watching them; ``done`` of ``total`` runs are through.

    ``reports``: one for each seed, as far as they are known.  ``error``: why it ``failed``.
    """

    job: str
    state: GradingState
    seeds: str
    scenarios: Sequence[str]
    done: int
    total: int
    reports: Sequence[Report]
    error: str | None = None


class LogOf(msgspec.Struct, frozen=True):
    """The log of one of the course's scenarios, ``test``, in a log set.

    ``replay``: id of the run that shows it and of its lines; if None, ``why`` says why not.
    ``lines``: how many it has; ``unread``: those that are neither blank nor understood.
    """

    test: str
    replay: str | None
    lines: int = 0
    unread: int = 0
    why: str = ""


class LogSetGrade(msgspec.Struct, frozen=True):
    """The grade of the logs of one submission, called ``path``.

    ``official`` and ``strict``: None if not asked for.  ``error``: why it could not be graded, in
    a sentence; ``kind`` may be None then.  ``notes``: what else is worth knowing.
    """

    path: str
    kind: Kind | None
    official: Section | None
    strict: Section | None
    notes: Sequence[str]
    error: str | None
    logs: Sequence[LogOf]


class LogGrading(msgspec.Struct, frozen=True):
    """What was uploaded, graded; kept until newer ones need the room."""

    id: str
    created: str
    sets: Sequence[LogSetGrade]


class LogLines(msgspec.Struct, frozen=True):
    """Lines of a log; the first of them is number ``first``, and the log has ``total``."""

    first: int
    total: int
    lines: Sequence[str]


# --- what the page asks ---------------------------------------------------------------------------


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Show me run ``run`` from now on."""

    run: str


class Unwatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stop sending the frames of run ``run``."""

    run: str


class Seek(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Show me run ``run`` as it was after ``tick`` ticks."""

    run: str
    tick: int


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Drive a run.  ``value``: ticks per second for ``speed``, a number of ticks for ``step``."""

    run: str
    command: Literal["pause", "resume", "step", "speed"]
    value: float | None = None


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Do something to run ``run`` in its next tick: a timeline line without its ``AT <tick>``."""

    run: str
    line: str


class Done(msgspec.Struct, frozen=True):
    """Nothing more to say."""


#: Name of a question -> (its payload, what answers it unless a `Problem` does).
CLIENT_EVENTS: dict[str, tuple[type[msgspec.Struct], type[msgspec.Struct]]] = {
    "watch": (Watch, Frame),
    "unwatch": (Unwatch, Done),
    "seek": (Seek, Frame),
    "control": (Control, RunInfo),
    "act": (Act, RunInfo),
}
#: Name of a message from the server -> its payload.
SERVER_EVENTS: dict[str, type[msgspec.Struct]] = {
    "frame": Frame,
    "run": RunInfo,
    "grade": RunGrade,
    "gone": Problem,
}
