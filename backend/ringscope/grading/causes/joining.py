"""Causes of lost points for joins."""

from collections.abc import Iterator

from ringscope.grading.causes.case import Case, Cause, lines_of
from ringscope.grading.causes.words import at_lines, have, listed, peers, quoted, sentence
from ringscope.grading.records import UNNAMED, Joined, Started
from ringscope.grading.rubric import count
from ringscope.observers.debug_log import TIME_KEEPER, LogLine


def no_joins(case: Case) -> Iterator[Cause]:
    """Nobody logs any."""
    log = case.log
    if log.group.peers > 1 and not log.records.of(Joined) and log.records.last is not None:
        yield Cause(
            "No peer ever logged that another joined: logNodeAdd must be called whenever a member "
            "is added to the list, also while the JOINREP and the gossip are taken in."
        )


def lonely_peers(case: Case) -> Iterator[Cause]:
    """Some peers never added anybody, while others did."""
    group = case.log.group
    joins = group.joins
    lonely = [peer for peer in group.members if not set(joins.get(peer, {})) - {peer}]
    if not lonely or len(lonely) == group.peers:
        return
    added = {m for observer, members in joins.items() for m in members if m != observer}
    known = [peer for peer in lonely if peer in added]
    starts = [s for s in case.log.records.of(Started) if s.peer in lonely]
    text = f"{sentence(peers(lonely))} never logged that anybody else joined"
    if set(lonely) == set(group.members) - {TIME_KEEPER}:
        text = "Only the introducer, peer 1, logged that others joined; nobody else learnt of them"
    if known == lonely:
        text += (
            ", though others added "
            + ("it" if len(lonely) == 1 else "them")
            + ": the JOINREQ arrived, so look at what happens to the JOINREP and the gossip"
        )
    elif not known:
        text += " and nobody added " + ("it" if len(lonely) == 1 else "them")
        text += ": the JOINREQ never arrived or was not understood"
    yield Cause(f"{text}.", lines_of(starts), lonely)


def missing_pairs(case: Case) -> Iterator[Cause]:
    """Peers that know some of the others, but not all."""
    group = case.log.group
    known = {
        peer: {member for member in added if member in group.members} | {peer}
        for peer, added in sorted(group.joins.items())
        if peer in group.members and set(added) - {peer}
    }
    incomplete = {peer: added for peer, added in known.items() if len(added) < group.peers}
    if not incomplete:
        return
    everybody = set(group.members)
    examples = list(incomplete)[:4]
    told = listed(f"peer {p} of {peers(everybody - incomplete[p], 3)}" for p in examples)
    text = f"Some joins were never logged: {told}"
    text += f", and so on for {len(incomplete)} peers." if len(incomplete) > 4 else "."
    absent = everybody.difference(*incomplete.values())
    if absent and len(incomplete) > 1:
        text += f" All of these lack {peers(absent)}."
    yield Cause(text, _last_joins(case, list(incomplete)), list(incomplete))


def _last_joins(case: Case, observers: list[int]) -> list[LogLine]:
    wanted = set(observers)
    last = {r.peer: r for r in case.log.records.of(Joined) if r.peer in wanted}
    return [record.line for record in last.values()]


def strangers(case: Case) -> Iterator[Cause]:
    """Members that no peer of the group has the address of."""
    group = case.log.group
    strange = [r for r in case.log.records.of(Joined) if r.member not in group.members]
    if strange:
        yield Cause(
            f"{sentence(peers(r.peer for r in strange))} added an address that is none of the "
            f"group's, {quoted(strange[0].line)}{at_lines(lines_of(strange))}: an uninitialised or "
            "wrongly copied address (the id takes four bytes, the port two).",
            lines_of(strange),
            sorted({record.peer for record in strange}),
        )


def late_joins(case: Case) -> Iterator[Cause]:
    """Members that were added only after the failures had begun."""
    group = case.log.group
    first = min((failure.tick for failure in group.failures), default=case.log.setting.crash)
    late = [
        joined
        for added in group.joins.values()
        for member, joined in added.items()
        if joined.tick > first and member in group.members and joined.peer != UNNAMED
    ]
    if late and not case.official:
        yield Cause(
            f"{count(len(late), 'join')} {have(len(late), 'was', 'were')} logged only after the "
            f"failure at tick {first}{at_lines(lines_of(late))}.",
            lines_of(late),
            sorted({joined.peer for joined in late}),
        )


def unnamed_observers(case: Case) -> Iterator[Cause]:
    """Join lines without an address in front: the log was reopened, or the address is empty."""
    lost = [joined for joined in case.log.records.of(Joined) if joined.peer == UNNAMED]
    if lost:
        yield Cause(
            f"{count(len(lost), 'join line')}{at_lines(lines_of(lost))} "
            f"{have(len(lost), 'names', 'name')} no peer that logged it: only the very first "
            "record of a log has no address, so the log was opened anew.",
            lines_of(lost),
        )
