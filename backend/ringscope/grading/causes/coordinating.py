"""Causes that can be told of one operation: what its coordinator did."""

from collections.abc import Iterator

from ringscope.grading.asked import ANSWER_DUE, Asked
from ringscope.grading.causes.case import Case, Cause, about, all_of_the_coordinator, lines_of
from ringscope.grading.causes.words import at_lines, peers, sentence
from ringscope.simulation.course import INVALID_KEY


def success_too_soon(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """The coordinator does not wait for a quorum."""
    quorum = case.log.setting.quorum(asked.operation.kind)
    for answer in asked.successes[:1]:
        yes = asked.accepted_before(answer.tick)
        if len(yes) < quorum and not all_of_the_coordinator(asked):
            by = f"{peers(yes)} had"
            word = "replica" if quorum == 1 else "replicas"
            yield about(
                asked,
                f"The coordinator, peer {answer.peer}, logged success for {name} at tick "
                f"{answer.tick}{at_lines([answer.line])} before {quorum} {word} had answered with "
                f"success ({by}).",
                [answer.peer],
            )


def wrong_failure(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """The coordinator fails although enough replicas said yes."""
    quorum = case.log.setting.quorum(asked.operation.kind)
    for answer in asked.failures[:1]:
        yes = asked.accepted_before(answer.tick - 1)
        if len(yes) >= quorum:
            yield about(
                asked,
                f"The coordinator, peer {answer.peer}, logged a fail for {name} at tick "
                f"{answer.tick}{at_lines([answer.line])} although {peers(yes)} had logged success "
                "before: were the replies counted for the right transaction?",
                [answer.peer],
            )


def silent_coordinator(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Replicas answered, the coordinator never told the client."""
    log, coordinator = case.log, asked.operation.peer
    if asked.coordinator or not asked.servers:
        return
    if not log.group.alive(coordinator, asked.tick + ANSWER_DUE):
        return
    said = []
    if asked.accepted:
        said.append(f"{peers(asked.accepted)} logged success")
    if asked.refused:
        said.append(f"{peers(asked.refused)} logged a fail")
    quorum = log.setting.quorum(asked.operation.kind)
    if len(asked.accepted) >= quorum:
        look = "it must log success as soon as a quorum of replies is in"
    else:
        look = (
            "without a quorum of successes it must log a fail, and when replies are missing it "
            "must give up after a timeout"
        )
    yield about(
        asked,
        f"The coordinator of {name}, peer {coordinator}, never logged a result "
        f"({'; '.join(said)}): {look}.",
        [coordinator],
    )


def wrong_coordinator(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Another peer than the one asked logs as the coordinator."""
    others = [a for a in asked.coordinator if a.peer != asked.operation.peer]
    if others:
        yield about(
            asked,
            f"{sentence(name)} was asked of peer {asked.operation.peer}, but "
            f"{peers(a.peer for a in others)} logged as its coordinator"
            f"{at_lines(lines_of(others))}.",
        )


def success_of_invalid(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """The coordinator says yes about the invalid key."""
    if asked.operation.key == INVALID_KEY and asked.successes:
        first = asked.successes[0]
        yield about(
            asked,
            f"The coordinator, peer {first.peer}, logged success for {name} at tick {first.tick}"
            f"{at_lines([first.line])}, a key that does not exist.",
            [first.peer],
        )
