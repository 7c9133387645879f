"""What a `.conf` may say, what it means, and how it is refused."""

from pathlib import Path

import pytest

from ringscope.simulation.conf_values import MAX_PEERS
from ringscope.simulation.scenario import (
    COURSE,
    DEFAULT_SEED,
    MAX_FILE,
    Scenario,
    ScenarioError,
    load_scenario,
    parse_scenario,
    shipped,
)
from ringscope.simulation.timeline import Drop, Fail, FailHalf, Join, Operate, Partition, Restart

TEN = "MAX_NNB: 10\n"


def parse(text: str) -> Scenario:
    return parse_scenario(text, "my")


def complaint(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- the course's own format ---------------------------------------------------------------------


def test_the_course_ships_seven_scenarios_and_all_are_valid() -> None:
    files = shipped()
    assert tuple(files)[:7] == COURSE
    for name, path in files.items():
        assert load_scenario(path).name == name


@pytest.mark.parametrize(
    ("name", "single_failure", "drop_messages", "drop_probability", "crud_test"),
    [
        ("singlefailure", True, False, 0.1, "CREATE"),
        ("multifailure", False, False, 0.1, None),
        ("msgdropsinglefailure", True, True, 0.1, None),
        ("create", None, False, 0.0, "CREATE"),
        ("delete", None, False, 0.0, "DELETE"),
        ("read", None, False, 0.0, "READ"),
        ("update", None, False, 0.0, "UPDATE"),
    ],
)
def test_the_courses_scenarios_mean_what_they_always_did(
    name: str,
    single_failure: bool | None,
    drop_messages: bool,
    drop_probability: float,
    crud_test: str | None,
) -> None:
    scenario = load_scenario(shipped()[name])
    assert scenario.peers == 10
    assert scenario.single_failure is single_failure
    assert scenario.drop_messages is drop_messages
    assert scenario.drop_probability == drop_probability
    assert scenario.crud_test == crud_test
    assert (scenario.seed, scenario.ticks, scenario.timeline) == (DEFAULT_SEED, 700, ())


FULL = "MAX_NNB: 12 SINGLE_FAILURE: 1 DROP_MSG: 1 MSG_DROP_PROB: 0.25 CRUD_TEST: DELETE"


@pytest.mark.parametrize(
    "text",
    [
        FULL,
        FULL + "\n",
        FULL.replace(" S", "\nS").replace(" D", "\nD").replace(" M", "\nM").replace(" C", "\nC"),
        FULL.replace(": ", ":"),
        FULL.replace(": ", ":\t"),
        FULL.replace(": ", ":\n\n  "),
        FULL.replace(" ", "\r\n"),
        FULL.replace(" ", "\v\f "),
        "\ufeff" + FULL,
        "MAX_NNB:12SINGLE_FAILURE:1DROP_MSG:1MSG_DROP_PROB:0.25CRUD_TEST:DELETE",
        FULL.replace("12", "+12"),
        FULL.replace("12", "00012"),
        FULL.replace("0.25", ".25"),
        FULL.replace("0.25", "25e-2"),
        FULL.replace("0.25", "+0.250 \t "),
        FULL.replace("0.25", "0x1p-2"),
        "CRUD_TEST: DELETE\nMSG_DROP_PROB: 0.25\nDROP_MSG: 1\nSINGLE_FAILURE: 1\nMAX_NNB: 12",
        "# a remark\n\n" + FULL.replace(" S", " # twelve peers: enough\nS") + " # SEED: 3",
        FULL + " and whatever follows is not read",
        FULL + "\nnote: hello\nNotes: this run is mine\n7 <- lucky number\n",
    ],
)
def test_white_space_order_and_remarks_do_not_matter(text: str) -> None:
    scenario = parse(text)
    assert scenario.peers == 12
    assert scenario.single_failure is True
    assert scenario.drop_messages is True
    assert scenario.drop_probability == 0.25
    assert scenario.crud_test == "DELETE"


def test_our_keys_are_found_behind_the_last_key_of_the_course() -> None:
    assert parse("MAX_NNB: 10\nCRUD_TEST: READ remarks\nSEED: 7\n").seed == 7
    assert parse("MAX_NNB: 10\nCRUD_TEST: READ SEED: 7").seed == 7


@pytest.mark.parametrize("extra", ["SEDE: 7", "seed: 7", "SEED 7", "MAX_NNB: 9", "NOISE: 3"])
def test_what_looks_like_a_key_is_never_passed_over(extra: str) -> None:
    assert complaint(f"MAX_NNB: 10\nCRUD_TEST: READ\n{extra}\n").startswith("my.conf, line 3: ")


def test_remarks_without_a_hash_are_only_for_files_written_for_the_course() -> None:
    assert "must begin with #" in complaint("SEED: 7\nMAX_NNB: 10\nCRUD_TEST: READ\nmy remark\n")


# --- our own keys --------------------------------------------------------------------------------


def test_every_key_has_its_field() -> None:
    scenario = parse(
        "MAX_NNB: 20\nSEED: 9223372036854775807\nTICKS: 900\nSTARTS_PER_TICK: 7\nFANOUT: 1\n"
        "T_FAIL: 5\nT_CLEANUP: 21\nREPLICAS: 5\nREAD_QUORUM: 2\nWRITE_QUORUM: 4\nKEYS: 12\n"
        "OPERATION_TIMEOUT: 15\n"
    )
    assert scenario.seed == 2**63 - 1
    assert (scenario.ticks, scenario.starts_per_tick, scenario.fanout) == (900, 7, 1)
    assert (scenario.t_fail, scenario.t_cleanup) == (5, 21)
    assert (scenario.replicas, scenario.read_quorum, scenario.write_quorum) == (5, 2, 4)
    assert (scenario.keys, scenario.operation_timeout) == (12, 15)


@pytest.mark.parametrize(("replicas", "majority"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_quorums_are_a_majority_unless_told(replicas: int, majority: int) -> None:
    scenario = parse(f"{TEN}REPLICAS: {replicas}\n")
    assert scenario.read_quorum == scenario.write_quorum == majority


def test_the_timeline_is_ordered_by_tick_and_lines_of_one_tick_stay_in_order() -> None:
    scenario = parse(
        f"{TEN}AT 300 RESTART 3\nAT 120 FAIL 3\nAT 200 PARTITION 1,2 | 3 , 4 UNTIL 250\n"
        "AT 120 CREATE key value VIA 2\n"
    )
    assert scenario.timeline == (
        Fail(120, 3),
        Operate(120, "create", "key", "value", 2),
        Partition(200, ((1, 2), (3, 4)), 250),
        Restart(300, 3),
    )


def test_a_peer_that_joined_may_be_named_from_then_on() -> None:
    scenario = parse(f"{TEN}AT 200 FAIL 12\nAT 100 JOIN 11\nAT 150 JOIN 12\n")
    assert scenario.timeline == (Join(100, 11), Join(150, 12), Fail(200, 12))


def test_windows_may_follow_each_other() -> None:
    scenario = parse(f"{TEN}AT 100 DROP 0.1 UNTIL 200\nAT 200 DROP 1\nAT 300 HEAL\nAT 310 DROP 0\n")
    assert scenario.timeline[:2] == (Drop(100, 0.1, 200), Drop(200, 1.0))


def test_a_restart_is_believed_after_failures_that_name_nobody() -> None:
    assert parse(f"{TEN}AT 100 FAIL HALF\nAT 200 RESTART 3\n").timeline[0] == FailHalf(100)
    assert parse(f"{TEN}SINGLE_FAILURE: 1\nAT 200 RESTART 3\n").timeline == (Restart(200, 3),)


def test_a_scenario_carries_its_own_text() -> None:
    text = f"{TEN}AT 120 FAIL 3\n"
    scenario = parse(text)
    assert parse_scenario(scenario.text, "my") == scenario


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "my.conf: ", "is empty"),
        (" \r\n\t", "my.conf: ", "is empty"),
        ("\0\1\2", "my.conf: ", "plain text"),
        ("CRUD_TEST: READ", "my.conf: ", "MAX_NNB is missing; add a line such as MAX_NNB: 10"),
        ("# nothing", "my.conf: ", "MAX_NNB is missing"),
        ("MAX_NNB: ten", "my.conf, line 1: ", "a whole number from 1 to 30000, found 'ten'"),
        ("MAX_NNB: 10.7", "my.conf, line 1: ", "found '10.7'"),
        ("MAX_NNB: 0x10", "my.conf, line 1: ", "found '0x10'"),
        ("MAX_NNB: 1e3", "my.conf, line 1: ", "found '1e3'"),
        ("MAX_NNB: 1_0", "my.conf, line 1: ", "found '1_0'"),
        ("MAX_NNB: ١٠", "my.conf, line 1: ", "found '١٠'"),
        ("MAX_NNB: 0", "my.conf, line 1: ", "write for example MAX_NNB: 1"),
        ("MAX_NNB: -5", "my.conf, line 1: ", "found '-5'"),
        ("MAX_NNB: 30001", "my.conf, line 1: ", f"MAX_NNB: {MAX_PEERS}"),
        ("MAX_NNB: " + "9" * 5000, "my.conf, line 1: ", "from 1 to 30000"),
        ("MAX_NNB 10", "my.conf, line 1: ", "no colon; write a key and its value as in MAX_NNB:"),
        ("MAX_NNB:", "my.conf, line 1: ", "MAX_NNB has no value"),
        ("MAX_NNB:\nCRUD_TEST: READ", "my.conf, line 1: ", "MAX_NNB has no value"),
        ("max_nnb: 10", "my.conf, line 1: ", "written in capitals: MAX_NNB"),
        (f"{TEN}{TEN}", "my.conf, line 2: ", "already given on line 1"),
        (f"{TEN}SINGLE_FAILURE: 2", "my.conf, line 2: ", "0 (no) or 1 (yes), found '2'"),
        (f"{TEN}SINGLE_FAILURE: true", "my.conf, line 2: ", "write for example SINGLE_FAILURE: 1"),
        (f"{TEN}DROP_MSG: -1", "my.conf, line 2: ", "0 (no) or 1 (yes), found '-1'"),
        (f"{TEN}DROP MSG: 1", "my.conf, line 2: ", "did you mean DROP_MSG?"),
        (f"{TEN}MSG_DROP: 0.1", "my.conf, line 2: ", "did you mean MSG_DROP_PROB?"),
        (f"{TEN}MSG_DROP_PROB: 1.01", "my.conf, line 2: ", "a probability from 0 to 1"),
        (f"{TEN}MSG_DROP_PROB: -0.1", "my.conf, line 2: ", "a probability from 0 to 1"),
        (f"{TEN}MSG_DROP_PROB: nan", "my.conf, line 2: ", "found 'nan'"),
        (f"{TEN}MSG_DROP_PROB: inf", "my.conf, line 2: ", "found 'inf'"),
        (f"{TEN}MSG_DROP_PROB: 0,1", "my.conf, line 2: ", "found '0,1'"),
        (f"{TEN}MSG_DROP_PROB: 10%", "my.conf, line 2: ", "example MSG_DROP_PROB: 0.1"),
        (f"{TEN}CRUD_TEST: WRITE", "my.conf, line 2: ", "CREATE, READ, UPDATE, DELETE"),
        (f"{TEN}CRUD_TEST: delete", "my.conf, line 2: ", "example CRUD_TEST: DELETE"),
        (f"{TEN}FOO: 3", "my.conf, line 2: ", "unknown key 'FOO'; the keys are MAX_NNB"),
        (f"{TEN}\n\nT-FAIL: 3", "my.conf, line 4: ", "did you mean T_FAIL?"),
        (f"{TEN}hello", "my.conf, line 2: ", "found 'hello'"),
        (f"{TEN}nodes CRUD_TEST: READ", "my.conf, line 2: ", "found 'nodes' before CRUD_TEST"),
        (f"{TEN}SEED: -1", "my.conf, line 2: ", "from 0 to 9223372036854775807"),
        (f"{TEN}SEED: 9223372036854775808", "my.conf, line 2: ", "SEED must be"),
        (f"{TEN}TICKS: 0", "my.conf, line 2: ", "TICKS must be"),
        (f"{TEN}STARTS_PER_TICK: 0", "my.conf, line 2: ", "a whole number from 1 to 30000"),
        (f"{TEN}STARTS_PER_TICK: 0.25", "my.conf, line 2: ", "found '0.25'"),
        (f"{TEN}T_FAIL: 20", "my.conf, line 2: ", "T_CLEANUP must be more than T_FAIL"),
        (f"{TEN}T_CLEANUP: 8\nT_FAIL: 9", "my.conf, line 3: ", "write for example T_CLEANUP: 18"),
        (f"{TEN}READ_QUORUM: 4", "my.conf, line 2: ", "READ_QUORUM must be at most REPLICAS"),
        (f"{TEN}WRITE_QUORUM: 2\nREPLICAS: 1", "my.conf, line 3: ", "WRITE_QUORUM must be"),
    ],
)
def test_bad_text_gets_one_sentence_with_place_and_advice(
    text: str, place: str, words: str
) -> None:
    message = complaint(text)
    assert message.startswith(place)
    assert words in message


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ("AT 700 FAIL 3", 2, "ticks 0 to 699; choose an earlier tick or raise TICKS"),
        ("TICKS: 50\nAT 50 FAIL 3", 3, "ticks 0 to 49"),
        ("AT soon FAIL 3", 2, "AT needs a whole number of ticks, found 'soon'"),
        ("AT 100", 2, "expected what to do at tick 100"),
        ("AT 100 FIAL 3", 2, "did you mean FAIL?"),
        ("AT 1 FAIL 9", 2, "peer 9 only starts at tick 2; choose that tick or a later one"),
        ("AT 100 FAIL 11", 2, "a peer from 1 to 10, found '11'"),
        ("AT 100 FAIL 0", 2, "a peer from 1 to 10, found '0'"),
        ("AT 100 FAIL 3 4", 2, "FAIL is complete before '4'"),
        ("AT 100 FAIL 3\nAT 200 FAIL 3", 3, "peer 3 failed at tick 100 (line 2)"),
        ("AT 200 FAIL 3\nAT 100 FAIL 3", 2, "peer 3 failed at tick 100 (line 3)"),
        ("AT 100 LEAVE 3\nAT 200 FAIL 3", 3, "add AT <tick> JOIN 3 before"),
        ("AT 100 FAIL 3\nAT 200 LEAVE 3", 3, "add AT <tick> RESTART 3 before"),
        ("AT 100 FAIL 3\nAT 200 READ key VIA 3", 3, "is not back at tick 200"),
        ("AT 100 RESTART 3", 2, "has not failed by tick 100"),
        ("AT 100 LEAVE 3\nAT 200 RESTART 3", 3, "write AT 200 JOIN 3"),
        ("AT 100 FAIL 3\nAT 200 JOIN 3", 3, "write AT 200 RESTART 3"),
        ("AT 100 JOIN 3", 2, "already there at tick 100; a new one would be AT 100 JOIN 11"),
        ("AT 100 JOIN 12", 2, "a peer from 1 to 11, found '12'"),
        ("AT 100 FAIL 11\nAT 200 JOIN 11", 2, "a peer from 1 to 10, found '11'"),
        ("AT 100 DROP 2", 2, "a probability from 0 to 1, found '2'"),
        ("AT 100 DROP 0.1 UNTIL 100", 2, "an UNTIL later than its own tick 100"),
        ("AT 100 DROP 0.1 UNTIL 701", 2, "at most 700, the end of the run"),
        ("AT 100 DROP 0.1 UNTIL 300\nAT 200 DROP 0.2", 3, "of line 2 lasts until tick 300"),
        ("AT 100 PARTITION", 2, "at least one group of peers"),
        ("AT 100 PARTITION 1,2 | 2,3", 2, "names peer 2 twice"),
        ("AT 100 PARTITION 1,2 | 3,11", 2, "peers from 1 to 10, found '11'"),
        ("AT 100 PARTITION 1,2 UNTIL 300\nAT 299 PARTITION 3", 3, "end it by UNTIL 299"),
        ("AT 100 CREATE key", 2, "CREATE needs a value, found nothing"),
        ('AT 100 READ ""', 2, "a key that is not empty"),
        ('AT 100 READ "key', 2, "a double quote is not closed"),
        ("AT 100 READ k\x07y", 2, "control character '\\x07'"),
        ('AT 100 CREATE key "va\u2028lue"', 2, "control character '\\u2028'"),
        ("AT 100 CREATE key " + "v" * 4001, 2, "4001 characters; 4000 is the most"),
        ("AT 100 FAIL REPLICAS 0 key", 2, "a number of replicas from 1 to 10"),
    ],
)
def test_bad_timelines_are_refused_with_their_line(lines: str, line: int, words: str) -> None:
    message = complaint(TEN + lines)
    assert message.startswith(f"my.conf, line {line}: ")
    assert words in message


