"""Grades one log set of many so that none of them can stop the others."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ringscope.grading.log_grade import LogSetGrade, Rubric, failed, grade_log_set, printable
from ringscope.grading.log_set import LogSet, Unreadable

#: How long one set may take, in seconds; those of the course take a tenth of one.  Keys are regular
#: expressions to the official rules, and some would take for ever.
PATIENCE = 60


class _TooSlowError(Exception):
    """A set took longer than we have patience for."""


def grade_one(
    found: LogSet | Unreadable, rubric: Rubric = "official", patience: float = PATIENCE
) -> LogSetGrade:
    """Grade a set, or say as its ``problem`` why that cannot be done; raises nothing.

    The limit of time needs a system that has alarms (not Windows) and a process's main thread.
    """
    if isinstance(found, Unreadable):
        return LogSetGrade(printable(found.path), found.kind, problem=printable(found.problem))
    try:
        with _alarm(patience):
            return grade_log_set(found, rubric)
    except _TooSlowError:
        return failed(found, f"grading its logs took longer than {patience:g} seconds")
    except MemoryError:
        return failed(found, "grading its logs takes more memory than there is")
    except Exception as error:
        if os.environ.get("RINGSCOPE_TRACEBACK"):
            raise
        return failed(found, f"this is a bug in Ringscope ({type(error).__name__}: {error})")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "SIGALRM") or threading.current_thread() != threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def _ring(number: int, frame: FrameType | None) -> None:
    raise _TooSlowError
