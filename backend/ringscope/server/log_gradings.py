"""Grading logs that were uploaded, each upload in a child process of its own.

See `ringscope.server.log_grader`.  What it answers is stored until newer gradings need the room.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ringscope.grading.log_grade import Rubric, printable
from ringscope.server.children import end_child, start_child
from ringscope.server.ids import new_id
from ringscope.server.library import Library
from ringscope.server.limits import Limits
from ringscope.server.log_orders import (
    Graded,
    KeptLog,
    Order,
    Part,
    Refused,
    encode,
    read_answer,
)
from ringscope.server.log_storage import LogStorage
from ringscope.server.problems import RefusedError, conflict, invalid, not_found, too_many
from ringscope.server.runtime import Runtime
from ringscope.server.uploads import Sent
from ringscope.server.wire import LogLines

#: What a child gets on top of its time, in seconds, before it is ended.
_GRACE = 10.0


class LogGradings:
    """Grades and remembers logs; ``folder`` is for uploads and begins empty."""

    def __init__(
        self, storage: LogStorage, library: Library, limits: Limits, runtime: Runtime, folder: Path
    ) -> None:
        self._storage = storage
        self._library = library
        self._limits = limits
        self._runtime = runtime
        self._folder = folder
        self._under_way: set[_Child] = set()
        shutil.rmtree(folder, ignore_errors=True)

    def grade(self, sent: Sequence[Sent], conf: str | None, rubric: Rubric) -> str:
        """Grade what was sent and return the id of the grading; waits until it is through.

        ``conf``: the scenario of logs that do not say it.
        """
        scenario = None
        if conf is not None:
            found = self._library.find(conf.removesuffix(".conf"))
            scenario = found.name, found.text
        self._await_a_place()
        name = new_id()
        folder = self._folder / name
        child = _Child()
        self._under_way.add(child)
        try:
            folder.mkdir(parents=True)
            parts = [_save(one, folder / str(number)) for number, one in enumerate(sent)]
            child.begin(self._order(name, parts, scenario, rubric))
            self._runtime.spawn(lambda: self._watch_over(child))
            self._storage.keep(
                name, *child.answer(), self._limits.log_gradings, self._limits.log_room
            )
        finally:
            self._under_way.discard(child)
            child.end()
            shutil.rmtree(folder, ignore_errors=True)
        return name

    def find(self, grading: str) -> bytes:
        """Return a grading as JSON packed by gzip; raises `RefusedError` if there is none."""
        found = self._storage.grading(grading)
        if found is None:
            raise _no_grading(grading)
        return found

    def drop(self, grading: str) -> None:
        """Forget a grading with its logs."""
        if not self._storage.drop(grading):
            raise _no_grading(grading)

    def lines(self, log: str, first: int, last: int) -> LogLines:
        """Return lines ``first`` to ``last``, counted from 1, of a log."""
        if last < first or last - first >= self._limits.log_lines:
            raise invalid(
                f"ask for 1 to {self._limits.log_lines} lines, from the first to the last"
            )
        if not self._storage.knows(log):
            raise not_found(f"there is no log {log[:64]!r}")
        lines: list[str] = []
        for number, data in self._storage.pieces(log, first, last):
            text = data.removesuffix(b"\n").split(b"\n")
            some = text[max(0, first - number) : last - number + 1]
            lines += (printable(line.decode(errors="surrogateescape")) for line in some)
        return LogLines(first, self._storage.length(log), lines)

    def text(self, log: str) -> Iterator[bytes]:
        """Return a whole log, in pieces, byte for byte."""
        if not self._storage.length(log):
            raise not_found(f"the lines of log {log[:64]!r} are not kept")
        return (data for _, data in self._storage.pieces(log))

    def close(self) -> None:
        """Stop all."""
        for child in list(self._under_way):
            child.end()

    def _await_a_place(self) -> None:
        give_up = self._runtime.now() + self._limits.log_wait
        while len(self._under_way) >= self._limits.log_jobs:
            if self._runtime.now() >= give_up:
                raise too_many(
                    f"logs of {self._limits.log_jobs} uploads are being graded already, which is "
                    "the most; wait"
                )
            self._runtime.sleep(0.05)

    def _order(
        self, name: str, parts: Sequence[Part], conf: tuple[str, str] | None, rubric: Rubric
    ) -> Order:
        limits = self._limits
        return Order(
            name, datetime.now(UTC).isoformat(timespec="seconds"), parts, conf, rubric,
            limits.log_seconds, limits.log_patience, limits.log_sets, limits.log_unpacked,
            limits.log_bytes, limits.log_kept,
        )  # fmt: skip

    def _watch_over(self, child: "_Child") -> None:
        end = self._runtime.now() + self._limits.log_seconds + _GRACE
        while child.running:
            self._runtime.sleep(0.5)
            if child.running and self._runtime.now() >= end:
                child.end(f"it took longer than {self._limits.log_seconds:g} seconds")


class _Child:
    """The process that grades one upload."""

    def __init__(self) -> None:
        self.running = False
        self._ended: str | None = None

    def begin(self, order: Order) -> None:
        """Start it; raises `RefusedError` if that cannot be done."""
        if self._ended:
            raise conflict(f"the logs were not graded: {self._ended}")
        try:
            self._process, self._channel = start_child("ringscope.server.log_grader")
        except OSError as error:
            raise conflict(f"no process could be started to grade the logs: {error}") from None
        self.running = True
        self._channel.send(encode(order))

    def answer(self) -> tuple[bytes, list[KeptLog]]:
        """Wait for the grading and the logs to keep; raises `RefusedError` if there are none."""
        logs: list[KeptLog] = []
        while True:
            try:
                answer = read_answer(self._channel.receive())
            except (EOFError, OSError):
                why = self._ended or f"the process that graded them ended with {self._finish()}"
                raise invalid(f"the logs were not graded: {why}") from None
            if isinstance(answer, Graded):
                return answer.grading, logs
            if isinstance(answer, Refused):
                problem = answer.problem
                raise RefusedError(problem.status, problem.title, problem.detail)
            logs.append(answer)

    def end(self, why: str = "the server stops") -> None:
        """End the process, if it has not ended yet."""
        self._ended = self._ended or why
        if self.running:
            self._finish()

    def _finish(self) -> str:
        self.running = False
        how = end_child(self._process)
        self._channel.close()
        return how


def _save(sent: Sent, path: Path) -> Part:
    sent.save(path)
    return Part(sent.name, str(path))


def _no_grading(grading: str) -> RefusedError:
    return not_found(f"there is no grading {grading[:64]!r}; newer ones may have taken its place")
