"""The tools of the official rubrics answer as the real ones do, where those are installed."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ringscope.grading.read_log import read_log
from ringscope.grading.shell import (
    before_binary_data,
    containing,
    cut,
    cut_fields,
    grep,
    grep_file,
    grep_unquoted_inverted,
    number,
    read_lines,
    split_words,
    without_brackets,
)


def gnu_grep() -> tuple[int, ...]:
    if shutil.which("bash") is None or shutil.which("grep") is None:
        return (0,)
    version = subprocess.run(["grep", "--version"], capture_output=True, check=False).stdout
    found = re.match(rb"grep \(GNU grep\) (\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else (0,)


pytestmark = pytest.mark.skipif(
    gnu_grep() < (3, 5), reason="older greps, and others, treat binary data differently"
)
processes = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
odd_texts = st.text("aAbs.*[]^$\\(){}|+?-15 :\té\u017f\u0131\xa0\r\udc80", max_size=9)
logs = st.lists(odd_texts, max_size=30)


def bash(script: str, *arguments: str, text: str = "", folder: Path | None = None) -> str:
    """Run a line of bash on a text and return what it prints."""
    command = ["bash", "-c", script, "bash", *arguments]
    encoded = text.encode(errors="surrogateescape")
    shell = subprocess.run(
        command, input=encoded, capture_output=True, env=ENVIRONMENT, cwd=folder, check=False
    )
    return shell.stdout.decode(errors="surrogateescape")


def ended(lines: Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)


def texts(pattern: str, lines: Sequence[str]) -> list[str]:
    return [line.text for line in grep_file(grep(pattern), read_log(ended(lines)))]


plain_lines = st.lists(st.text("aab.*[]^$\\(){}|+?-15w: ", max_size=7), min_size=20, max_size=40)
patterns = st.text("aab.*[]^$\\(){}|+?15w:", max_size=5).filter(lambda text: text[-1:] != "\\")


@processes
@given(st.lists(patterns, min_size=1, max_size=2).map("\n".join), plain_lines)
@example("ba**", ["b", "c"])
@example("^^a", ["^a", "a"])
@example("\\(a\\)\\1", ["aa", "ab", "a1"])
@example("\\{2", ["{2", "aa"])
def test_grep(pattern: str, lines: list[str]) -> None:
    assert ended(texts(pattern, lines)) == bash('grep "$1"', pattern, text=ended(lines))


@processes
@given(st.sampled_from(["a", "b.", "-1.0.0.0:0", "", "a b", "\xa0"]), plain_lines)
def test_inverted_grep(words: str, lines: list[str]) -> None:
    kept = [line for line in lines if grep_unquoted_inverted(words)(line)]
    assert ended(kept) == bash("grep -v $1", words, text=ended(lines))


log_bytes = st.lists(
    st.sampled_from(
        [b"as\n", b"AS\n", b"s\xff\n", b"\xc5\xbf\n", b"\n", b"\0", b"s", (b"x" * 999 + b"\n") * 60]
    )
)


@processes
@given(log_bytes.map(b"".join))
@example(b"s\n" + b"x" * 98_301 + b"\n\0s\n")
@example(b"s\n" + b"x" * 98_302 + b"\n\0s\n")
@example(b"s\n" + b"x" * 98_302 + b"\ns\0s")
def test_grep_of_a_file_with_anything_in_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "dbg.log").write_bytes(content)
    lines = before_binary_data(read_log(content.decode(errors="surrogateescape")))
    found = [line.text for line in grep_file(containing("s"), lines)]
    assert ended(found) == bash("grep -i S dbg.log", folder=tmp_path)


@processes
@given(logs)
def test_cut_and_tr(lines: list[str]) -> None:
    fields = [without_brackets(cut(line, 3)) for line in lines]
    script = """cut -d" " -f3 | tr -s ']' ' ' | tr -s '[' ' '"""
    assert ended(fields) == bash(script, text=ended(lines))
    several = [cut_fields(line, (2, 4, 5, 6, 7)) for line in lines]
    assert ended(several) == bash('cut -d" " -f2,4-7', text=ended(lines))


@processes
@given(st.lists(odd_texts.filter(bool), min_size=1, max_size=12))
@example(["a", "b\\"])
@example(["a\\", "b"])
@example(["\\\\", "\\ a "])
def test_the_read_loop(lines: list[str]) -> None:
    read = [text for _, text in read_lines(read_log(ended(lines)))]
    script = 'text=$(cat); while read line; do printf "%s\\n" "$line"; done <<<"$text"'
    assert ended(read) == bash(script, text=ended(lines))


@processes
@given(st.text("0159+- \t\rx", max_size=6) | st.integers(0, 2**65).map(str))
def test_numbers(text: str) -> None:
    answer = bash('[ "$1" -ge 5 ] 2>/dev/null; echo $?', text).strip()
    seen = number(text)
    assert answer == ("2" if seen is None else str(int(seen < 5)))


@processes
@given(odd_texts)
def test_words(text: str) -> None:
    words = bash('set -f; for word in $1; do printf "%s\\n" "$word"; done', text)
    assert ended(split_words(text)) == words
