"""Where to look when the log alone does not tell what went wrong."""

from ringscope.grading.causes.case import Case

_JOIN = "Compare, peer by peer, the 'joined' lines with the list of all peers."
_REMOVALS = "Compare the 'removed' lines with the 'Node failed' lines: who, whom, and at what tick."
_WINDOW = (
    "Look at the lines about the key of this step from its operation to the next one: three "
    "replicas and the coordinator should log one line each."
)
_BALANCE = "Count the success lines of each key: three replicas and the coordinator, once each."
_INVALID = "Look at the lines about invalidKey: each replica asked and the coordinator log a fail."
_HINTS = {
    "join": _JOIN,
    "completeness": _REMOVALS,
    "accuracy": _REMOVALS,
    "latency": _REMOVALS,
    "once": _REMOVALS,
    "silence": "Look for lines of a peer after its 'Node failed' line.",
    "end": "Look at the last lines of the log and at what the program printed when it ended.",
    "stored": "Look at every line with the value of an updated key, also those of stabilisation.",
    "must-fail": _WINDOW,
    "invalid": _INVALID,
    "invalid.replicas": _INVALID,
    "invalid.coordinator": _INVALID,
    "5": _INVALID,
}


def hint_for(case: Case) -> tuple[str, ...]:
    """Return what to look at for a check whose causes the log does not show."""
    if case.log.test in ("create", "delete") and case.part not in _HINTS:
        return (_INVALID if case.check.id == "delete.2" else _BALANCE,)
    return (_HINTS.get(case.part, _WINDOW),)
