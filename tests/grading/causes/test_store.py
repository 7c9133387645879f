"""What students are told about creates, deletes, reads and updates."""

import re

import pytest

from ringscope.grading.causes.case import Case, Log
from ringscope.grading.causes.hints import hint_for
from ringscope.grading.records import records_of
from ringscope.grading.report import Check
from ringscope.grading.setting import Setting

from .conftest import Explain, Lines, causes

CHECK = Check("read.2", "Read it", 0, 9, False, "Expected much, saw little.")
STEPPED = ["read", "update"]


def without(lines: Lines, *words: str) -> Lines:
    return [line for line in lines if not all(word in line for word in words)]


def changed(lines: Lines, old: str, new: str, *words: str) -> Lines:
    return [line.replace(old, new) if all(w in line for w in words) else line for line in lines]


def key_of(name: str, lines: Lines) -> str:
    return next(line for line in lines if f"{name.upper()} OPERATION" in line).split()[5]


def answering(lines: Lines, tick: int, words: str) -> list[int]:
    return [int(x.split(".")[0]) for x in lines if f"[{tick}]" in x and words in x]


def copied(peer: int, key: str, value: str) -> str:
    said = "[200] server: create success at time 200, transID=9"
    return f" {peer}.0.0.0:0 {said}, key={key}, value={value}"


def outsiders(name: str, lines: Lines) -> list[int]:
    """Peers that do not fail and did not answer the first operation."""
    gone = {int(line.split(".")[0]) for line in lines if "Node failed" in line}
    taken = gone | set(answering(lines, 151, "server")) | set(answering(lines, 276, "server"))
    return [peer for peer in range(1, 11) if peer not in taken]


@pytest.mark.parametrize("name", STEPPED)
def test_a_program_that_stops(name: str, perfect: dict[str, Lines], explain: Explain) -> None:
    at = next(i for i, line in enumerate(perfect[name]) if "[225]" in line)
    checks = explain(name, perfect[name][:at])
    for check in "2", "3.1", "5":
        told = causes(checks[f"{name}.{check}"])
        assert "Your program stopped at tick" in told
        assert f"before the {name} at tick 225" in told
    told = causes(checks[f"{name}.2"])
    assert "Only 2 of the six" in told
    assert "the grader needs all six" in told


def test_the_wrong_scenario(perfect: dict[str, Lines], explain: Explain) -> None:
    told = causes(explain("read", perfect["update"])["read.1"])
    assert told == "The log has no read operations; it has only create and update operations."


@pytest.mark.parametrize("name", STEPPED)
def test_success_before_two_replicas(
    name: str, perfect: dict[str, Lines], explain: Explain
) -> None:
    lines = perfect[name]
    one = answering(lines, 151, "server")[0]
    rushed = changed(lines, "[152]", "[150]", "coordinator")
    coordinator = answering(lines, 152, "coordinator")[0]
    told = causes(explain(name, rushed)[f"strict.{name}.coordinator"])
    assert f"The coordinator, peer {coordinator}, logged success for step 1" in told
    assert "before 2 replicas had answered with success (nobody had)" in told
    lone = [
        line
        for line in lines
        if not ("[151]" in line and "server" in line and not line.startswith(f" {one}."))
    ]
    check = explain(name, lone)[f"{name}.1"]
    assert f"(peer {one} had)" in causes(check)
    assert check.explanation is not None
    assert (check.tick, check.explanation.keys) == (150, (key_of(name, lines),))
    assert check.explanation.expected.startswith(f"3 or 4 {name} success lines")
    assert check.explanation.seen == "2 at ticks 151 to 152"


@pytest.mark.parametrize("name", STEPPED)
def test_a_coordinator_that_says_nothing(
    name: str, perfect: dict[str, Lines], explain: Explain
) -> None:
    lines = without(perfect[name], "coordinator", f"{name} ")
    checks = explain(name, lines)
    assert "never logged a result" in causes(checks[f"{name}.2"])
    assert "it must log success as soon as a quorum" in causes(checks[f"{name}.2"])
    told = causes(checks[f"{name}.3.1"])
    assert "Two of three replicas had just failed" in told
    assert "give up by itself" in told
    assert causes(checks[f"strict.{name}.must-fail"]) == told