def test_lines_are_counted_past_values_on_lines_of_their_own() -> None:
    assert complaint("MAX_NNB:\n\n10\nSEED:\r\n7\nFOO: 1").startswith("my.conf, line 6: ")


@pytest.mark.parametrize(
    "text", ["word " * 30_000, "w" * 150_000, "SEED" * 30_000, ": " * 50_000, "#" * 150_000]
)
def test_long_nonsense_is_answered_at_once(text: str) -> None:
    """A parser that looked at each word and then at all that follow would take minutes."""
    assert parse("MAX_NNB: 10 CRUD_TEST: READ " + text).peers == 10
    complaint("SEED: 1 " + text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    def refusal(path: Path) -> str:
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        return str(caught.value)

    assert "is a directory" in refusal(tmp_path)
    (tmp_path / "read.conf").write_bytes(b"MAX_NNB: \xff\xfe")
    assert "is not plain text" in refusal(tmp_path / "read.conf")
    assert f"did you mean {tmp_path / 'read.conf'}?" in refusal(tmp_path / "raed.conf")
    assert "does not exist" in refusal(tmp_path / "no folder" / "x.conf")
    (tmp_path / "big.conf").write_bytes(b"#" * (MAX_FILE + 1))
    assert f"larger than {MAX_FILE} bytes" in refusal(tmp_path / "big.conf")
    assert "cannot be read" in refusal(tmp_path / ("x" * 300 + ".conf"))


def test_a_loaded_scenario_is_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.conf"
    path.write_bytes(b"\xef\xbb\xbfMAX_NNB: 10\r\nSEED: 3\r\n")
    scenario = load_scenario(path)
    assert (scenario.name, scenario.peers, scenario.seed) == ("mine", 10, 3)


def test_the_run_of_a_large_group_is_longer_and_so_may_its_timeline_be() -> None:
    scenario = parse_scenario("MAX_NNB: 1000\nAT 899 FAIL 3\n", "large")
    assert scenario.timeline[0].tick == 899
    with pytest.raises(ScenarioError, match="ticks 0 to 899"):
        parse_scenario("MAX_NNB: 1000\nAT 900 FAIL 3\n", "large")
