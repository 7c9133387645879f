"""Builds and tries many submissions side by side, so that waiting costs nothing."""

import queue
import shutil
import tempfile
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple

import msgspec

from ringscope.program.agenda import Agenda, next_second
from ringscope.program.build import Build, build
from ringscope.program.printed import printable
from ringscope.program.rates import Grade, not_built, summed_up
from ringscope.program.sandbox import Confinement, Limits, SandboxError, Sandboxes, remove
from ringscope.program.submissions import (
    SCENARIOS,
    Kind,
    Submission,
    SubmissionError,
    copy_submission,
    kind_of,
)
from ringscope.program.trial import Trial, log_of, try_scenario
from ringscope.program.warden import Outcome
from ringscope.program.zipped import unpack
from ringscope.simulation.scenario import Scenario, load_scenario, shipped

#: A scenario that had to be stopped so often is not tried again.
PATIENCE = 2


class Plan(NamedTuple):
    """How submissions are to be tried; ``keep`` gets the log of each scenario's worst run."""

    kind: Kind | None
    runs: int
    limits: Limits
    build_limits: Limits
    skeleton: Path | None = None
    keep: Path | None = None


class Batch:
    """Submissions that are graded by ``jobs`` threads.

    Programs are seeded from the clock's second, so the runs of a scenario are a second apart
    (``when_next``); other submissions fill the time.
    """

    def __init__(
        self,
        submissions: Sequence[Submission],
        plan: Plan,
        jobs: int,
        confinement: Confinement | None = None,
        when_next: Callable[[], float] = next_second,
    ) -> None:
        self.plan = plan
        self.when_next = when_next
        self.agenda = Agenda()
        self.results: queue.Queue[tuple[int, Grade] | BaseException] = queue.Queue()
        self._submissions = submissions
        self._jobs = jobs
        self.base = Path(tempfile.mkdtemp(prefix="ringscope-"))
        try:
            self.sandboxes = Sandboxes(self.base, confinement)
        except BaseException:
            remove(self.base)
            raise
        self._waiting = iter(enumerate(submissions))
        self._lock = Lock()

    def grades(self) -> Generator[Grade, None, None]:
        """Grade all; yield the grades in the order of the submissions, as early as possible."""
        for _ in range(2 * self._jobs + 2):
            self.begin_next()
        threads = [Thread(target=self._work, args=(slot,)) for slot in range(self._jobs)]
        for thread in threads:
            thread.start()
        early: dict[int, Grade] = {}
        try:
            for index in range(len(self._submissions)):
                while index not in early:
                    result = self.results.get()
                    if isinstance(result, BaseException):
                        raise result
                    early[result[0]] = result[1]
                yield early.pop(index)
        finally:
            self.agenda.stop()
            self.sandboxes.stop()
            for thread in threads:
                thread.join()
            remove(self.base)

    def begin_next(self) -> None:
        """Put one more submission on the agenda, if any is left."""
        with self._lock:
            index, submission = next(self._waiting, (-1, None))
        if submission is not None:
            self.agenda.add(_Job(self, index, submission).begin)

    def _work(self, slot: int) -> None:
        try:
            self.agenda.work_off(slot)
        except BaseException as error:
            self.results.put(error)


class _Job:
    """One submission on its way."""

    def __init__(self, batch: Batch, index: int, submission: Submission) -> None:
        self._batch = batch
        self._index = index
        self._submission = submission
        self._folder = batch.base / str(index)
        self._built = Build(False, "", (), 0.0)
        self._kind = batch.plan.kind
        self._trials: dict[str, list[Trial]] = {}
        self._open = 0
        self._lock = Lock()

    def begin(self, slot: int) -> None:
        """Build it and put the first run of each scenario on the agenda."""
        try:
            self._built = self._build(slot)
        except (SubmissionError, SandboxError, OSError) as error:
            self._built = self._built._replace(built=False, reason=_sentence(error))
        if not self._built.built or self._kind is None:
            self._finish()
            return
        names = SCENARIOS[self._kind]
        self._trials = {name: [] for name in names}
        self._open = len(names)
        for name in names:
            self._batch.agenda.add(partial(self._try, load_scenario(shipped()[name])))

    def _build(self, slot: int) -> Build:
        plan, sandbox = self._batch.plan, self._folder / "build"
        work = sandbox / "work"
        work.mkdir(parents=True)
        self._folder.chmod(0o711)
        (sandbox / "tmp").mkdir()
        source = self._submission.folder
        if source.is_file():
            source = unpack(source, self._folder / "unpacked", plan.skeleton)
        copy_submission(source, plan.skeleton, work)
        if self._kind is None:
            self._kind = kind_of(work)
        printed = self._folder / "build.txt"

        def run(command: list[str]) -> Outcome:
            return self._batch.sandboxes.run(command, sandbox, plan.build_limits, printed, slot)

        return build(work, run, printed)

    def _try(self, scenario: Scenario, slot: int) -> None:
        """Run a scenario once; put its next run, or the end, on the agenda."""
        batch, done = self._batch, self._trials[scenario.name]
        sandbox = self._folder / f"{scenario.name}-{len(done) + 1}"
        run = partial(batch.sandboxes.run, slot=slot)
        try:
            built = self._folder / "build" / "work"
            trial = try_scenario(scenario, built, sandbox, run, batch.plan.limits)
            self._keep(scenario.name, trial, done, sandbox)
        except (SubmissionError, SandboxError, OSError) as error:
            with self._lock:
                self._built = self._built._replace(built=False, reason=_sentence(error))
            self._close()
            return
        finally:
            remove(sandbox)
        done.append(trial)
        stopped = sum(one.stopped for one in done)
        if len(done) < batch.plan.runs and stopped < PATIENCE:
            batch.agenda.add(partial(self._try, scenario), batch.when_next())
        else:
            self._close()

    def _keep(self, scenario: str, trial: Trial, before: Sequence[Trial], sandbox: Path) -> None:
        keep = self._batch.plan.keep
        points = trial.section.total
        if keep is None or any(one.section.total <= points for one in before):
            return
        folder = keep / self._submission.name
        folder.mkdir(parents=True, exist_ok=True)
        with log_of(sandbox) as log, open(folder / f"{scenario}.log", "wb") as kept:
            shutil.copyfileobj(log, kept)

    def _close(self) -> None:
        with self._lock:
            self._open -= 1
            last = self._open == 0
        if last:
            self._finish()

    def _finish(self) -> None:
        plan, name = self._batch.plan, self._submission.name
        path = printable(str(self._submission.folder))
        if self._built.built and self._kind is not None:
            grade = summed_up(name, path, self._kind, self._built, self._trials, plan.runs)
        else:
            grade = not_built(name, path, self._kind, self._built, plan.runs)
        words = self._batch.sandboxes.confinement.words()
        remove(self._folder)
        self._batch.results.put((self._index, msgspec.structs.replace(grade, protections=words)))
        self._batch.begin_next()


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return printable(f"cannot be read: {error.filename}: {error.strerror}")
    return printable(str(error))