@pytest.mark.parametrize("name", STEPPED)
def test_success_in_the_must_fail_step(
    name: str, perfect: dict[str, Lines], explain: Explain
) -> None:
    lines = changed(perfect[name], f"{name} fail", f"{name} success", "[235]")
    checks = explain(name, lines)
    for check in f"{name}.3.1", f"strict.{name}.must-fail":
        assert "when two of the three replicas had just failed" in causes(checks[check])
        assert checks[check].tick == 225


@pytest.mark.parametrize("name", STEPPED)
def test_a_fail_that_comes_too_late_for_the_grader(
    name: str, perfect: dict[str, Lines], explain: Explain
) -> None:
    checks = explain(name, changed(perfect[name], "[235]", "[275]", "coordinator"))
    assert list(checks) == [f"{name}.3.1"]
    told = causes(checks[f"{name}.3.1"])
    assert "came at tick 275" in told
    assert "(ticks 225 to 274): give up sooner" in told


def test_a_slow_answer(perfect: dict[str, Lines], explain: Explain) -> None:
    checks = explain("read", changed(perfect["read"], "[277]", "[290]", "coordinator"))
    assert list(checks) == ["read.4"]  # with four lines of its own, one more is too many


def test_an_honest_fail(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    other = outsiders("read", lines)[0]
    where = next(i for i, line in enumerate(lines) if "[226]" in line)
    said = "[226] server: read fail at time 226, transID=1"
    fail = f" {other}.0.0.0:0 {said}, key={key_of('read', lines)}"
    checks = explain("read", [*lines[:where], fail, *lines[where:]])
    assert list(checks) == ["read.3.1"]
    assert f"Peer {other} logged as a replica" in causes(checks["read.3.1"])
    assert "exactly one fail line" in causes(checks["read.3.1"])


def test_a_repair_that_is_too_fast_for_the_grader(
    perfect: dict[str, Lines], explain: Explain
) -> None:
    lines = perfect["read"]
    where = next(i for i, line in enumerate(lines) if "[176]" in line)
    third = re.sub(r"^ \d+", f" {outsiders('read', lines)[0]}", lines[where])
    checks = explain("read", [*lines[:where], third, *lines[where:]])
    assert list(checks) == ["read.2"]
    assert "Three replicas answered step 2" in causes(checks["read.2"])


def test_the_stored_form_of_a_value(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [f"{line}:101:0" if "read success" in line else line for line in perfect["read"]]
    checks = explain("read", lines)
    assert list(checks) == ["strict.read.value"]
    told = causes(checks["strict.read.value"])
    assert "what follows it is how you store it" in told
    assert "The same goes for 3 more operations" in told


def test_another_value(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [re.sub(r"value=.*", "value=", x) if "[152]" in x else x for x in perfect["read"]]
    told = causes(explain("read", lines)["strict.read.value"])
    assert "logged the value ''" in told
    assert "the value is missing" in told
    old = perfect["update"]
    first = next(line for line in old if f"KEY: {key_of('update', old)} " in line).split()[7]
    lines = changed(old, "value=newValue", f"value={first}", "[152]")
    told = causes(explain("update", lines)["strict.update.value"])
    assert f"logged the value '{first}' where 'newValue' is right" in told
    assert "from before the update" in told


@pytest.mark.parametrize("name", STEPPED)
def test_replicas_without_the_key(name: str, perfect: dict[str, Lines], explain: Explain) -> None:
    lacking = answering(perfect[name], 276, "server")[:2]
    lines = perfect[name]
    for peer in lacking:
        lines = changed(lines, f"{name} success", f"{name} fail", "[276]", f" {peer}.0.0.0:0")
    lines = changed(lines, f"{name} success", f"{name} fail", "[277]", "coordinator")
    checks = explain(name, lines)
    told = causes(checks[f"{name}.3.2"])
    assert "were asked but do not hold the key of step 3.2" in told
    assert causes(checks[f"strict.{name}.repair"]) == told


def test_a_ring_that_still_has_the_dead(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    [holder] = set(answering(lines, 225, "Node failed")) & set(answering(lines, 151, "server"))
    blind = answering(lines, 275, "READ")[0]
    lines = without(lines, f" {blind}.0.0.0:0 [", f"Node {holder}.0.0.0:0 removed")
    lines = without(lines, "[276]")
    told = causes(explain("read", lines)["read.3.2"])
    assert f"Peer {holder}, which held the key of step 3.2" in told
    assert f"but peer {blind} had not removed it by tick 275" in told


def test_rings_that_differ(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    one, other = answering(lines, 276, "server")[:2]
    where = next(i for i, line in enumerate(lines) if "[275]" in line)
    false = f" {one}.0.0.0:0 [250] Node {other}.0.0.0:0 removed at time 250"
    lines = without([*lines[:where], false, *lines[where:]], "[276]", f" {other}.0.0.0:0")
    told = causes(explain("read", lines)["strict.read.repair"])
    assert f"peer {one} had removed peer {other}, still alive" in told


def test_server_lines_under_the_coordinator_s_address(
    perfect: dict[str, Lines], explain: Explain
) -> None:
    said = re.compile(r"^ \S+(.*server: create success.*transID=(\d+),)")
    coordinators = {
        x.split("transID=")[1].split(",")[0]: x.split()[0]
        for x in perfect["create"]
        if "coordinator: create" in x
    }
    lines = [said.sub(lambda m: f" {coordinators[m[2]]}{m[1]}", x) for x in perfect["create"]]
    checks = explain("create", lines)
    assert list(checks) == ["strict.create.replicas", "strict.create.coordinator"]
    for check in checks.values():
        assert "carry the address of the coordinator" in causes(check)
        assert "The same goes for 99 more operations" in causes(check)
        assert check.explanation is not None
        assert check.explanation.more > 200


def test_copies_that_count_as_creates(perfect: dict[str, Lines], explain: Explain) -> None:
    copy = " 3.0.0.0:0 [400] server: create success at time 400, transID=-1, key=abc, value=v"
    for check in explain("create", [*perfect["create"], copy]).values():
        assert "1 line about creates belongs to no create that a client asked for" in causes(check)
        assert check.tick == 400


def test_needless_copies(perfect: dict[str, Lines], explain: Explain) -> None:
    lines, key = perfect["read"], key_of("read", perfect["read"])
    holder = answering(lines, 226, "server")[0]
    where = next(i for i, line in enumerate(lines) if "[225]" in line)
    copy = (
        f" {holder}.0.0.0:0 [200] server: create success at time 200, transID=9, key={key}, value=v"
    )
    told = causes(
        explain("read", [*lines[:where], copy, *lines[where:]])["strict.read.stabilisation"]
    )
    assert "1 of the 1 copies that were logged after the failures" in told
    assert f"first by peer {holder} at tick 200" in told


def test_an_update_that_is_undone(perfect: dict[str, Lines], explain: Explain) -> None:
    lines, key = perfect["update"], key_of("update", perfect["update"])
    old = next(x for x in lines if f"KEY: {key} " in x).split()[7]
    where = next(i for i, line in enumerate(lines) if "[225]" in line)
    peer = outsiders("update", lines)[0]
    copy = copied(peer, key, old)
    checks = explain("update", [*lines[:where], copy, *lines[where:]])
    told = causes(checks["strict.update.stored"])
    assert f"Peer {peer} stored or read '{old}' for key {key}, first at tick 200" in told
    assert "stabilisation copies an old value" in told


def test_invalid_keys(perfect: dict[str, Lines], explain: Explain) -> None:
    accepting = changed(perfect["read"], "read fail", "read success", "invalidKey")
    checks = explain("read", accepting)
    assert "a key that does not exist" in causes(checks["read.5"])
    assert "a key that does not exist" in causes(checks["strict.read.invalid"])
    careless = changed(perfect["delete"], "delete fail", "delete success", "invalidKey", "server")
    told = causes(explain("delete", careless)["strict.delete.invalid.replicas"])
    assert "though nobody ever created that key" in told
    silent = without(perfect["delete"], "server: delete fail")
    told = causes(explain("delete", silent)["delete.2"])
    assert "No replica logged a fail for the delete of invalidKey" in told


def test_a_replica_that_does_not_answer(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["delete"]
    first = next(line for line in lines if "server: delete success" in line)
    peer, key = int(first.split(".")[0]), first.split("key=")[1]
    checks = explain("delete", without(lines, first))
    for name in "delete.1", "strict.delete.replicas":
        assert (
            f"Peer {peer} stored the key of the delete of {key} at tick 150 and is alive"
            in causes(checks[name])
        )


def test_creates_that_fail_already(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = without(perfect["read"], "create success")
    told = causes(explain("read", lines)["strict.read.replicas"])
    assert f"No replica ever logged that it stored key {key_of('read', lines)}" in told


def test_answers_that_are_repeated(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    double = next(line for line in lines if "[152] coordinator" in line)
    told = causes(explain("read", [*lines, double])["strict.read.coordinator"])
    assert "answered step 1" in told
    assert "as the coordinator 2 times" in told


def test_an_operation_that_nobody_answers(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = without(without(perfect["read"], "[151]"), "[152]")
    told = causes(explain("read", lines)["read.1"])
    assert "was answered by nobody, neither by a replica nor by its coordinator" in told


# --- how the official tester counts ---------------------------------------------------------------


def test_keys_that_contain_a_tick(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    checks = explain("read", [x.replace(key_of("read", lines), "a150b") for x in lines])
    assert "strict.read.value" not in checks
    told = causes(checks["read.1"])
    assert "looks for the digits 150 of a tick anywhere" in told
    assert "Bad luck" in told


def test_ticks_of_different_lengths(perfect: dict[str, Lines], explain: Explain) -> None:
    def earlier(match: re.Match[str]) -> str:
        return f"{match[1]}{max(0, int(match[2]) - 60)}"

    lines = [
        x if "@@" in x else re.sub(r"(\[|time:? |time=)(\d+)", earlier, x) for x in perfect["read"]
    ]
    told = causes(explain("read", lines)["read.2"])
    assert "The grader sorts the ticks of the operations as text" in told
    assert "90, 115, 165, 215, 225 and 225 come as 115, 165, 215, 225, 225 and 90" in told


def test_debug_lines_that_the_tester_counts(perfect: dict[str, Lines], explain: Explain) -> None:
    remark = " 1.0.0.0:0 [600] DEBUG: Create Success rate 100 percent"
    checks = explain("create", [*perfect["create"], remark])
    assert list(checks) == ["create.1"]
    told = causes(checks["create.1"])
    assert "1 line with the words 'create success' is no record" in told


def test_operations_too_many(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    more = next(line for line in lines if "[150] READ" in line).replace("150", "140")
    where = next(i for i, line in enumerate(lines) if "[150]" in line)
    told = causes(explain("read", [*lines[:where], more, *lines[where:]])["read.1"])
    assert "takes 7 lines for read operations and knows six" in told


def test_bytes_that_grep_does_not_print(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = [f"{x}\udc9d" if "[276]" in x and "server" in x else x for x in perfect["read"]]
    told = causes(explain("read", lines)["read.3.2"])
    assert "3 lines" in told
    assert "hold bytes that are no text" in told


def test_a_hint_where_the_log_does_not_tell() -> None:
    case = Case.of(Log("read", [], records_of([]), Setting()), CHECK)
    assert hint_for(case) == (
        "Look at the lines about the key of this step from its operation to the next one: three "
        "replicas and the coordinator should log one line each.",
    )


def test_a_fail_although_a_quorum_had_succeeded(
    perfect: dict[str, Lines], explain: Explain
) -> None:
    lines = changed(perfect["read"], "read success", "read fail", "[152]", "coordinator")
    lines = without(lines, "[151]", f" {answering(lines, 151, 'server')[0]}.0.0.0:0")
    checks = explain("read", lines)
    for name in "read.1", "strict.read.coordinator":
        assert "logged a fail for step 1" in causes(checks[name])
        assert "had logged success before" in causes(checks[name])


def test_another_peer_answers_as_the_coordinator(
    perfect: dict[str, Lines], explain: Explain
) -> None:
    [right] = answering(perfect["read"], 152, "coordinator")
    other = next(peer for peer in outsiders("read", perfect["read"]) if peer != right)
    lines = changed(perfect["read"], f" {right}.0.0.0:0", f" {other}.0.0.0:0", "[152]")
    told = causes(explain("read", lines)["strict.read.coordinator"])
    assert f"was asked of peer {right}, but peer {other} logged as its coordinator" in told


def test_an_answer_of_a_crashed_replica(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    [dead] = answering(lines, 175, "Node failed")
    alive = answering(lines, 276, "server")[0]
    lines = changed(lines, f" {alive}.0.0.0:0", f" {dead}.0.0.0:0", "[276]")
    told = causes(explain("read", lines)["strict.read.repair"])
    assert f"Peer {dead} answered step 3.2" in told
    assert "after it had failed: 'server: read success" in told


def test_a_copy_that_is_lost_again(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    keeper = answering(lines, 226, "server")[0]
    lines = changed(lines, "read success", "read fail", "[276]", f" {keeper}.0.0.0:0")
    told = causes(explain("read", lines)["strict.read.repair"])
    assert f"peer {keeper} had stored it, so it was lost again" in told


def test_a_key_looked_for_elsewhere(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["read"]
    holder, other = answering(lines, 151, "server")[0], outsiders("read", lines)[0]
    moved = changed(lines, f" {holder}.0.0.0:0", f" {other}.0.0.0:0", "[151]")
    told = causes(explain("read", moved)["strict.read.replicas"])
    assert f"was answered by peer {other}, where the key had not been stored" in told
    moved = changed(moved, "read success", "read fail", "[151]", f" {other}.0.0.0:0")
    told = causes(explain("read", moved)["strict.read.replicas"])
    assert f"Peer {other} was asked as a replica but does not hold the key" in told
    assert "so the ring was seen differently then" in told


def test_more_replicas_than_copies(perfect: dict[str, Lines], explain: Explain) -> None:
    lines = perfect["create"]
    one = next(line for line in lines if "server: create success" in line)
    key = one.split("key=")[1].split(",")[0]
    stored = {x.split()[0] for x in lines if f"key={key}," in x and "server" in x}
    other = next(peer for i in range(1, 11) if (peer := f"{i}.0.0.0:0") not in stored)
    told = causes(explain("create", [*lines, f" {other} {one.split(' ', 2)[2]}"])["create.1"])
    assert f"The create of {key} at tick 100 was answered by 4 different replicas" in told
    assert "a key has 3" in told


def test_misaddressed_creates_hide_who_holds_a_key(
    perfect: dict[str, Lines], explain: Explain
) -> None:
    key = key_of("read", perfect["read"])
    coordinator = next(x for x in perfect["read"] if f"KEY: {key}" in x).split()[0]
    said = re.compile(rf"^ \S+(.*server: create success.*key={key},)")
    lines = [said.sub(rf" {coordinator}\1", x) for x in perfect["read"]]
    told = causes(explain("read", lines)["strict.read.replicas"])
    assert told.startswith(f"Nobody can tell who stored {key}: all server lines of the create")
