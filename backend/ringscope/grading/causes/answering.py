"""Causes that can be told of one operation: which replicas answered it, when, and with what."""

from collections import Counter
from collections.abc import Iterator

from ringscope.grading.asked import Asked
from ringscope.grading.causes.case import Case, Cause, about, all_of_the_coordinator, lines_of
from ringscope.grading.causes.words import at_lines, have, peers, quoted, sentence
from ringscope.grading.records import Answer
from ringscope.simulation.course import INVALID_KEY


def unanswered(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Nobody said anything."""
    if not asked.servers and not asked.coordinator:
        yield about(
            asked,
            f"{sentence(name)} was answered by nobody, neither by a replica nor by its "
            f"coordinator, peer {asked.operation.peer}: were the messages sent, and does the "
            "receiver understand them?",
        )


def wrong_address(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Replicas log under the address of the coordinator."""
    own = asked.servers
    if all_of_the_coordinator(asked) and not case.official:
        yield about(
            asked,
            f"All server lines of {name}{at_lines(lines_of(own))} carry the address of "
            f"the coordinator, peer {asked.operation.peer}: a replica must log with its own "
            "address, or nobody can tell who stored what.",
        )


def repeated_answers(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """A replica or the coordinator logs the same operation more than once."""
    servers = [] if all_of_the_coordinator(asked) else asked.servers
    for answers, who in (servers, "as a replica"), (asked.coordinator, "as the coordinator"):
        times = Counter(answer.peer for answer in answers)
        often = [peer for peer, number in times.items() if number > 1]
        if often:
            lines = [answer for answer in answers if answer.peer in often]
            yield about(
                asked,
                f"{sentence(peers(often))} answered {name} {who} "
                f"{max(times.values())} times{at_lines(lines_of(lines))}: once is right.",
            )


def wrong_value(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Success lines that show another value than was written."""
    written = asked.operation.value
    if written is None or asked.operation.kind in ("delete", "create"):
        return
    said = [a for a in (*asked.servers, *asked.coordinator) if a.ok and a.value != written]
    if case.official:  # for the grader it is enough if the value is part of the line
        said = [a for a in said if written not in (a.value or "")]
    if said:
        shown = said[0].value or ""
        alike = [answer for answer in said if answer.value == said[0].value]
        speakers = sorted({answer.peer for answer in alike})
        yield about(
            asked,
            f"For {name} {peers(speakers)} logged the value {shown!r} where {written!r} is "
            f"right{at_lines(lines_of(alike))}{_why_this_value(case, asked, said[0])}.",
            speakers,
        )


def _why_this_value(case: Case, asked: Asked, answer: Answer) -> str:
    written, shown = asked.operation.value or "", answer.value or ""
    if not shown:
        return ": the value is missing"
    if shown.startswith((f"{written}:", f"{written}|", f"{written}~")):
        return ": what follows it is how you store it (time stamp, role); take that off first"
    older = {one.operation.value for one in case.log.operations.about("create", answer.key)}
    if shown in older:
        return ": that is the value from before the update"
    return ""


def lacking_replicas(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Replicas were asked that do not hold the key."""
    if asked.refused and asked.operation.key != INVALID_KEY and len(asked.accepted) < 3:
        lines = [answer for answer in asked.servers if not answer.ok]
        verb = have(len(asked.refused), "was asked as a replica but does", "were asked but do")
        yield about(
            asked,
            f"{sentence(peers(asked.refused))} {verb} not hold the key of {name}"
            f"{at_lines(lines_of(lines))}: {_why_lacking(case, asked)}.",
            sorted(asked.refused),
        )


def _why_lacking(case: Case, asked: Asked) -> str:
    creators = case.log.operations.creators(asked.operation.key)
    if creators & asked.refused:
        return f"{peers(creators & asked.refused)} had stored it, so it was lost again"
    if (case.log.group.first_failure or asked.tick) < asked.tick:
        return "it was never copied there when the ring changed"
    return f"it was stored at {peers(creators)}, so the ring was seen differently then"


def missing_replicas(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Fewer replicas answered than hold the key, or than there should be."""
    group = case.log.group
    wanted = min(case.log.setting.replicas, group.peers)
    if asked.operation.key == INVALID_KEY or len(asked.accepted) >= wanted:
        return
    if all_of_the_coordinator(asked):
        return
    holders = {
        p
        for p in case.log.operations.creators(asked.operation.key)
        if group.alive(p, asked.tick + 1)
    }
    silent = holders - asked.accepted - asked.refused
    if silent:
        yield about(
            asked,
            f"{sentence(peers(silent))} stored the key of {name} and "
            f"{have(len(silent), 'is', 'are')} alive, but never logged an "
            f"answer; {peers(asked.accepted)} did.",
            sorted(silent),
        )
    elif len(asked.accepted) < wanted and case.part not in ("2", "replicas"):
        only = f"only {peers(asked.accepted)}" if asked.accepted else "none"
        yield about(
            asked,
            f"Of the {wanted} replicas that {name} should have, {only} logged success"
            + _copies_missing(case, asked),
        )


def _copies_missing(case: Case, asked: Asked) -> str:
    """What became of the copies that failures destroyed, as far as the log shows."""
    group = case.log.group
    creators = case.log.operations.creators(asked.operation.key)
    dead = {peer for peer in creators if not group.alive(peer, asked.tick + 1)}
    if not dead:
        return "."
    return (
        f": {peers(dead)}, which had stored the key, failed, and not every copy was made anew, or "
        "not where it is looked for."
    )


def success_for_nothing(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Replicas say yes about a key that nobody ever created."""
    created = case.log.operations.about("create", asked.operation.key)
    if asked.operation.key == INVALID_KEY and asked.accepted and not created:
        lines = [answer for answer in asked.servers if answer.ok]
        yield about(
            asked,
            f"{sentence(peers(asked.accepted))} logged success for {name}"
            f"{at_lines(lines_of(lines))}, though nobody ever created that key: look whether it "
            "exists before you report success.",
            sorted(asked.accepted),
        )


def few_refusals(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Too few replicas say no about the invalid key."""
    if asked.operation.key != INVALID_KEY or asked.accepted:
        return
    wanted = min(case.log.setting.replicas, case.log.group.peers)
    if case.log.test in ("read", "update"):  # the last failure may have hit one of the replicas
        wanted = case.log.setting.quorum(asked.operation.kind)
    if len(asked.refused) < wanted:
        who = f"only {peers(asked.refused)}" if asked.refused else "no replica"
        yield about(
            asked,
            f"{sentence(who)} logged a fail for {name}: each replica that is asked must "
            "log that it does not have the key.",
        )


def speaking_dead(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Answers of replicas that had failed."""
    dead = [a for a in asked.servers if not case.log.group.alive(a.peer, a.tick)]
    if dead:
        yield about(
            asked,
            f"{sentence(peers(a.peer for a in dead))} answered {name} after it had failed: "
            f"{quoted(dead[0].line)}{at_lines(lines_of(dead))}.",
        )


def other_replicas(case: Case, asked: Asked, name: str) -> Iterator[Cause]:
    """Peers answer that the key was not stored at, or more of them than there are copies."""
    creators = case.log.operations.creators(asked.operation.key)
    others = asked.accepted - creators
    most = min(case.log.setting.replicas, case.log.group.peers)
    if case.part == "replicas" and creators and others and asked.operation.kind != "create":
        yield about(
            asked,
            f"{sentence(name)} was answered by {peers(others)}, where the key had not been stored "
            f"({peers(creators)} stored it): all peers must agree on the ring.",
            sorted(others),
        )
    elif len(asked.accepted) > most:
        yield about(
            asked,
            f"{sentence(name)} was answered by {len(asked.accepted)} different replicas, "
            f"{peers(asked.accepted)}; a key has {most}.",
            sorted(asked.accepted),
        )
