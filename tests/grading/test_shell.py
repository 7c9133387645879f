"""The tools of the official rubrics answer as their Unix models do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringscope.grading import shell
from ringscope.grading.shell import (
    between,
    count_matches,
    cut,
    cut_fields,
    grep,
    grep_unquoted,
    number,
    read_line,
    without_brackets,
)


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
        ("a^b$c", "a^b$c", True),
        ("end$", "the end", True),
        ("-v", "-v", False),  # an option
        ("a\nb", "xbx", True),  # lines are alternatives
        ("a\n", "anything", True),
        (r"a\.b", "axb", False),
    ],
)
def test_grep(pattern: str, line: str, found: bool) -> None:
    assert grep(pattern)(line) is found


def test_unquoted_words_after_the_first_are_files_that_do_not_exist() -> None:
    assert grep_unquoted("a")("a")
    assert grep_unquoted(" a\n")("a")
    assert not grep_unquoted("a b")("a b")
    assert not grep_unquoted("")("anything")


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
    assert number(None) is None
    assert number(without_brackets("[1][2]")) is None
    assert between(1, 1, 2)
    assert not between(1, 2, 2)
    assert not between(1, 1, None)


def test_read_trims_and_takes_backslashes_as_escapes() -> None:
    assert read_line(" \t a\\b\\\\c ") == "ab\\c"


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
