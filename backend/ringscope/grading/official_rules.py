"""The official rules in words, for those who lost points by them."""

_JOIN = (
    "The grader wants exactly 100 different pairs of a peer and a member that it logged as joined; "
    "or else each of ten peers with exactly nine others."
)
_COMPLETE = (
    "The grader wants at least nine different lines with the word 'removed' and the address of the "
    "failed peer."
)
_ALL_WRITTEN = (
    "The grader wants four {0} success lines for each {0} operation, three of replicas and one of "
    "the coordinator, in all and for each key."
)
_STEPS = {
    "1": "After the first {0} the grader wants 3 or 4 success lines with its key and value before "
    "the second one.",
    "2": "With one replica down the grader wants exactly 3 success lines of the second {0}, two of "
    "replicas and one of the coordinator, before the third one.",
    "3.1": "With two replicas down the {0} must fail: the grader wants exactly 1 fail line about "
    "its key before the fourth {0}, 50 ticks later.",
    "3.2": "After stabilisation the grader wants 3 or 4 success lines of the fourth {0} before the "
    "fifth one, 10 ticks later.",
    "4": "After the failure of a peer without a replica the grader wants 3 or 4 success lines from "
    "the fifth {0} on.",
    "5": "For a key that does not exist the grader wants 3 or 4 fail lines about invalidKey from "
    "the sixth {0} on.",
}
#: The rule of each check in a sentence, in the terms of the course's grader.
OFFICIAL_RULES = {
    **{f"{test}.join": _JOIN for test in ("single", "multi", "drop")},
    **{f"{test}.completeness": _COMPLETE for test in ("single", "drop")},
    "single.accuracy": "The grader wants no line with the word 'removed' that does not name the "
    "failed peer, and at least one that does.",
    "multi.completeness": "For each of five failed peers the grader gives 2 points if at least 5 "
    "different lines with the word 'removed' name it.",
    "multi.accuracy": "For each of five failed peers the grader gives 2 points if exactly 20 "
    "different lines with the word 'removed' do not name it.",
    "create.1": _ALL_WRITTEN.format("create"),
    "delete.1": _ALL_WRITTEN.format("delete") + " The delete of invalidKey is left out.",
    "delete.2": "The grader wants exactly four delete fail lines about invalidKey, three of "
    "replicas and one of the coordinator.",
    **{
        f"{test}.{step}": text.format(test)
        for test in ("read", "update")
        for step, text in _STEPS.items()
    },
}
