"""Grading without watching: scenarios run to their end in a child process of their own.

See `ringscope.server.grader`.  The server itself stays free for everyone else.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ringscope.grading.report import Report
from ringscope.server.library import Library
from ringscope.server.limits import SEED_MOST, Limits
from ringscope.server.problems import bad_request, conflict, invalid, not_found, too_many
from ringscope.server.runtime import Runtime
from ringscope.server.storage import Storage
from ringscope.server.wire import Grading, GradingState
from ringscope.simulation.scenario import COURSE, Scenario

_SEEDS = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")
#: How long a request waits for a small grading before it becomes a job, in seconds.
_PATIENCE = 20.0
_STOPPED = "The server stopped meanwhile; post the grading again."


class Gradings:
    """Starts, finds and cancels gradings; ``folder`` is for their files and begins empty.

    A grading is stored when it begins and when it ends, so a killed server forgets none.
    """

    def __init__(
        self, storage: Storage, library: Library, limits: Limits, runtime: Runtime, folder: Path
    ) -> None:
        self._storage = storage
        self._library = library
        self._limits = limits
        self._runtime = runtime
        self._folder = folder
        self._jobs: dict[str, _Job] = {}
        shutil.rmtree(folder, ignore_errors=True)
        for grading in storage.gradings():
            if grading.state == "running":
                storage.keep_grading(replace(grading, state="failed", error=_STOPPED))

    def start(self, files: Sequence[tuple[str, str]], seeds: str | None) -> Grading:
        """Begin to grade ``files`` (name and text; none: the course's seven) over ``seeds``."""
        if len(files) > self._limits.grade_files:
            raise too_many(f"a grading takes at most {self._limits.grade_files} scenarios")
        names = [name for name, _ in files]
        if len(set(names)) != len(names):
            raise bad_request("two of the scenarios have the same name")
        files = files or [(name, self._library.find(name).text) for name in COURSE]
        scenarios = [self._gradable(name, text) for name, text in files]
        first, last = read_seeds(seeds) if seeds is not None else _own_seed(scenarios)
        cells = (last - first + 1) * len(files)
        if cells > self._limits.grade_cells:
            raise too_many(
                f"a grading takes at most {self._limits.grade_cells} runs (scenarios times seeds), "
                f"not {cells}; `ringscope grade` takes more"
            )
        if sum(job.running for job in self._jobs.values()) >= self._limits.jobs:
            raise too_many(f"{self._limits.jobs} gradings run already, which is the most; wait")
        job = _Job(self._folder, files, first, last)
        self._jobs[job.id] = job
        self._storage.keep_grading(job.grading())
        self._runtime.spawn(lambda: self._follow(job))
        self._runtime.spawn(lambda: self._watch_over(job))
        return job.grading()

    def await_soon(self, grading: Grading) -> Grading:
        """Wait for a grading of few runs to end; others are returned as they are."""
        if len(range_of(grading)) > self._limits.at_once:
            return grading
        give_up = self._runtime.now() + _PATIENCE
        while grading.state == "running" and self._runtime.now() < give_up:
            self._runtime.sleep(0.02)
            grading = self.find(grading.job)
        return grading

    def find(self, job: str) -> Grading:
        """Return a grading, running or stored; raises `RefusedError` if there is none."""
        if running := self._jobs.get(job):
            return running.grading()
        stored = self._storage.grading(job)
        if stored is None:
            raise not_found(f"there is no grading {job[:64]!r}")
        return stored

    def cancel(self, job: str) -> None:
        """Stop a grading."""
        if self.find(job).state != "running":
            raise conflict(f"grading {job} has ended already")
        self._jobs[job].cancel()

    def close(self) -> None:
        """Stop all."""
        for job in self._jobs.values():
            job.cancel()

    def _watch_over(self, job: "_Job") -> None:
        end = self._runtime.now() + self._limits.grade_seconds
        while job.running:
            self._runtime.sleep(1.0)
            if self._runtime.now() >= end:
                job.cancel(f"it took longer than {self._limits.grade_seconds:g} seconds")
                return

    def _gradable(self, name: str, text: str) -> Scenario:
        self._library.check_name(name)
        scenario = self._library.check(text, name)
        if scenario.peers > self._limits.grade_peers:
            raise invalid(
                f"{name}.conf: this server grades groups of at most {self._limits.grade_peers} "
                f"peers, not {scenario.peers}; `ringscope grade` takes more"
            )
        if scenario.single_failure is None and scenario.crud_test is None:
            raise invalid(
                f"{name}.conf has neither SINGLE_FAILURE nor CRUD_TEST, so the course's rules have "
                "nothing to grade"
            )
        return scenario

    def _follow(self, job: "_Job") -> None:
        job.work()
        self._storage.keep_grading(job.grading())
        self._jobs.pop(job.id, None)


class _Job:
    """One child process and what it has answered so far."""

    def __init__(
        self, folder: Path, files: Sequence[tuple[str, str]], first: int, last: int
    ) -> None:
        self.id = secrets.token_hex(6)
        self.running = True
        self._folder = folder / self.id
        self._files = files
        self._first, self._last = first, last
        self._reports: list[Report] = []
        self._error: str | None = None
        self._cancelled = False
        self._child: subprocess.Popen[bytes] | None = None

    def grading(self) -> Grading:
        """Return what is known so far."""
        names = [name for name, _ in self._files]
        return Grading(
            job=self.id,
            state=self._state(),
            seeds=f"{self._first}-{self._last}",
            scenarios=names,
            done=len(self._reports) * len(names),
            total=(self._last - self._first + 1) * len(names),
            reports=tuple(self._reports),
            error=self._error,
        )

    def _state(self) -> GradingState:
        if self.running:
            return "running"
        if self._error:
            return "failed"
        return "cancelled" if self._cancelled else "done"

    def cancel(self, reason: str | None = None) -> None:
        """End the child; with a ``reason`` the grading has failed, else it was not wanted."""
        self._error = reason
        self._cancelled = reason is None
        if self._child is not None:
            self._child.terminate()

    def work(self) -> None:
        """Run the child and read its answers until it ends."""
        try:
            self._folder.mkdir(parents=True)
            self._run(self._command(list(self._write())))
        except (OSError, msgspec.DecodeError) as error:
            self._error = f"the grading could not be carried out: {error}"
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            self.running = False

    def _write(self) -> list[str]:
        paths = []
        for name, text in self._files:
            path = self._folder / f"{name}.conf"
            path.write_text(text, encoding="utf-8", newline="")
            paths.append(str(path))
        return paths

    def _command(self, paths: list[str]) -> list[str]:
        seeds = [str(self._first), str(self._last)]
        return [sys.executable, "-m", "ringscope.server.grader", *seeds, *paths]

    def _run(self, command: list[str]) -> None:
        complaints = self._folder / "stderr"
        with complaints.open("wb") as stderr:
            self._child = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=stderr, stdin=subprocess.DEVNULL,
                env=os.environ | {"NO_COLOR": "1"},
            )  # fmt: skip
            if self._cancelled or self._error:
                self._child.terminate()
            assert self._child.stdout is not None
            with self._child.stdout as lines:
                for line in lines:
                    self._reports.append(msgspec.json.decode(line, type=Report))
            code = self._child.wait()
        through = code == 0 and len(self._reports) == self._last - self._first + 1
        if not (through or self._cancelled or self._error):
            said = complaints.read_text(errors="replace").strip().splitlines()
            self._error = said[-1] if said else f"the grading ended with exit code {code}"


def _own_seed(scenarios: Sequence[Scenario]) -> tuple[int, int]:
    seeds = {scenario.seed for scenario in scenarios}
    if len(seeds) > 1:
        raise bad_request("the scenarios have different SEEDs; say which to use, such as ?seed=7")
    (seed,) = seeds
    return seed, seed


def read_seeds(seeds: str) -> tuple[int, int]:
    """Return first and last of ``7`` or ``1-20``."""
    match = _SEEDS.fullmatch(seeds)
    if match is None:
        raise bad_request(f"seeds are one number or a range such as 1-20, not {seeds[:40]!r}")
    first = int(match[1])
    last = int(match[2] or match[1])
    if last > SEED_MOST:
        raise bad_request(f"the largest seed is {SEED_MOST}, not {last}")
    if last < first:
        raise bad_request(f"the range of seeds {seeds} is empty; write the smaller number first")
    return first, last


def range_of(grading: Grading) -> range:
    """Return the seeds of a grading."""
    first, last = read_seeds(grading.seeds)
    return range(first, last + 1)
