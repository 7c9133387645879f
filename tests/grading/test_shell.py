"""The tools of the official rubrics answer as their Unix models do."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringscope.grading import shell
from ringscope.grading.shell import (
    before_binary_data,
    between,
    containing,
    count_matches,
    cut,
    cut_fields,
    grep,
    grep_file,
    grep_unquoted,
    grep_unquoted_inverted,
    number,
    read_lines,
    split_words,
    without_brackets,
)
from ringscope.observers.debug_log import LogLine


@pytest.mark.parametrize(
    ("pattern", "line", "found"),
    [
        ("0DRJK", "key=0DRJK, value", True),
        ("0drjk", "key=0DRJK, value", False),
        ("", "anything", True),
        ("1.0.0.0:0", "Node 1x0y0z0:0", True),  # a dot is any character
        ("1.0.0.0:0", "Node 11.0.0.0:0", True),  # and nothing keeps it to whole addresses
        ("^ 1.0.0.0:0", " 11.0.0.0:0", False),
        ("a*b", "xb", True),
        ("*b", "a*b", True),  # a star at the start is itself
        ("a+b", "aab", False),  # not special in a basic expression
        (r"a\+b", "aab", True),
        (r"\(ab\)*c", "ababc", True),
        (r"a\|b", "b", True),
        ("[ab]x", "bx", True),
        ("[]a]x", "]x", True),
        ("[a", "[a", False),  # invalid
        ("x[[&&||~~]", "x[", True),  # all of them are themselves
        ("[\\]x", "\\x", True),
        ("a^b$c", "a^b$c", True),
        ("end$", "the end", True),
        ("-v", "-v", False),  # an option
        ("a\nb", "xbx", True),  # lines are alternatives
        ("a\n", "anything", True),
        (r"a\.b", "axb", False),
        ("-", "a-b", True),  # a single minus is no option
        ("a\\", "a\\", False),  # invalid
        ("ba**", "b", True),
        ("^^a", "^a", True),  # the second one is itself
        ("^*a", "*a", True),
        (r"\+a", "+a", True),
        (r"\{1", "{1", True),
        (r"ba\{2\}", "baa", True),
        (r"a\{x", "a{x", False),  # invalid
        (r"\(a\)\1", "aa", True),
        (r"\(a\)\1", "a1", False),
        (r"\1", "1", False),  # invalid
    ],
)
def test_grep(pattern: str, line: str, found: bool) -> None:
    assert grep(pattern)(line) is found


def test_unquoted_words_after_the_first_are_files_that_do_not_exist() -> None:
    assert grep_unquoted("a")("a")
    assert grep_unquoted(" a\n")("a")
    assert not grep_unquoted("a b")("a b")
    assert not grep_unquoted("")("anything")


def test_no_command_takes_a_word_of_128_kib() -> None:
    longest = "x" * (128 * 1024 - 1)
    assert grep(longest)(longest)
    assert not grep(longest + "x")(longest + "x")
    assert not grep_unquoted_inverted(longest + "x")("y")


def test_cut_keeps_a_line_without_any_blank() -> None:
    assert cut(" 1.0.0.0:0 [5] x", 2) == "1.0.0.0:0"
    assert cut("a  b", 2) == ""
    assert cut("a b", 7) == ""
    assert cut("single", 7) == "single"
    assert cut_fields(" A [5] Node B joined at time 5", (2, 4, 5, 6, 7)) == "A Node B joined at"
    assert cut_fields("a b c", (2, 4, 5)) == "b"
    assert cut_fields("single", (2, 4)) == "single"


def test_numbers_are_what_the_shell_compares() -> None:
    assert number(without_brackets("[150]")) == 150
    assert number("010") == 10
    assert number(" -5 ") == -5
    assert number("") is None
    assert number("x") is None
    assert number("150\r") is None
    assert number("0" * 30 + "150") == 150
    assert number("9223372036854775807") == 2**63 - 1
    assert number("9223372036854775808") is None
    assert number("9" * 5000) is None
    assert number(None) is None
    assert number(without_brackets("[1][2]")) is None
    assert between(1, 1, 2)
    assert not between(1, 2, 2)
    assert not between(1, 1, None)


def read_texts(*texts: str) -> list[str]:
    return [text for _, text in read_lines(numbered(texts))]


def numbered(texts: Iterable[str]) -> list[LogLine]:
    return [LogLine(number, 0, text) for number, text in enumerate(texts, start=1)]


def test_read_trims_and_takes_backslashes_as_escapes() -> None:
    assert read_texts(" \t a\\b\\\\c ") == ["ab\\c"]


def test_read_joins_a_line_that_ends_in_a_backslash_with_the_next() -> None:
    assert read_texts("a\\", " b", "c\\\\") == ["a b", "c\\"]
    assert read_texts("a", "b\\") == ["a"]  # nothing to join: the loop ends without it


def test_words_end_at_blanks_tabs_and_line_ends_only() -> None:
    assert split_words(" a\tb\nc ") == ["a", "b", "c"]
    assert split_words("a\rb\u00a0c\u2028d") == ["a\rb\u00a0c\u2028d"]


def test_grep_prints_no_lines_of_a_file_that_are_not_utf_8() -> None:
    texts = [b"removed", b"removed \xff", b"\xff", "removed é".encode(), b"removed"]
    lines = numbered(text.decode(errors="surrogateescape") for text in texts)
    assert [line.number for line in grep_file(grep("removed"), lines)] == [1, 4, 5]


def test_grep_prints_nothing_from_the_buffer_with_the_first_nul_on() -> None:
    line = "x" * 1023  # and the line end: 96 lines are one buffer
    lines = numbered([line] * 100 + ["\0"] + [line] * 100)
    assert len(before_binary_data(lines)) == 96
    assert before_binary_data(lines[:100]) == lines[:100]
    assert before_binary_data(numbered(["\0"])) == []
    assert len(before_binary_data(numbered(["é" * 50_000, "y", "\0"]))) == 0  # bytes count
    assert len(before_binary_data(numbered(["é" * 49_151, "\0", "y"]))) == 0
    assert len(before_binary_data(numbered(["é" * 49_151 + "z", "\0", "y"]))) == 1


def test_ignoring_case_takes_two_more_letters() -> None:
    assert containing("delete success")("DELETE \u017fucce\u017f\u017f é")
    assert containing("delete fail")("delete fa\u0131l")
    assert not containing("delete fail")("delete fa\u0130l")


def test_an_inverted_grep_that_complains_prints_nothing() -> None:
    assert grep_unquoted_inverted("a")("b")
    assert not grep_unquoted_inverted("a")("a")
    assert not grep_unquoted_inverted("-128.0.0.0:0")("b")
    assert not grep_unquoted_inverted("a b")("c")


words = st.text("ab-. ", max_size=4)


@given(st.lists(words), st.lists(st.text("ab-. ", max_size=12)))
def test_counting_many_words_at_once_gives_what_grep_gives(
    patterns: list[str], lines: list[str]
) -> None:
    one_by_one = count_matches(patterns, lines)
    assert one_by_one == {word: sum(map(grep(word), lines)) for word in patterns}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shell, "MANY_TESTS", -1)
        assert count_matches(patterns, lines) == one_by_one
