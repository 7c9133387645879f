"""Guesses of which scenario a log is that does not say so."""

from collections.abc import Callable
from typing import BinaryIO

from ringscope.grading.log_file import LogTooLargeError, read_log_file
from ringscope.grading.records import Failed, Operation, Records, records_of


def likely_scenarios(records: Records) -> tuple[str, ...]:
    """Return the scenarios of the course that a log may be of, none if nothing speaks for any.

    The store tests create keys before they do anything else.  One failure looks the same whether
    messages were lost or not.
    """
    kinds = {operation.kind for operation in records.of(Operation)}
    for kind in ("update", "read", "delete", "create"):
        if kind in kinds:
            return (kind,)
    failures = records.of(Failed)
    if any(failure.group for failure in failures) or len({one.peer for one in failures}) > 1:
        return ("multifailure",)
    return ("singlefailure", "msgdropsinglefailure") if failures else ()


def ask_for_scenario(opened: Callable[[], BinaryIO]) -> str:
    """Return a sentence that asks for the scenario of a log, with what it looks like."""
    question = "the log does not say of which scenario it is; "
    try:
        with opened() as file:
            likely = likely_scenarios(records_of(read_log_file(file).lines))
    except (OSError, LogTooLargeError):
        likely = ()
    if not likely:
        return question + "name it, as in --conf read"
    return f"{question}it looks like {' or '.join(likely)}: name it with --conf {likely[0]}"
